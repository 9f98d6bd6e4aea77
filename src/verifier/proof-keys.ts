/** What signs DPoP proofs: those algorithms that Okta takes and their like. None is symmetric. */
import type { JWK } from 'jose'
import { isObject } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'

interface KeyType {
  readonly kty: 'EC' | 'OKP' | 'RSA'
  readonly crv?: string
}

const RSA: KeyType = { kty: 'RSA' }
const ED25519: KeyType = { kty: 'OKP', crv: 'Ed25519' }

const KEY_TYPES: ReadonlyMap<string, KeyType> = new Map([
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['Ed25519', ED25519],
  ['EdDSA', ED25519],
  ['PS256', RSA],
  ['PS384', RSA],
  ['PS512', RSA],
  ['RS256', RSA],
  ['RS384', RSA],
  ['RS512', RSA],
])

/** For `dpop_signing_alg_values_supported` (RFC 9728 §2) and the challenge's `algs`. */
export const proofAlgorithms: readonly string[] = [...KEY_TYPES.keys()]

/** The members that are a key, which are also those of its thumbprint (RFC 7638 §3.2). */
const MEMBERS = { EC: ['x', 'y'], OKP: ['x'], RSA: ['n', 'e'] } as const

/** RFC 7518 §6: whoever sends one of these gives the key away. */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

const BASE64URL = /^[\w-]+$/

const characters = (bits: number): number => Math.ceil(bits / 6)
const MODULUS_MIN = characters(limits.rsaModulusBitsMin)
const MODULUS_MAX = characters(limits.rsaModulusBitsMax)
/** Longer ones make a verification as much work as a signature. */
const EXPONENT_MAX = characters(32)

/** The public key that a proof's header names, without what else stands there; null: it is none for the `alg`. */
export function proofKey(alg: string, jwk: unknown): JWK | null {
  const type = KEY_TYPES.get(alg)
  if (type === undefined || !isObject(jwk)) return null
  if (jwk['kty'] !== type.kty || jwk['crv'] !== type.crv) return null
  if (PRIVATE.some((member) => Object.hasOwn(jwk, member))) return null
  const key: JWK = { ...type }
  for (const member of MEMBERS[type.kty]) {
    const value = jwk[member]
    if (typeof value !== 'string' || !BASE64URL.test(value)) return null
    key[member] = value
  }
  return type.kty === 'RSA' && !isBounded(key) ? null : key
}

const isBounded = ({ n = '', e = '' }: JWK): boolean =>
  n.length >= MODULUS_MIN && n.length <= MODULUS_MAX && e.length <= EXPONENT_MAX
