/** Any tree of the expression language: it has a value or fails, and what it is written as is read as the same tree. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import { parseExpression } from '../../../src/claims/expression/parser.ts'
import { compilePattern } from '../../../src/claims/expression/pattern/compile.ts'
import { OPERATORS, type Argument, type Expression } from '../../../src/claims/expression/tree.ts'
import { limits } from '../../../src/platform/limits.ts'
import { anyText } from '../support/arbitraries.ts'
import { CLIENT, evaluated, PERSON } from '../support/expressions.ts'

const PATTERN = 'a.*'

function matching(text: Expression): Expression {
  const compiled = compilePattern(PATTERN)
  if (compiled.outcome === 'refused') throw new Error(compiled.message)
  return { kind: 'matches', text, pattern: PATTERN, program: compiled.program }
}

const PATHS = ['app.id', 'app.profile.tags', 'app.profile.people', 'access.scope', 'user.login', 'user.tags', 'user.none', 'appuser.userName', 'org.subDomain'] // prettier-ignore

const leaves: fc.Arbitrary<Expression> = fc.oneof(
  fc.oneof(anyText, fc.integer(), fc.boolean(), fc.constant(null)).map((value) => ({ kind: 'literal', value }) as const),
  fc.constantFrom(...PATHS).map((path) => ({ kind: 'attribute', path: path.split('.') }) as const),
  fc.constantFrom('id', 'status').map((property) => ({ kind: 'internal', property }) as const),
) // prettier-ignore

const operators = fc.constantFrom(...OPERATORS.flat())

const { tree } = fc.letrec<{ tree: Expression }>((tie) => {
  const one = tie('tree')
  const inner = fc.oneof(
    fc.record({ kind: fc.constant('array'), items: fc.array(one, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('not'), operand: one }),
    fc.record({ kind: fc.constant('binary'), operator: operators, left: one, right: one }),
    fc.record({ kind: fc.constant('choice'), test: one, yes: one, no: one }),
    fc.record({ kind: fc.constant('elvis'), value: one, otherwise: one }),
    fc.record({ kind: fc.constant('item'), of: one, index: one }),
    fc.record({ kind: fc.constant('projection'), of: one, member: fc.constantFrom('name', 'constructor', '__proto__') }),
    one.map(matching),
    fc.record({
      kind: fc.constant('call'),
      name: fc.constantFrom(...FUNCTIONS.keys(), 'constructor', '__proto__'),
      args: fc.array(one, { maxLength: 4 }),
    }),
  ) as fc.Arbitrary<Expression> // prettier-ignore
  return {
    tree: fc.oneof(
      { maxDepth: 4 },
      { weight: 1, arbitrary: leaves },
      { weight: 3, arbitrary: inner },
    ),
  }
})

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`

const list = (items: readonly Expression[]): string => items.map(printed).join(', ')

function argument(given: Argument): string {
  if (given.kind === 'pattern' || given.kind === 'ofGroup') return quoted(given.source)
  if (given.kind !== 'criteria') return printed(given)
  const entries = given.entries.map(([name, value]) => `"${name}": ${printed(value)}`)
  return `{${entries.join(', ')}, "operator": "${given.operator}"}`
}

/** With parentheses around everything that has parts. */
function printed(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string'
        ? quoted(expression.value)
        : String(expression.value)
    case 'array':
      return `{${list(expression.items)}}`
    case 'attribute':
      return expression.path.join('.')
    case 'internal':
      return `user.getInternalProperty(${quoted(expression.property)})`
    case 'call':
      return `${expression.name}(${expression.args.map(argument).join(', ')})`
    case 'not':
      return `!(${printed(expression.operand)})`
    case 'binary':
      return `(${printed(expression.left)}) ${expression.operator} (${printed(expression.right)})`
    case 'matches':
      return `(${printed(expression.text)}) matches ${quoted(expression.pattern)}`
    case 'choice':
      return `(${printed(expression.test)}) ? (${printed(expression.yes)}) : (${printed(expression.no)})`
    case 'elvis':
      return `(${printed(expression.value)}) ?: (${printed(expression.otherwise)})`
    case 'item':
      return `(${printed(expression.of)})[${printed(expression.index)}]`
    case 'projection':
      return `(${printed(expression.of)}).![${expression.member}]`
  }
}

describe('any tree', () => {
  it('has a value that JSON can carry, or fails; for people and for clients', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(PERSON, CLIENT), (expression, scope) => {
        const result = evaluated(expression, scope)
        if (result.outcome === 'failed') return
        expect(JSON.stringify(result.value)).toBeTypeOf('string')
      }),
      { numRuns: 2000 },
    )
  })

  it('is read as it is written, where its parts fit together', () => {
    let read = 0
    fc.assert(
      fc.property(tree, (expression) => {
        const source = printed(expression)
        fc.pre(source.length <= limits.expressionCharactersMax)
        const parsed = parseExpression(source)
        if (parsed.outcome === 'error') {
          expect(parsed.error.at).toBeLessThanOrEqual(source.length)
          return
        }
        read++
        expect(parsed.expression).toEqual(expression)
      }),
      { numRuns: 2000 },
    )
    expect(read).toBeGreaterThan(200)
  })
})
