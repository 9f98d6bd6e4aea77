/**
 * Bytes and text: UTF-8, base64, base64url (RFC 4648 §5, without padding).
 * Decoders return null for anything malformed, so that a caller cannot forget the bad case.
 */
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const BASE64URL = { alphabet: 'base64url', omitPadding: true } as const

/** Bytes over an ordinary buffer, which is what WebCrypto takes. */
export type Bytes = Uint8Array<ArrayBuffer>

export const utf8 = (text: string): Bytes => encoder.encode(text) as Bytes

export function utf8Decode(bytes: Uint8Array | ArrayBuffer): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

/** The same text with memory of its own: one that was cut out of another keeps the whole of that one. */
export const ownText = (text: string): string => utf8Decode(utf8(text)) ?? text

export const base64url = (bytes: Uint8Array): string => bytes.toBase64(BASE64URL)

/** What ends a text whose length, modulo 4, is the index: bits that are of no byte are zero. */
const ENDS = [null, '', 'AQgw', 'AEIMQUYcgkosw048'] as const

/** Whether a text is what some bytes are written as (RFC 4648 §3.5): no two texts have the same bytes. */
function isBase64url(text: string): boolean {
  const ends = ENDS[text.length % 4]
  return /^[\w-]*$/.test(text) && (ends === null || ends!.includes(text.at(-1)!))
}

/** Null where there is white space or padding (RFC 7515 §2), or a character whose bits are of no byte. */
export const base64urlDecode = (text: string): Bytes | null =>
  isBase64url(text) ? Uint8Array.fromBase64(text, { alphabet: 'base64url' }) : null

/** Parts in base64url alone, as a JWS or a JWE has them (RFC 7515 §5.2, RFC 7516 §5.2). */
export const isCompact = (text: string): boolean => text.split('.').every(isBase64url)

/** Three such parts, of which the last may be empty. */
export const isCompactJws = (text: string): boolean =>
  /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text) && isCompact(text)

export function base64Decode(text: string): Bytes | null {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return null
  }
}

/** Compares in a time that depends on the lengths only. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length
  for (let index = 0; index < one.length; index++) difference |= one[index]! ^ (other[index] ?? 0)
  return difference === 0
}

/** SHA-256 in base64url: to store and compare what is secret and random, without keeping it. */
export const digest = async (text: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(text))))

/** Compares texts in a time that depends on the lengths only. */
export function equalText(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let index = 0; index < one.length; index++)
    difference |= one.charCodeAt(index) ^ other.charCodeAt(index)
  return difference === 0
}

/** Parses JSON; `undefined` when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Whether a JSON value is an object, and not a list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether a JSON value is nested at most so deep. */
export const within = (value: unknown, depth: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth > 0 && Object.values(value).every((member) => within(member, depth - 1)))

/** Chunks of a stream as one array of `length` bytes. */
export function joined(chunks: readonly Uint8Array[], length: number): Bytes {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/** A stream's text; tooLarge as soon as it is longer than allowed, null when it is not UTF-8. */
export async function streamText(
  stream: ReadableStream<Uint8Array>,
  bytesMax: number,
): Promise<string | null | { readonly tooLarge: true }> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > bytesMax) return { tooLarge: true }
    chunks.push(chunk)
  }
  return utf8Decode(joined(chunks, length))
}
