/** Where a page begins, when that is more than an id: JSON that only we read, in an opaque `after`. */
import { base64url, base64urlDecode, parseJson, utf8, utf8Decode } from '../platform/encoding.ts'
import { ApiError } from '../protocol/api-errors.ts'

export const cursorOf = (...values: readonly string[]): string =>
  base64url(utf8(JSON.stringify(values)))

/** Null for the first page. Throws E0000054 for a cursor that is none of ours, with so many values. */
export function readCursor(text: string, length: number): readonly string[] | null {
  if (text === '') return null
  const bytes = base64urlDecode(text)
  const decoded = bytes === null ? null : utf8Decode(bytes)
  const values = decoded === null ? undefined : parseJson(decoded)
  const isOurs =
    Array.isArray(values) &&
    values.length === length &&
    values.every((value) => typeof value === 'string')
  if (!isOurs) throw new ApiError('E0000054')
  return values
}
