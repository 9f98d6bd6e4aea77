/**
 * A public key of a resource server, to which a server's access tokens are encrypted: RSA of sufficient strength and
 * never with a private member. Of the keys of a server at most one is ACTIVE.
 */
import * as z from 'zod'
import { base64urlDecode } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import type { Status } from './authorization-server.ts'
import { keySetFault, modulusBits, PRIVATE_MEMBERS } from './client-key.ts'
import { Link, StatusOutput, Timestamp } from './output.ts'

/** How the content encryption key is wrapped, RFC 7518 §4.3 and RFC 9864; the content itself is always A256GCM. */
export const ENCRYPTION_ALGORITHMS = ['RSA-OAEP-256', 'RSA-OAEP-384', 'RSA-OAEP-512'] as const
export type EncryptionAlgorithm = (typeof ENCRYPTION_ALGORITHMS)[number]

/** The members of a key that are used. */
export interface RsaPublicKey {
  readonly kty: 'RSA'
  readonly n: string
  readonly e: string
}

export interface ResourceServerKey {
  readonly id: string
  readonly kid: string | null
  readonly status: Status
  readonly jwk: RsaPublicKey
  readonly created: number
  readonly lastUpdated: number
}

/** What a server encrypts its access tokens with. Without an algorithm they are only signed. */
export interface TokenEncryption {
  readonly algorithm: EncryptionAlgorithm | null
  /** Where the resource server publishes its keys itself; excludes `keys`. */
  readonly jwksUri: string | null
  readonly keys: readonly ResourceServerKey[]
}

export const NO_ENCRYPTION: TokenEncryption = { algorithm: null, jwksUri: null, keys: [] }

const Member = z
  .string()
  .min(1)
  .max(limits.descriptionCharactersMax * 2)

export const ResourceServerKeyInput = z
  .looseObject({
    kty: z.literal('RSA', { error: 'must be RSA' }),
    kid: z.string().min(1).max(limits.nameCharactersMax).nullish(),
    status: z.enum(['ACTIVE', 'INACTIVE']).nullish(),
    use: z.literal('enc', { error: 'must be enc' }).nullish(),
    n: Member,
    e: Member,
  })
  .superRefine((key, context) => {
    for (const member of PRIVATE_MEMBERS)
      if (Object.hasOwn(key, member))
        context.addIssue({
          code: 'custom',
          path: [member],
          message: 'A private or symmetric key must not be sent',
        })
  })
  .meta({ id: 'ResourceServerKeyInput' })

export type ResourceServerKeyInput = z.infer<typeof ResourceServerKeyInput>

/** A key as it stands in the server. */
export const ResourceServerJwkOutput = z
  .object({
    kty: z.literal('RSA'),
    id: z.string(),
    status: StatusOutput,
    kid: z.string().optional(),
    use: z.literal('enc'),
    e: z.string(),
    n: z.string(),
  })
  .meta({ id: 'ResourceServerJsonWebKey' })

/** A key on its own. */
export const ResourceServerKeyOutput = z
  .object({
    status: StatusOutput,
    id: z.string(),
    e: z.string(),
    n: z.string(),
    kid: z.string().nullable(),
    kty: z.literal('RSA'),
    use: z.literal('enc'),
    created: Timestamp,
    lastUpdated: Timestamp,
    _links: z.object({
      activate: Link.optional(),
      deactivate: Link.optional(),
      delete: Link.optional(),
      self: Link,
    }),
  })
  .meta({ id: 'OAuth2ResourceServerJsonWebKey' })

export const rsaPublicKey = ({ n, e }: ResourceServerKeyInput): RsaPublicKey => ({
  kty: 'RSA',
  n,
  e,
})

/** What is wrong with the strength of a key. Null: nothing. An exponent past four bytes only costs time. */
export function strengthFault({ n, e }: Pick<RsaPublicKey, 'n' | 'e'>): string | null {
  const bits = modulusBits(n)
  if (bits < limits.rsaModulusBitsMin)
    return `n: An RSA key has at least ${limits.rsaModulusBitsMin} bits`
  if (bits > limits.rsaModulusBitsMax)
    return `n: An RSA key has at most ${limits.rsaModulusBitsMax} bits`
  const exponent = base64urlDecode(e)
  return exponent === null || exponent.length === 0 || exponent.length > 4
    ? 'e: is not a public exponent'
    : null
}

/** Whether something can be encrypted to a key: one that is no key at all passes every check of form. */
export async function isEncryptable({ kty, n, e }: RsaPublicKey): Promise<boolean> {
  const algorithm = { name: 'RSA-OAEP', hash: 'SHA-512' }
  try {
    const key = await crypto.subtle.importKey('jwk', { kty, n, e }, algorithm, false, ['encrypt'])
    await crypto.subtle.encrypt(algorithm, key, new Uint8Array(32))
    return true
  } catch {
    return false
  }
}

/** What is wrong with the keys of a server as a set. Null: nothing. */
export function serverKeySetFault(
  keys: readonly Pick<ResourceServerKey, 'kid' | 'status'>[],
): string | null {
  if (keys.filter((key) => key.status === 'ACTIVE').length > 1)
    return 'status: Only one key can be ACTIVE'
  const fault = keySetFault(keys.map((key) => key.kid))
  return fault === null ? null : `kid: ${fault}`
}

export const activeKey = (keys: readonly ResourceServerKey[]): ResourceServerKey | null =>
  keys.find((key) => key.status === 'ACTIVE') ?? null
