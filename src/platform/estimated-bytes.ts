/**
 * What a value that came as JSON takes in memory, roughly: characters are a byte or two, and what holds them is as much
 * again. For bounds, which need not be exact.
 */
export const estimatedBytes = (value: unknown): number => JSON.stringify(value).length * 2
