/**
 * What a filter or keywords mean for an event of the system log. Pure. Values are compared exactly; an attribute with
 * several values, such as `target.id`, matches when one of them does, and `ne` is the contrary of `eq`.
 */
import { parseInstant } from '../platform/clock.ts'
import type { Comparison, Filter, FilterValue } from '../protocol/filter.ts'
import { SystemLogEvent } from './system-log.ts'

export type Matches = (event: SystemLogEvent) => boolean

/** Attributes by which events are found without looking through others, the most telling first. */
export const INDEXED_ATTRIBUTES = [
  'uuid',
  'target.id',
  'actor.id',
  'eventType',
  'outcome.result',
] as const
export type IndexedAttribute = (typeof INDEXED_ATTRIBUTES)[number]

export interface IndexedValue {
  readonly attribute: IndexedAttribute
  readonly value: string
}

/** What every event that matches has in common, as far as an index can find it. */
export function indexedValue(filter: Filter): IndexedValue | null {
  const found = conjuncts(filter).flatMap((one): IndexedValue[] => {
    if (one.op !== 'eq' || typeof one.value !== 'string') return []
    const attribute = INDEXED_ATTRIBUTES.find((name) => name === one.attribute)
    return attribute === undefined ? [] : [{ attribute, value: one.value }]
  })
  return (
    INDEXED_ATTRIBUTES.map((name) => found.find(({ attribute }) => attribute === name)).find(
      (one) => one !== undefined,
    ) ?? null
  )
}

const conjuncts = (filter: Filter): readonly Filter[] =>
  filter.op === 'and' ? [...conjuncts(filter.left), ...conjuncts(filter.right)] : [filter]

const MEMBERS: readonly string[] = Object.keys(SystemLogEvent.shape)

/** Null for a filter that names what no event has, or compares the time with what is none. */
export function compileLogFilter(filter: Filter): Matches | null {
  if ('left' in filter) {
    const [left, right] = [compileLogFilter(filter.left), compileLogFilter(filter.right)]
    if (left === null || right === null) return null
    return filter.op === 'and'
      ? (event) => left(event) && right(event)
      : (event) => left(event) || right(event)
  }
  if ('operand' in filter) {
    const operand = compileLogFilter(filter.operand)
    return operand === null ? null : (event) => !operand(event)
  }
  const path = filter.attribute.split('.')
  if (!MEMBERS.includes(path[0]!)) return null
  if (filter.op === 'pr') return (event) => valuesAt(event, path).length > 0
  return filter.attribute === 'published' ? timeComparison(filter) : comparison(filter, path)
}

function timeComparison({ op, value }: Comparison): Matches | null {
  const instant = typeof value === 'string' ? parseInstant(value) : null
  if (instant === null) return null
  if (op === 'ne') return ({ published }) => Date.parse(published) !== instant
  return ({ published }) => holds(op, Date.parse(published), instant)
}

function comparison({ op, value }: Comparison, path: readonly string[]): Matches {
  if (value === null && op === 'eq') return (event) => valuesAt(event, path).length === 0
  if (value === null && op === 'ne') return (event) => valuesAt(event, path).length > 0
  if (op === 'ne') return (event) => !valuesAt(event, path).includes(value)
  return (event) => valuesAt(event, path).some((found) => holds(op, found, value))
}

/** Everything that stands at a path, through lists; what is null is not there. */
function valuesAt(event: SystemLogEvent, path: readonly string[]): readonly unknown[] {
  let found: readonly unknown[] = [event]
  for (const name of path)
    found = found
      .flatMap((value) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? [(value as Readonly<Record<string, unknown>>)[name]]
          : [],
      )
      .flat()
      .filter((value) => value !== null && value !== undefined)
  return found
}

function holds(op: Exclude<Comparison['op'], 'ne'>, found: unknown, value: FilterValue): boolean {
  if (op === 'eq') return found === value
  if (typeof found === 'string' && typeof value === 'string') return ofTexts[op](found, value)
  if (typeof found === 'number' && typeof value === 'number') return ofNumbers[op](found, value)
  return false
}

type Order = 'gt' | 'ge' | 'lt' | 'le'
type Part = 'sw' | 'co' | 'ew'

const ordered = <T extends string | number>(): Readonly<
  Record<Order, (found: T, value: T) => boolean>
> => ({
  gt: (found, value) => found > value,
  ge: (found, value) => found >= value,
  lt: (found, value) => found < value,
  le: (found, value) => found <= value,
})

const never = (): boolean => false

const ofTexts: Readonly<Record<Order | Part, (found: string, value: string) => boolean>> = {
  ...ordered<string>(),
  sw: (found, value) => found.startsWith(value),
  co: (found, value) => found.includes(value),
  ew: (found, value) => found.endsWith(value),
}

const ofNumbers: Readonly<Record<Order | Part, (found: number, value: number) => boolean>> = {
  ...ordered<number>(),
  sw: never,
  co: never,
  ew: never,
}

/** All keywords occur in the event's values, in any case and anywhere. */
export function matchesKeywords(keywords: readonly string[]): Matches {
  const wanted = keywords.map((word) => word.toLowerCase())
  return (event) => {
    const text = textsOf(event).join('\n').toLowerCase()
    return wanted.every((word) => text.includes(word))
  }
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsOf)
}
