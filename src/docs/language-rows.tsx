/** Rows of the reference: what something is called, what is said of it, an example and its result. */
import { compileExpression } from '../claims/expression/compile.ts'
import type { Described } from '../claims/expression/described.ts'
import { evaluateExpression, type Evaluated } from '../claims/expression/evaluate.ts'
import { EXAMPLE_SCOPE, EXAMPLE_SURROUNDINGS } from '../claims/expression/example.ts'
import {
  PARAMETERS,
  type FunctionRow,
  type ParameterType,
  type ResultType,
} from '../claims/expression/functions/row.ts'
import { parseExpression } from '../claims/expression/parser.ts'
import { PatternMemory } from '../claims/expression/pattern/matcher.ts'
import type { Argument, Expression } from '../claims/expression/tree.ts'
import { anchorOf, Prose } from './parts.tsx'

const evaluated = (expression: Expression): Evaluated =>
  evaluateExpression(
    compileExpression(expression, new PatternMemory(0)),
    EXAMPLE_SCOPE,
    EXAMPLE_SURROUNDINGS,
  )

/** The value of an expression of ours in the example, as a token has it. Throws when it has none. */
export function jsonOf(source: string): string {
  const parsed = parseExpression(source)
  const found = parsed.outcome === 'parsed' ? evaluated(parsed.expression) : null
  if (found?.outcome !== 'value') throw new Error(`the example ${source} has no value`)
  return JSON.stringify(found.value)
}

interface Line extends Described {
  readonly name: string
}

/** `of` is what the first column names. */
export const Lines = ({ rows, of }: { readonly rows: readonly Line[]; readonly of: string }) => (
  <table class="lines">
    <thead>
      <tr>
        <th scope="col">{of}</th>
        <th scope="col">What it is</th>
        <th scope="col">Example</th>
        <th scope="col">Result</th>
      </tr>
    </thead>
    <tbody>
      {rows.map(({ name, says, example: [source] }) => (
        <tr>
          <td>
            <code>{name}</code>
          </td>
          <td>
            <Prose text={says} />
          </td>
          <td>
            <code class="v">{source}</code>
          </td>
          <td>
            <code>{jsonOf(source)}</code>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

const named = (types: readonly ParameterType[]): readonly string[] =>
  types.map((type) => PARAMETERS[type].name)

/** `String.join(text, value …)`, `Time.now(time zone?, time pattern?)`. */
export function signatureOf({ parameters, optional = [], repeated = [] }: FunctionRow): string {
  const group = named(repeated).join(', ')
  const more = repeated.length > 1 ? `(${group}) …` : `${group} …`
  return [
    ...named(parameters),
    ...named(optional).map((name) => `${name}?`),
    ...(repeated.length > 0 ? [more] : []),
  ].join(', ')
}

/** The first call of a function in a tree. */
function callIn(part: unknown, name: string): Extract<Expression, { kind: 'call' }> | undefined {
  if (typeof part !== 'object' || part === null) return undefined
  const node = part as Extract<Expression, { kind: 'call' }>
  if (node.kind === 'call' && node.name === name) return node
  for (const inner of Object.values(part)) {
    const found = callIn(inner, name)
    if (found !== undefined) return found
  }
  return undefined
}

/** Arguments that stand in the expression and are no values. */
const QUOTED: ReadonlySet<string> = new Set(['pattern', 'ofGroup', 'criteria'])

/** What the example gives with null in its first place; null where none can stand there. */
export function nullFirst(row: FunctionRow): Evaluated | null {
  const parsed = parseExpression(row.example[0])
  const call = parsed.outcome === 'parsed' ? callIn(parsed.expression, row.name) : undefined
  const first: Argument | undefined = call?.args[0]
  if (call === undefined || first === undefined || QUOTED.has(first.kind)) return null
  const none: Expression = { kind: 'literal', value: null }
  return evaluated({ ...call, args: [none, ...call.args.slice(1)] })
}

const RESULTS: Readonly<Record<ResultType, string>> = {
  text: 'text',
  number: 'number',
  boolean: 'true or false',
  list: 'array',
  any: 'value',
}

function WithNull({ row }: { readonly row: FunctionRow }) {
  const found = nullFirst(row)
  if (found === null) return <></>
  return (
    <p class="sub">
      null first:{' '}
      {found.outcome === 'value' ? <code>{JSON.stringify(found.value)}</code> : 'no value'}
    </p>
  )
}

/** Functions of one family, each at an anchor of its own. */
export const FunctionLines = ({ rows }: { readonly rows: readonly FunctionRow[] }) => (
  <table class="lines">
    <thead>
      <tr>
        <th scope="col">Function</th>
        <th scope="col">What it gives</th>
        <th scope="col">Example</th>
        <th scope="col">Result</th>
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <tr id={anchorOf(row.name)}>
          <td>
            <a class="self" href={`#${anchorOf(row.name)}`}>
              <code>{row.name}</code>
            </a>
            <p class="sub">
              ({signatureOf(row)}) → {RESULTS[row.result]}
            </p>
          </td>
          <td>
            <Prose text={row.says} />
            <WithNull row={row} />
          </td>
          <td>
            <code class="v">{row.example[0]}</code>
          </td>
          <td>
            <code>{jsonOf(row.example[0])}</code>
          </td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** Text in columns. */
export const Terms = ({
  head,
  terms,
}: {
  readonly head: readonly string[]
  readonly terms: readonly (readonly string[])[]
}) => (
  <table class="terms">
    <thead>
      <tr>
        {head.map((title) => (
          <th scope="col">{title}</th>
        ))}
      </tr>
    </thead>
    <tbody>
      {terms.map((cells) => (
        <tr>
          {cells.map((text) => (
            <td>
              <Prose text={text} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
)
