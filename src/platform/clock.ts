/** The only reader of the system clock. Evaluators take the time as an argument. */
import { limits } from './limits.ts'

export const nowMillis = (): number => Date.now()

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/**
 * How long ago something was done, in milliseconds. What seems to come from beyond the skew ahead was dated by a clock
 * that went back since: of no known age.
 */
export function ageOf(doneAt: number, now: number): number {
  const age = now - doneAt
  return age < -limits.clockSkewSeconds * 1000 ? Infinity : age
}

/** An instant as the management API writes it: UTC with milliseconds. */
export const timestamp = (seconds: number): string => timestampOfMillis(seconds * 1000)

export const timestampOfMillis = (millis: number): string => new Date(millis).toISOString()

const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/

/** An instant as clients write it, ISO 8601: a date, or date and time with a zone. In milliseconds; null: none. */
export function parseInstant(text: string): number | null {
  const millis = INSTANT.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(millis) ? null : millis
}

export const pause = (millis: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, millis))
  })
