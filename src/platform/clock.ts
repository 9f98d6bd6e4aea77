/** The only reader of the system clock. Evaluators take the time as an argument. */
export const nowMillis = (): number => Date.now()

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

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
