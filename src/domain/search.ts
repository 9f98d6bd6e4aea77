/**
 * Searches of lists: a filter of the protocol, given the types of a list's attributes, as a disjunction of
 * conjunctions. Each conjunction (a branch) can be found through the one of its terms that leaves the fewest. Pure.
 */
import { limits } from '../platform/limits.ts'
import type { ComparisonOperator, Filter, FilterValue } from '../protocol/filter.ts'

/** An attribute as the list keeps it, and how it is compared: text without case unless it is `exact`. */
export interface SearchField {
  readonly of: 'text' | 'number' | 'boolean' | 'instant'
  /** A column with the index that finds it, an attribute of the profile, or what is the same for all. */
  readonly at:
    | { readonly column: string; readonly index: string | null }
    | { readonly attribute: string }
    | { readonly constant: string }
  readonly exact?: boolean
  /** Its values are written in capitals, whatever is asked for. */
  readonly capitals?: boolean
}

export type TermOperator = Exclude<ComparisonOperator, 'ne' | 'ew'> | 'pr'

export interface Term {
  readonly field: SearchField
  readonly op: TermOperator
  /** Seconds for instants, 0 and 1 for booleans; nothing that matters for `pr`. */
  readonly value: string | number
  readonly negated: boolean
}

/** All terms of a branch hold. */
export type Branch = readonly Term[]

/** Finds the field of an attribute name, for the operator it is used with; undefined for an unknown one. */
export type FieldOf = (attribute: string, op: TermOperator) => SearchField | undefined

const OPERATORS: Readonly<Record<SearchField['of'], readonly TermOperator[]>> = {
  text: ['eq', 'sw', 'co', 'gt', 'ge', 'lt', 'le', 'pr'],
  number: ['eq', 'gt', 'ge', 'lt', 'le', 'pr'],
  boolean: ['eq', 'pr'],
  instant: ['eq', 'gt', 'ge', 'lt', 'le', 'pr'],
}

const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/

/** Seconds, with a fraction where it was written. */
function instantOf(value: FilterValue): number | null {
  const millis = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : NaN
  return Number.isNaN(millis) ? null : millis / 1000
}

const readers: Readonly<
  Record<SearchField['of'], (value: FilterValue, field: SearchField) => string | number | null>
> = {
  text: (value, { capitals = false }) =>
    typeof value === 'string' ? (capitals ? value.toUpperCase() : value) : null,
  number: (value) => (typeof value === 'number' ? value : null),
  boolean: (value) =>
    /^(true|false)$/.test(String(value)) ? Number(String(value) === 'true') : null,
  instant: instantOf,
}

/** Null: the attribute is unknown, the operator is not for it, or the value is of another type. */
function termOf(
  comparison: Extract<Filter, { attribute: string }>,
  negated: boolean,
  fieldOf: FieldOf,
): Term | null {
  const { op, attribute } = comparison
  if (op === 'ne' || op === 'ew') return null
  const field = fieldOf(attribute, op)
  if (field === undefined || !OPERATORS[field.of].includes(op)) return null
  const value = op === 'pr' ? 0 : readers[field.of](comparison.value, field)
  return value === null ? null : { field, op, value, negated }
}

/** Null: the filter cannot be answered, or has too many branches. */
export function branchesOf(
  filter: Filter,
  fieldOf: FieldOf,
  negated = false,
): readonly Branch[] | null {
  if ('attribute' in filter) {
    const term = termOf(filter, negated, fieldOf)
    return term === null ? null : [[term]]
  }
  if (filter.op === 'not') return branchesOf(filter.operand, fieldOf, !negated)
  const left = branchesOf(filter.left, fieldOf, negated)
  const right = branchesOf(filter.right, fieldOf, negated)
  if (left === null || right === null) return null
  // De Morgan: what is negated swaps the two.
  const isAlternative = (filter.op === 'or') !== negated
  const branches = isAlternative
    ? [...left, ...right]
    : left.flatMap((one) => right.map((other) => [...one, ...other]))
  const fits =
    branches.length <= limits.searchBranchesMax &&
    branches.every((branch) => branch.length <= limits.searchTermsMax)
  return fits ? branches : null
}
