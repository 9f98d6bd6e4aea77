/**
 * Structured lines for the operator. Only names, ids and error classes are written:
 * never a request body, a header, a query string, a token, a secret or a key.
 */
type Fields = Readonly<Record<string, string | number | boolean | null>>

export function logFault(what: string, fields: Fields, cause: unknown): void {
  console.error(JSON.stringify({ level: 'error', what, ...fields, cause: describe(cause) }))
}

// Messages of storage errors name statements and limits, not values: values are always bound parameters.
const describe = (cause: unknown): string =>
  cause instanceof Error ? `${cause.name}: ${cause.message.slice(0, 300)}` : typeof cause
