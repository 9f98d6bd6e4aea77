/** How many bytes a claim takes in a token. Most are told to be small without being written. */
import { utf8 } from '../platform/encoding.ts'
import type { Value } from './expression/tree.ts'

/** A unit of text may be written as `\u0000`, and has at most three bytes as itself. */
const BYTES_OF_UNIT = 6
/** -1.7976931348623157e+308 */
const BYTES_OF_NUMBER = 24

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

/** Whether JSON of a value takes at most so many bytes. */
export const fitsInto = (bytes: number, value: Value): boolean =>
  bytesAtMost(value) <= bytes || utf8(JSON.stringify(value)).length <= bytes
