/** Makes a signing key pair and stores its private half as ciphertext only. The kid is the RFC 7638 thumbprint. */
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { SigningAlgorithm } from '../domain/authorization-server.ts'
import type { SigningKey } from '../domain/key-rotation.ts'
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { algorithmRow } from './algorithms.ts'

/** What a wrapped key is bound to, besides the format version and the purpose. */
export const boundTo = (serverId: string, kid: string, algorithm: string): readonly string[] => [
  serverId,
  kid,
  algorithm,
]

export async function generateSigningKey(
  serverId: string,
  algorithm: SigningAlgorithm,
  keyEncryption: KeyEncryption,
  now: number,
): Promise<SigningKey> {
  const pair = (await crypto.subtle.generateKey(algorithmRow(algorithm).generate, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
  const exported = (await crypto.subtle.exportKey('jwk', pair.publicKey)) as JWK
  const { kty, n, e, crv, x, y } = exported
  const members =
    kty === 'RSA' ? { kty, n, e } : kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x }
  const kid = await calculateJwkThumbprint(members as JWK)
  return {
    format: 1,
    kid,
    algorithm,
    status: 'NEXT',
    publicJwk: { ...members, alg: algorithm, kid, use: 'sig' } as JWK,
    wrapped: await keyEncryption.wrap(
      pair.privateKey,
      'signing-key',
      boundTo(serverId, kid, algorithm),
    ),
    created: now,
    removeAfter: null,
  }
}

/** The same key under the current version of the key encryption key. */
export async function rewrap(
  key: SigningKey,
  serverId: string,
  keyEncryption: KeyEncryption,
): Promise<SigningKey> {
  const bound = boundTo(serverId, key.kid, key.algorithm)
  const algorithm = algorithmRow(key.algorithm).import
  const opened = await keyEncryption.unwrap(key.wrapped, 'signing-key', bound, algorithm, true)
  return { ...key, wrapped: await keyEncryption.wrap(opened, 'signing-key', bound) }
}
