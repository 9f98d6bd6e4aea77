/** Headers by which browsers take an answer for what it is and no more, at every door alike. */

/** Fetch §3.5: a body is of the type that it says. */
export const NOSNIFF = { 'x-content-type-options': 'nosniff' } as const

/** RFC 6797 §7.2: never over plain HTTP, which only a developer's machine has. */
export const transportHeaders = (origin: string): Readonly<Record<string, string>> =>
  origin.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}
