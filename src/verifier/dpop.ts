/**
 * Whether whoever brings a token that is bound to a key has that key: by a DPoP proof made for this request and this
 * token, RFC 9449 §4.3. What costs nothing is looked at first, and the signature last, under no key but the one that
 * the token is bound to. A token that is bound is never taken for one that anybody may bear.
 */
import {
  base64url,
  calculateJwkThumbprint,
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
} from 'jose'
import { isCompactJws, isObject } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { proofKey } from './proof-keys.ts'
import { targetUri } from './target-uri.ts'
import { refused, type DPoP, type Reason, type Verdict, type VerifiedToken } from './verdict.ts'

interface ReadProof {
  readonly text: string
  readonly alg: string
  readonly key: JWK
  readonly jti: string
  readonly iat: number
  readonly payload: Readonly<Record<string, unknown>>
}

const encoder = new TextEncoder()

/** `now` in seconds; `token` was found good, and `verified` is what it says. Never throws. */
export async function possessionVerdict(
  token: string,
  verified: VerifiedToken,
  dpop: DPoP | undefined,
  now: number,
): Promise<Verdict> {
  const { cnf } = verified.claims
  if (cnf === undefined) return refused('unbound_token')
  const bound = thumbprintIn(cnf)
  if (bound === null) return refused('unknown_confirmation')
  if (dpop === undefined) return refused('bound_token')
  const proof = readProof(dpop.proof)
  if (proof === null) return refused('proof_malformed')
  const fault = claimsFault(proof, dpop, now) ?? (await bindingFault(proof, token, bound))
  if (fault !== null) return refused(fault)
  const { jti, iat } = proof
  const expires = Math.floor(iat) + limits.proofAgeSecondsMax + 1
  return { valid: true, token: verified, proof: { jkt: bound, jti, expires } }
}

/** Null where there is another method of confirmation (RFC 7800 §3.1), alone or beside the thumbprint: both count. */
function thumbprintIn(cnf: unknown): string | null {
  if (!isObject(cnf) || Object.keys(cnf).length !== 1) return null
  const { jkt } = cnf
  return typeof jkt === 'string' ? jkt : null
}

const DPOP_JWT = /^(application\/)?dpop\+jwt$/i

function readProof(text: unknown): ReadProof | null {
  if (typeof text !== 'string' || text.length > limits.proofCharactersMax) return null
  // Two DPoP headers come as one value with a comma.
  if (!isCompactJws(text)) return null
  try {
    const { typ, alg, jwk, crit } = decodeProtectedHeader(text)
    if (typeof typ !== 'string' || !DPOP_JWT.test(typ) || crit !== undefined) return null
    if (typeof alg !== 'string') return null
    const key = proofKey(alg, jwk)
    const payload: Readonly<Record<string, unknown>> = decodeJwt(text)
    const { jti, iat } = payload
    return key === null || !isJti(jti) || !isTime(iat)
      ? null
      : { text, alg, key, jti, iat, payload }
  } catch {
    return null
  }
}

const isJti = (jti: unknown): jti is string =>
  typeof jti === 'string' && jti !== '' && jti.length <= limits.jtiCharactersMax

const isTime = (value: unknown): value is number => Number.isFinite(value)

/** What a proof says without having to be believed. */
function claimsFault({ payload, iat }: ReadProof, dpop: DPoP, now: number): Reason | null {
  const { htm, htu, exp = Infinity, nbf = -Infinity } = payload
  const named = targetUri(htu)
  if (htm !== dpop.method || named === null || named !== targetUri(dpop.url))
    return 'proof_wrong_request'
  const latest = now + limits.clockSkewSeconds
  const isOfNow = iat >= now - limits.proofAgeSecondsMax && iat <= latest
  // RFC 7519 §4.1: a proof needs neither, but where they are they hold.
  const isAlive = typeof exp === 'number' && now < exp && typeof nbf === 'number' && nbf <= latest
  return isOfNow && isAlive ? null : 'proof_wrong_time'
}

async function bindingFault(
  proof: ReadProof,
  token: string,
  bound: string,
): Promise<Reason | null> {
  const hash = await crypto.subtle.digest('SHA-256', encoder.encode(token))
  if (proof.payload['ath'] !== base64url.encode(new Uint8Array(hash))) return 'proof_wrong_token'
  if ((await calculateJwkThumbprint(proof.key)) !== bound) return 'wrong_key'
  return (await isSigned(proof)) ? null : 'proof_bad_signature'
}

async function isSigned({ text, key, alg }: ReadProof): Promise<boolean> {
  try {
    await compactVerify(text, await importJWK(key, alg))
    return true
  } catch {
    return false
  }
}
