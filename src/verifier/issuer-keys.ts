/**
 * The published keys of one issuer, fetched from where every custom server has them and kept as long as its JWK Set
 * says. However many tokens name keys that do not exist, the fetches have a bound.
 */
import type { JWK } from 'jose'
import { isObject, parseJson } from '../platform/encoding.ts'
import type { GuardedResult } from '../platform/guarded-fetch.ts'
import { limits } from '../platform/limits.ts'
import { Refreshed, type WaitUntil } from '../platform/refreshed.ts'
import type { VerificationKey } from './signature.ts'
import { KEY_TYPES } from './token.ts'

/** GETs a URL; never throws. */
export type Get = (url: string) => Promise<GuardedResult>

type Keys = ReadonlyMap<string, VerificationKey>

const AGES = {
  fresh: limits.issuerKeysFreshSeconds,
  stale: limits.issuerKeysStaleSeconds,
  outage: limits.issuerKeysOutageSeconds,
}

/** Keys that sign as one of our servers does; others in the set are nobody's concern. */
export function keysOf(document: unknown): Keys {
  const listed = isObject(document) ? document['keys'] : undefined
  if (!Array.isArray(listed)) throw new Error('This is no JWK Set')
  const keys = new Map<string, VerificationKey>()
  for (const key of listed.slice(0, limits.issuerKeysMax) as readonly unknown[]) {
    if (!isObject(key)) continue
    const { kid, kty, alg, use } = key
    if (typeof kid !== 'string' || typeof alg !== 'string' || keys.has(kid)) continue
    if (KEY_TYPES.get(alg) !== kty || (use !== undefined && use !== 'sig')) continue
    keys.set(kid, { algorithm: alg, key: key as JWK })
  }
  return keys
}

export class IssuerKeys {
  readonly #keys: Refreshed<Keys>

  constructor(issuer: string, get: Get, clock: () => number) {
    this.#keys = new Refreshed(() => fetched(`${issuer}/v1/keys`, get), AGES, clock)
  }

  async find(kid: string, waitUntil: WaitUntil): Promise<VerificationKey | null | 'unavailable'> {
    const known = await this.#keys.get(waitUntil)
    const key = known?.get(kid)
    if (key !== undefined) return key
    if (known === null) return 'unavailable'
    return (await this.#keys.newer(limits.unknownKeyPauseSeconds))?.get(kid) ?? null
  }
}

async function fetched(url: string, get: Get): Promise<Keys> {
  const answer = await get(url)
  if (answer.outcome !== 'answered' || answer.status !== 200) throw new Error('There is no answer')
  return keysOf(parseJson(answer.body))
}
