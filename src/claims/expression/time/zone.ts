/** What clocks show in a time zone, by the platform's own knowledge of zones. */
import { limits } from '../../../platform/limits.ts'
import { LruMap } from '../../../platform/lru.ts'

/** What a clock and a calendar show. */
export interface Fields {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millis: number
  /** Minutes that the zone is before UTC. */
  readonly offset: number
}

const FIRST = Date.parse('0001-01-02T00:00:00Z')
const LAST = Date.parse('9999-12-30T00:00:00Z')

/** Whether the year has four digits wherever one is. */
export const isInRange = (millis: number): boolean => millis > FIRST && millis < LAST

/** To make one takes longer than everything else that is done with it. */
const clocks = new LruMap<string, Intl.DateTimeFormat>(limits.timeZonesCachedMax)

/** Zones that are known to exist, of which there are some hundreds. */
const known = new Set<string>()

/** Names of zones are ASCII, and the same in small and capital letters. */
const NAME = /^[\w+/:-]{1,64}$/

/** Throws RangeError when there is no such zone. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const name = zone.toUpperCase()
  const kept = clocks.get(name)
  if (kept !== undefined) return kept
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  clocks.set(name, clock)
  known.add(name)
  return clock
}

export function zoneExists(zone: string): boolean {
  if (!NAME.test(zone)) return false
  if (known.has(zone.toUpperCase())) return true
  try {
    return clockOf(zone) !== null
  } catch {
    return false
  }
}

/** Null outside of the years 1 to 9999. */
export function fieldsOf(millis: number, zone: string): Fields | null {
  if (!isInRange(millis)) return null
  return zone === 'UTC' ? fieldsInUtc(millis) : fieldsByClock(millis, zone)
}

function fieldsInUtc(millis: number): Fields {
  const date = new Date(millis)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millis: date.getUTCMilliseconds(),
    offset: 0,
  }
}

function fieldsByClock(millis: number, zone: string): Fields {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(millis)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const of = (part: Intl.DateTimeFormatPartTypes): number => parts.get(part) ?? 0
  const shown = {
    year: of('year'),
    month: of('month'),
    day: of('day'),
    hour: of('hour'),
    minute: of('minute'),
    second: of('second'),
    millis: ((millis % 1000) + 1000) % 1000,
  }
  return { ...shown, offset: Math.round((asUtc(shown) - millis) / 60_000) }
}

/** The instant at which UTC shows the fields. */
export function asUtc(shown: Omit<Fields, 'offset'>): number {
  const date = new Date(0)
  date.setUTCFullYear(shown.year, shown.month - 1, shown.day)
  return date.setUTCHours(shown.hour, shown.minute, shown.second, shown.millis)
}
