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

/** Throws RangeError when there is no such zone. */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known !== undefined) return known
  const clock = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  clocks.set(zone, clock)
  return clock
}

export function zoneExists(zone: string): boolean {
  try {
    return clockOf(zone) !== null
  } catch {
    return false
  }
}

/** Null outside of the years 1 to 9999. */
export function fieldsOf(millis: number, zone: string): Fields | null {
  if (!isInRange(millis)) return null
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
