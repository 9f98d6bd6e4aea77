/** What must hold of a reader: it refuses by the errors that doors catch, and throws nothing else. */
import { ApiError } from '../../../src/protocol/api-errors.ts'
import { OAuthError } from '../../../src/protocol/errors.ts'

/** A property that does not hold. */
export class Wrong extends Error {}

export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Wrong(what)
}

export type Attempt<Value> = { readonly value: Value } | { readonly refusal: OAuthError | ApiError }

/** Whatever else it throws is a fault, and goes through. */
export function attempt<Value>(read: () => Value): Attempt<Value> {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof OAuthError || error instanceof ApiError) return { refusal: error }
    throw error
  }
}

export async function attempted<Value>(read: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await read() }
  } catch (error) {
    if (error instanceof OAuthError || error instanceof ApiError) return { refusal: error }
    throw error
  }
}
