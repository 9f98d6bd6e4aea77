/** The only source of randomness: identifiers, secrets, token ids. */
import { base64url, type Bytes } from './encoding.ts'

const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

export const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))

/** Drawn anew for each token; kept because an array costs more than what is drawn. */
const drawn = new Uint8Array(32)

/** 256 random bits as 43 base64url characters. */
export const randomToken = (): string => base64url(crypto.getRandomValues(drawn))

/** `length` random characters of [0-9A-Za-z]; bytes past the last full multiple of 62 are redrawn. */
export function randomAlphanumeric(length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length * 2)) {
      if (byte < 248 && text.length < length) text += ALPHANUMERIC[byte % 62]
    }
  }
  return text
}

/** An identifier of 20 characters that begins with the resource's prefix, as Okta's do. */
export const randomId = (prefix: string): string => prefix + randomAlphanumeric(20 - prefix.length)

/** A random UUID (version 4). */
export const randomUuid = (): string => crypto.randomUUID()

let isolate = ''
let requests = 0

/** An id of a request, 25 characters: random for the isolate and counted within it, because every token has one. */
export function nextRequestId(): string {
  isolate ||= `req${randomAlphanumeric(14)}`
  return isolate + (requests++).toString(36).padStart(8, '0')
}
