/**
 * Bytes that are used up before anything else runs. The platform keeps the bytes of every array outside of the heap,
 * and to make and forget one costs more than most of what the token endpoint does with it; so one array serves all.
 */
import { base64Decode, utf8, utf8Decode, type Bytes } from './encoding.ts'

const scratch = new Uint8Array(16 * 1024)
const encoder = new TextEncoder()
/** A UTF-16 unit takes three bytes at most. */
const CHARACTERS_MAX = Math.floor(scratch.length / 3)

/**
 * UTF-8 until the next call of anything in this file: for base64url and for WebCrypto, which has copied the bytes or is
 * done with them when it returns its promise. Never to be kept, nor the buffer behind it. Texts that are too long have
 * bytes of their own.
 */
export function briefUtf8(text: string): Bytes {
  if (text.length > CHARACTERS_MAX) return utf8(text)
  const { written } = encoder.encodeInto(text, scratch)
  return scratch.subarray(0, written)
}

/** The text whose UTF-8 stands in base64; null when either is malformed. */
export function base64Text(base64: string): string | null {
  if (base64.length > scratch.length) {
    const bytes = base64Decode(base64)
    return bytes && utf8Decode(bytes)
  }
  try {
    const { written } = scratch.setFromBase64(base64)
    return utf8Decode(scratch.subarray(0, written))
  } catch {
    return null
  }
}
