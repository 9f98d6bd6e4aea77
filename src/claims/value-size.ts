/** How many bytes claims take in a token. Most are told to be small without being written. */
import { utf8 } from '../platform/encoding.ts'
import type { Value } from './expression/tree.ts'

/** A unit of text may be written as `\u0000`, and has at most three bytes as itself. */
const BYTES_OF_UNIT = 6
/** -0.0000010031915250154832: what is smaller by a digit has an exponent, and 24 bytes at most. */
const BYTES_OF_NUMBER = 25

/** No less than JSON takes. */
export function bytesAtMost(value: Value): number {
  if (typeof value === 'string') return value.length * BYTES_OF_UNIT + 2
  if (typeof value !== 'object' || value === null) return BYTES_OF_NUMBER
  let bytes = 2
  if (Array.isArray(value))
    for (const one of value as readonly Value[]) bytes += bytesAtMost(one) + 1
  else
    for (const [name, one] of Object.entries(value as Record<string, Value>))
      bytes += bytesAtMost(name) + bytesAtMost(one) + 2
  return bytes
}

/** No number is told to be more than so many times as long as it is. */
const TOLD_TIMES_MAX = BYTES_OF_NUMBER

const bytesOf = (value: Value): number => utf8(JSON.stringify(value)).length

/** Room for values that stand beside one another in a token. */
export class Room {
  readonly #most: number
  /** By what was measured, and at most by what was not. */
  #taken = 0
  #told = 0
  #unmeasured: Value[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** False: there is not so much left, for a value with what stands around it. */
  take(value: Value, around: number): boolean {
    const told = bytesAtMost(value)
    this.#taken += around
    this.#told += told
    this.#unmeasured.push(value)
    if (this.#taken + this.#told <= this.#most) return true
    // What is far too large is not written to be measured.
    if (told > this.#most * TOLD_TIMES_MAX) return false
    for (const one of this.#unmeasured) this.#taken += bytesOf(one)
    this.#unmeasured = []
    this.#told = 0
    return this.#taken <= this.#most
  }
}
