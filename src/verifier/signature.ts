/**
 * Whether a token's signature is good under a key. That depends on nothing but the two, so that a token which was found
 * good is not computed again: callers of an API send the same token for as long as it lives.
 */
import { compactVerify, importJWK, type JWK } from 'jose'
import { isCompactJws } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'

export interface VerificationKey {
  readonly algorithm: string
  readonly key: JWK
}

interface Imported {
  readonly cryptoKey: CryptoKey | Uint8Array
  /** Equal for equal keys of an algorithm, whatever object they came in. */
  readonly identity: string
}

interface Genuine {
  readonly identity: string
  readonly payload: string
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A key is imported once, as long as whoever knows it knows it. */
const imported = new WeakMap<JWK, Imported>()

/** By the whole token, signature included. Nothing that was refused is kept. */
const genuine = new LruMap<string, Genuine>(limits.genuineTokens.keptMax)

async function importedKey({ algorithm, key }: VerificationKey): Promise<Imported> {
  const known = imported.get(key)
  if (known !== undefined) return known
  const { kty, crv, n, e, x, y } = key
  const made = {
    cryptoKey: await importJWK(key, algorithm),
    identity: JSON.stringify([algorithm, kty, crv, n, e, x, y]),
  }
  imported.set(key, made)
  return made
}

/**
 * The text of the payload, which whoever reads it parses for itself; null unless the token was signed with the key, by
 * its algorithm.
 */
export async function signedPayload(token: string, found: VerificationKey): Promise<string | null> {
  try {
    const { cryptoKey, identity } = imported.get(found.key) ?? (await importedKey(found))
    const known = genuine.get(token)
    if (known?.identity === identity) return known.payload
    if (!isCompactJws(token)) return null
    const verified = await compactVerify(token, cryptoKey, { algorithms: [found.algorithm] })
    const payload = decoder.decode(verified.payload)
    if (token.length <= limits.genuineTokens.charactersMax)
      genuine.set(token, { identity, payload })
    return payload
  } catch {
    return null
  }
}
