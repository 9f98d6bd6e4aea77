/** What can be known of an expression before it has values: whether what it is made of fits together. */
import { PARAMETERS, type ParameterType, type ResultType } from './functions/row.ts'
import { FUNCTIONS } from './functions/index.ts'
import { isObject } from './objects.ts'
import type { Expression, Value } from './tree.ts'

/** `any`: only a value can tell. */
export type Kind = ResultType | 'null' | 'object'

const LITERALS: ReadonlyMap<string, Kind> = new Map([
  ['string', 'text'],
  ['number', 'number'],
  ['boolean', 'boolean'],
])

/** Kinds of what has no parts of interest. */
const KINDS: Partial<Readonly<Record<Expression['kind'], Kind>>> = {
  array: 'list',
  internal: 'text',
  not: 'boolean',
  matches: 'boolean',
  projection: 'list',
}

export function kindOf(expression: Expression): Kind {
  if (expression.kind === 'literal') return LITERALS.get(typeof expression.value) ?? 'null'
  if (expression.kind === 'call') return FUNCTIONS.get(expression.name)?.result ?? 'any'
  if (expression.kind === 'binary') return expression.operator === '+' ? 'any' : 'boolean'
  if (expression.kind === 'attribute') return isObject(expression.path) ? 'object' : 'any'
  return KINDS[expression.kind] ?? 'any'
}

/** Kinds of results that a parameter takes. */
const TAKEN: Readonly<Record<ParameterType, readonly Kind[]>> = {
  text: ['text', 'number', 'boolean'],
  whole: ['number'],
  list: ['list', 'text'],
  any: ['text', 'number', 'boolean', 'list'],
  zone: ['text'],
  format: ['text'],
  pattern: [],
  ofGroup: [],
  criteria: [],
}

/** What stands in the expression as it is. */
export function constantOf(expression: Expression): Value | undefined {
  return expression.kind === 'literal' ? expression.value : undefined
}

/** Parameters that are read with the expression. */
const IN_QUOTES: ReadonlySet<ParameterType> = new Set<ParameterType>(['pattern', 'ofGroup'])

/** Why an argument cannot be one; null: it may be. */
export function argumentRefusal(type: ParameterType, argument: Expression): string | null {
  const kind = kindOf(argument)
  const refusal = `expected ${PARAMETERS[type].called}`
  if (kind === 'object') return refusal
  if (IN_QUOTES.has(type)) return typeof constantOf(argument) === 'string' ? null : refusal
  if (type === 'criteria') return refusal
  if (kind === 'any' || kind === 'null') return null
  if (!TAKEN[type].includes(kind)) return refusal
  const constant = constantOf(argument)
  if (constant === undefined) return null
  if (type === 'text' && typeof constant !== 'string') return refusal
  return PARAMETERS[type].read(constant) === undefined ? refusal : null
}
