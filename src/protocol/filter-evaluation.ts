/** Whether one resource passes a filter; for lists that are bounded and so may be gone through in memory. */
import type { Comparison, ComparisonOperator, Filter, FilterValue } from './filter.ts'

type Compare = (value: FilterValue, wanted: FilterValue) => boolean

const text =
  (compare: (value: string, wanted: string) => boolean): Compare =>
  (value, wanted) =>
    typeof value === 'string' && typeof wanted === 'string' && compare(value, wanted)

const operators: Readonly<Record<ComparisonOperator, Compare>> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  gt: text((value, wanted) => value > wanted),
  ge: text((value, wanted) => value >= wanted),
  lt: text((value, wanted) => value < wanted),
  le: text((value, wanted) => value <= wanted),
  sw: text((value, wanted) => value.startsWith(wanted)),
  co: text((value, wanted) => value.includes(wanted)),
  ew: text((value, wanted) => value.endsWith(wanted)),
}

/**
 * `valuesOf` gives the values of an attribute, of which there may be several. `ne` holds when none of them is the one
 * named, and every other comparison when it holds for one of them.
 */
export function passesFilter(
  filter: Filter,
  valuesOf: (attribute: string) => readonly FilterValue[],
): boolean {
  const passes = (part: Filter): boolean => passesFilter(part, valuesOf)
  if ('operand' in filter) return !passes(filter.operand)
  if ('left' in filter)
    return filter.op === 'and'
      ? passes(filter.left) && passes(filter.right)
      : passes(filter.left) || passes(filter.right)
  const values = valuesOf(filter.attribute)
  return filter.op === 'pr' ? values.some((value) => value !== null) : compares(filter, values)
}

function compares({ op, value: wanted }: Comparison, values: readonly FilterValue[]): boolean {
  const holds = (value: FilterValue): boolean => operators[op](value, wanted)
  return op === 'ne' ? values.every(holds) : values.some(holds)
}
