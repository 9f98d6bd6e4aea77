/**
 * Whether a text is an access token of the expected issuer, by the issuer's keys. What costs nothing is looked at
 * first, so that a token of somebody else asks for no key; and the algorithm is the key's own, never what the token
 * says.
 */
import { compactVerify, decodeJwt, decodeProtectedHeader, type JWK } from 'jose'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { accessTokenOf, isAccessTokenType } from './claims.ts'
import { refused, type Expected, type Verdict } from './verdict.ts'

export interface VerificationKey {
  readonly algorithm: string
  readonly key: JWK
}

/** Null: the issuer has no such key. 'unavailable': nobody could say. */
export type FindKey = (kid: string) => Promise<VerificationKey | null | 'unavailable'>

/** What signs access tokens at all, with the type of key that each takes. None is symmetric. */
export const KEY_TYPES: ReadonlyMap<string, string> = new Map([
  ['RS256', 'RSA'],
  ['PS256', 'RSA'],
  ['ES256', 'EC'],
  ['EdDSA', 'OKP'],
])

type Members = Readonly<Record<string, unknown>>

interface Decoded {
  readonly header: Members
  readonly payload: Members
}

/** All tokens that a key has signed begin with the same text, so that it is decoded once. */
const headers = new LruMap<string, Members>(limits.tokenHeadersKeptMax)

function headerOf(token: string): Members {
  const text = token.slice(0, token.indexOf('.'))
  const known = headers.get(text)
  if (known !== undefined) return known
  const header = decodeProtectedHeader(token)
  headers.set(text, header)
  return header
}

function decoded(token: string): Decoded | null {
  try {
    return { header: headerOf(token), payload: decodeJwt(token) }
  } catch {
    return null
  }
}

/** Custom servers are below their org, whose issuer has no path. */
const ORG_ISSUER = /^https?:\/\/[^/?#]+\/?$/i

/** `now` in seconds. Whether more is demanded than that the token is good is left to the caller. */
export async function readAccessToken(
  token: unknown,
  expected: Expected,
  findKey: FindKey,
  now: number,
): Promise<Verdict> {
  if (typeof token !== 'string') return refused('malformed')
  if (token.length > limits.tokenCharactersMax) return refused('too_long')
  const parts = token.split('.').length
  if (parts === 5) return refused('encrypted')
  const read = parts === 3 ? decoded(token) : null
  if (read === null) return refused('malformed')
  const { alg, kid, typ, crit } = read.header
  if (crit !== undefined) return refused('malformed')
  if (read.payload['iss'] !== expected.issuer || ORG_ISSUER.test(expected.issuer))
    return refused(isOrgToken(read.payload['iss'], expected) ? 'org_token' : 'wrong_issuer')
  if (!isAccessTokenType(typ)) return refused('wrong_type')
  if (typeof alg !== 'string' || !KEY_TYPES.has(alg)) return refused('wrong_algorithm')
  if (typeof kid !== 'string' || kid.length > limits.idCharactersMax) return refused('unknown_key')
  const found = await findKey(kid)
  if (found === 'unavailable') return refused('unavailable')
  if (found === null) return refused('unknown_key')
  if (found.algorithm !== alg) return refused('wrong_algorithm')
  try {
    await compactVerify(token, found.key, { algorithms: [found.algorithm] })
  } catch {
    return refused('bad_signature')
  }
  return accessTokenOf(read.payload, typ, expected, now)
}

/** Its keys are published nowhere, so that the name alone must tell. */
const isOrgToken = (issuer: unknown, expected: Expected): boolean =>
  typeof issuer === 'string' && issuer === URL.parse(expected.issuer)?.origin
