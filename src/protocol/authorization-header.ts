/**
 * The Authorization request header: Basic for clients (RFC 7617, with the form-decoding of RFC 6749 §2.3.1) and
 * the scheme-and-value form that Bearer (RFC 6750) and SSWS tokens share.
 */
import { limits } from '../platform/limits.ts'
import { base64Text } from '../platform/scratch.ts'
import { formDecode } from './form.ts'

export interface BasicCredentials {
  readonly clientId: string
  /** Null when there was no colon: Okta's browser SDK sends a bare client id for public clients. */
  readonly clientSecret: string | null
}

export interface SchemeCredentials {
  readonly scheme: string
  readonly value: string
}

/** Scheme in lower case and what follows it; null when the header is not of that form. */
export function parseScheme(header: string): SchemeCredentials | null {
  if (header.length > limits.authorizationHeaderCharactersMax) return null
  const match = /^([A-Za-z][A-Za-z0-9._-]*) +(\S+) *$/.exec(header)
  return match === null ? null : { scheme: match[1]!.toLowerCase(), value: match[2]! }
}

/** Null when the header is Basic but broken. */
export function parseBasic(value: string): BasicCredentials | null {
  const text = base64Text(value)
  if (text === null) return null
  const colon = text.indexOf(':')
  const clientId = formDecode(colon === -1 ? text : text.slice(0, colon))
  const clientSecret = colon === -1 ? null : formDecode(text.slice(colon + 1))
  if (clientId === null || clientId === '' || (colon !== -1 && clientSecret === null)) return null
  return { clientId, clientSecret }
}
