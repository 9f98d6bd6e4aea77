/**
 * The value of a tree for one token. Total and bounded: it walks the tree once, without I/O and without objects of the
 * host, and each step is charged with the size of what it touches. What has no value makes the whole fail.
 */
import type { GroupOfPerson, Person } from '../../domain/person.ts'
import { limits } from '../../platform/limits.ts'
import { groupValue } from './functions/groups.ts'
import { FUNCTIONS } from './functions/index.ts'
import {
  arityRefusal,
  parameterAt,
  PARAMETERS,
  takesNull,
  type Criteria,
  type FunctionRow,
  type Running,
} from './functions/row.ts'
import { OPERATIONS } from './operators.ts'
import { matchesWhole, weightOf, type Program } from './pattern/program.ts'
import type { Argument, Expression, InternalProperty, Value } from './tree.ts'

/** What an expression may read. */
export interface ExpressionScope {
  readonly app: {
    readonly id: string
    readonly clientId: string
    readonly label: string
    readonly profile: Readonly<Record<string, unknown>>
  }
  readonly access: { readonly scope: readonly string[] }
  readonly org: { readonly name: string | null; readonly subDomain: string }
  /** The profile; null: the client acts for itself. */
  readonly user: Readonly<Record<string, unknown>> | null
  /** The profile of the assignment, with the userName. */
  readonly appuser: Readonly<Record<string, unknown>> | null
  readonly session: { readonly amr: readonly string[] } | null
  /** In an expression about a group. */
  readonly group?: ReturnType<typeof groupValue>
}

/** What functions are told beside their arguments. */
export interface Surroundings {
  readonly internal: Readonly<Record<InternalProperty, string>> | null
  /** Null: the client acts for itself. Undefined: it is not known, and what asks fails. */
  readonly groups: readonly GroupOfPerson[] | null | undefined
  /** The profiles of the primaries of the user by the names of the relations; null and undefined as of groups. */
  readonly linked: Person['linked'] | null
  readonly isCodeFlow: boolean
  readonly nowMillis: number
}

export type Evaluated =
  { readonly outcome: 'value'; readonly value: Value } | { readonly outcome: 'failed' }

/** There is no value. Never leaves the evaluator. */
class NoValue extends Error {}

export function evaluateExpression(
  expression: Expression,
  scope: ExpressionScope,
  surroundings: Surroundings,
): Evaluated {
  try {
    return { outcome: 'value', value: new Evaluation(scope, surroundings).of(expression) }
  } catch (error) {
    if (error instanceof NoValue) return { outcome: 'failed' }
    throw error
  }
}

type Rules = {
  readonly [Kind in Expression['kind']]: (
    expression: Extract<Expression, { kind: Kind }>,
    run: Evaluation,
  ) => Value | undefined
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new NoValue()
  return value
}

const RULES: Rules = {
  literal: ({ value }) => value,
  array: ({ items }, run) => items.map((item) => run.of(item)),
  attribute: ({ path }, { scope }) => memberOf(scope, path),
  internal: ({ property }, { surroundings }) => surroundings.internal?.[property] ?? null,
  linked: ({ name, attribute }, { surroundings }) =>
    memberOf(present(surroundings.linked), [name, attribute]),
  call: ({ name, args }, run) => called(FUNCTIONS.get(name), args, run),
  not: ({ operand }, run) => !truth(run.of(operand)),
  binary({ operator, left, right }, run) {
    const first = run.of(left)
    // Of these the second is not looked at when the first decides.
    if (operator === 'and') return truth(first) && truth(run.of(right))
    if (operator === 'or') return truth(first) || truth(run.of(right))
    const second = run.of(right)
    run.charge(sizeOf(first) + sizeOf(second))
    return OPERATIONS[operator].call?.(first, second)
  },
  matches({ text, program }, run) {
    const value = run.of(text)
    if (value === null) return false
    if (typeof value !== 'string') return undefined
    run.charge((value.length + 1) * weightOf(program))
    return matchesWhole(program, value)
  },
  choice: ({ test, yes, no }, run) => run.of(truth(run.of(test)) ? yes : no),
  elvis({ value: first, otherwise }, run) {
    const value = run.of(first)
    return value === null || value === '' ? run.of(otherwise) : value
  },
  item({ of, index }, run) {
    const [list, at] = [run.of(of), run.of(index)]
    return isList(list) && typeof at === 'number' ? list[at] : undefined
  },
  projection({ of, member }, run) {
    const list = run.of(of)
    if (list === null) return null
    return isList(list) ? list.map((one) => memberOf(one, [member])) : undefined
  },
}

class Evaluation implements Running {
  scope: ExpressionScope
  readonly surroundings: Surroundings
  #stepsLeft: number = limits.expressionStepsMax

  constructor(scope: ExpressionScope, surroundings: Surroundings) {
    this.scope = scope
    this.surroundings = surroundings
  }

  get nowMillis(): number {
    return this.surroundings.nowMillis
  }

  get isCodeFlow(): boolean {
    return this.surroundings.isCodeFlow
  }

  get groups(): readonly GroupOfPerson[] | null {
    return present(this.surroundings.groups)
  }

  readonly charge = (steps: number): void => {
    this.#stepsLeft -= steps
    if (this.#stepsLeft < 0) throw new NoValue()
  }

  readonly ofGroup = (expression: Expression, group: GroupOfPerson): Value => {
    const { scope } = this
    this.scope = { ...scope, group: groupValue(group) }
    const value = this.of(expression)
    this.scope = scope
    return value
  }

  of(expression: Expression): Value {
    this.charge(1)
    const rule = RULES[expression.kind] as (one: Expression, run: Evaluation) => Value | undefined
    const value = rule(expression, this)
    if (value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
      throw new NoValue()
    return value
  }
}

/** Own members only: a path like app.profile.constructor must find nothing. */
function memberOf(of: unknown, path: readonly string[]): Value {
  let value = of
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    if (!Object.hasOwn(value, name)) return null
    value = (value as Record<string, unknown>)[name]
  }
  return (value ?? null) as Value
}

function called(
  row: FunctionRow | undefined,
  args: readonly Argument[],
  run: Evaluation,
): Value | undefined {
  if (row === undefined || arityRefusal(row, args.length) !== null) return undefined
  const read: unknown[] = []
  const sizes: number[] = []
  let isNull = false
  for (const [at, argument] of args.entries()) {
    const known = knownOf(argument, run)
    if (known !== undefined) {
      read.push(known)
      continue
    }
    const value = run.of(argument as Expression)
    const size = sizeOf(value)
    sizes.push(size)
    run.charge(size)
    const type = parameterAt(row, at)
    if (value === null && !takesNull(type)) isNull = true
    else read.push(present(PARAMETERS[type].read(value)))
  }
  if (isNull) return row.whenNull ?? null
  if (row.searches === true) run.charge(searching(sizes))
  const needed = row.parameters.length
  const result = row.call(read.slice(0, needed) as never, read.slice(needed) as never, run)
  const size = result === undefined ? 0 : sizeOf(result)
  if (size > limits.expressionValueSizeMax) return undefined
  run.charge(size)
  return result
}

/** What an argument that is no value comes to. */
function knownOf(argument: Argument, run: Evaluation): Program | Expression | Criteria | undefined {
  if (argument.kind === 'pattern') return argument.program
  if (argument.kind === 'ofGroup') return argument.expression
  if (argument.kind !== 'criteria') return undefined
  const entries = argument.entries.map(([criterion, expression]) => {
    const value = run.of(expression)
    return [criterion, isList(value) ? value : [value]] as const
  })
  return { operator: argument.operator, entries }
}

/** Characters are compared so many at a time. */
const COMPARED_AT_ONCE = 100

function searching([first = 0, ...others]: readonly number[]): number {
  const wanted = others.reduce((sum, one) => sum + one, 0)
  return (first * wanted) / COMPARED_AT_ONCE
}

function present<Read>(read: Read | undefined): Read {
  if (read === undefined) throw new NoValue()
  return read
}

/** Characters of text and numbers of everything else, all the way down. */
function sizeOf(value: Value): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, one: Value) => sum + sizeOf(one), 1)
}
