/**
 * Whether a text is an access token of the expected issuer, by the issuer's keys. What costs nothing is looked at
 * first, so that a token of somebody else asks for no key; and the algorithm is the key's own, never what the token
 * says.
 */
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { isObject, parseJson } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { accessTokenOf, isAccessTokenType } from './claims.ts'
import { possessionVerdict } from './dpop.ts'
import { signedPayload, type VerificationKey } from './signature.ts'
import { refused, type Expected, type Reason, type Verdict } from './verdict.ts'

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

/** All tokens that a key has signed begin with the same text, so that it is decoded once. */
const headers = new LruMap<string, Members>(limits.tokenHeaders.keptMax)

function headerOf(token: string): Members | null {
  const text = token.slice(0, token.indexOf('.'))
  const known = headers.get(text)
  if (known !== undefined) return known
  try {
    const header = decodeProtectedHeader(token)
    // Anybody can write one, so that only what is short is kept.
    if (text.length <= limits.tokenHeaders.charactersMax) headers.set(text, header)
    return header
  } catch {
    return null
  }
}

function payloadOf(token: string): Members | null {
  try {
    return decodeJwt(token)
  } catch {
    return null
  }
}

/** Custom servers are below their org, whose issuer has no path. */
const ORG_ISSUER = /^https?:\/\/[^/?#]+\/?$/i

/**
 * `now` in seconds. Whether more is demanded than that the token is good is left to the caller. `knownKey` gives a key
 * without asking anybody; for any other key the token must at least say that it is of the issuer.
 */
export async function readAccessToken(
  token: unknown,
  expected: Expected,
  findKey: FindKey,
  now: number,
  knownKey: (kid: string) => VerificationKey | null = () => null,
): Promise<Verdict> {
  if (typeof token !== 'string') return refused('malformed')
  if (token.length > limits.tokenCharactersMax) return refused('too_long')
  const parts = token.split('.').length
  if (parts === 5) return refused('encrypted')
  const header = parts === 3 ? headerOf(token) : null
  if (header === null || header['crit'] !== undefined) return refused('malformed')
  const { kid } = header
  const known = isKid(kid) ? knownKey(kid) : null
  if (known !== null) return verdictUnder(known, token, header, expected, now)
  const claimed = payloadOf(token)
  if (claimed === null) return refused('malformed')
  const fault = issuerFault(claimed, expected) ?? headerFault(header)
  if (fault !== null) return refused(fault)
  const found = isKid(kid) ? await findKey(kid) : null
  if (found === 'unavailable') return refused('unavailable')
  return found === null ? refused('unknown_key') : verdictUnder(found, token, header, expected, now)
}

const isKid = (kid: unknown): kid is string =>
  typeof kid === 'string' && kid.length <= limits.idCharactersMax

function headerFault({ typ, alg }: Members): Reason | null {
  if (!isAccessTokenType(typ)) return 'wrong_type'
  return typeof alg === 'string' && KEY_TYPES.has(alg) ? null : 'wrong_algorithm'
}

function issuerFault({ iss }: Members, expected: Expected): Reason | null {
  if (iss === expected.issuer && !ORG_ISSUER.test(expected.issuer)) return null
  return isOrgToken(iss, expected) ? 'org_token' : 'wrong_issuer'
}

/** Nothing of the payload is read before the signature is good. */
async function verdictUnder(
  found: VerificationKey,
  token: string,
  header: Members,
  expected: Expected,
  now: number,
): Promise<Verdict> {
  const { typ, alg } = header
  const fault = headerFault(header)
  if (fault !== null) return refused(fault)
  if (found.algorithm !== alg) return refused('wrong_algorithm')
  const text = await signedPayload(token, found)
  if (text === null) return refused('bad_signature')
  // Parsed anew each time: whoever gets the claims may change them.
  const payload = parseJson(text)
  if (!isObject(payload)) return refused('malformed')
  const stranger = issuerFault(payload, expected)
  if (stranger !== null) return refused(stranger)
  const verdict = accessTokenOf(payload, typ, expected, now)
  const isBearer = payload['cnf'] === undefined && expected.dpop === undefined
  return isBearer || !verdict.valid
    ? verdict
    : possessionVerdict(token, verdict.token, expected.dpop, now)
}

/** Its keys are published nowhere, so that the name alone must tell. */
const isOrgToken = (issuer: unknown, expected: Expected): boolean =>
  typeof issuer === 'string' && issuer === URL.parse(expected.issuer)?.origin
