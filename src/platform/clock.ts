/** The only reader of the system clock. Evaluators take the time as an argument. */
export const nowMillis = (): number => Date.now()

export const nowSeconds = (): number => Math.floor(Date.now() / 1000)

/** An instant as the management API writes it: UTC with milliseconds. */
export const timestamp = (seconds: number): string => new Date(seconds * 1000).toISOString()
