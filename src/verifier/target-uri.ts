/** How a DPoP proof names the URL of a request, RFC 9449 §4.3: without query and fragment, and normalised. */
import { limits } from '../platform/limits.ts'

/** An http or https URI with a host and without credentials, in the characters that stand in a URI. */
const HTTP_URI = /^https?:\/\/[^/@]+(?:\/|$)/i
const CHARACTERS = /^(?:[!-$&-[\]-~]|%[\da-f]{2})*$/i

const OCTET = /%[\da-f]{2}/gi
const UNRESERVED = /[\w.~-]/

/** RFC 3986 §6.2.2.1 and §6.2.2.2. */
const normalizedOctet = (octet: string): string => {
  const character = String.fromCharCode(Number.parseInt(octet.slice(1), 16))
  return UNRESERVED.test(character) ? character : octet.toUpperCase()
}

/**
 * The normal form by RFC 3986 §6.2.2 and §6.2.3, so that two texts name the same resource if their forms are equal;
 * null for what is no URL of a request.
 */
export function targetUri(text: unknown): string | null {
  if (typeof text !== 'string') return null
  const end = text.search(/[?#]/)
  const uri = end === -1 ? text : text.slice(0, end)
  // Longer than whatever a proof could name.
  if (uri.length > limits.proofCharactersMax) return null
  if (!HTTP_URI.test(uri) || !CHARACTERS.test(uri) || !URL.canParse(uri)) return null
  // The parser does the rest: case, default port, empty path and dot segments.
  const { origin, pathname } = new URL(uri)
  return origin + pathname.replaceAll(OCTET, normalizedOctet)
}
