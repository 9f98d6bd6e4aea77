/**
 * Encryption of access tokens to their resource server: a signed token becomes the content of a JWE, RFC 7519 §11.2
 * and RFC 7516. Nobody but the holder of the private key, so not we either, reads such a token again.
 */
import { CompactEncrypt, type JWK } from 'jose'
import { keysAt } from '../clients/jwks-uri.ts'
import { strengthFault, type EncryptionAlgorithm } from '../domain/resource-server-key.ts'
import type { CompiledEncryption, CompiledServer, EncryptionKey } from '../issuer/compile.ts'
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { OAuthError } from '../protocol/errors.ts'

export interface Encrypter {
  readonly algorithm: EncryptionAlgorithm
  readonly key: EncryptionKey
}

interface Outbound {
  readonly outboundAllowedOrigins: readonly string[]
}

/** What a server's access tokens are encrypted with; null for one that only signs. Rejects when there is no key. */
export const encrypterOf = (
  { encryption }: CompiledServer,
  outbound: Outbound,
): Promise<Encrypter> | null => encryption && openedEncrypter(encryption, outbound)

async function openedEncrypter(
  encryption: CompiledEncryption,
  outbound: Outbound,
): Promise<Encrypter> {
  const key = 'key' in encryption ? encryption.key : await publishedKey(encryption, outbound)
  if (key === null) throw new OAuthError('encryption_key_missing')
  return { algorithm: encryption.algorithm, key }
}

async function publishedKey(
  { algorithm, jwksUri }: Extract<CompiledEncryption, { jwksUri: string }>,
  outbound: Outbound,
): Promise<EncryptionKey | null> {
  const keys = await keysAt(jwksUri, undefined, outbound)
  if (keys === null) throw new OAuthError('encryption_jwks_unavailable')
  const jwk = keys.find((key) => isFor(algorithm, key))
  if (jwk === undefined) return null
  return { kid: typeof jwk.kid === 'string' ? jwk.kid : null, jwk }
}

/** The first such key of a published set is used: a resource server rotates by putting another one before it. */
function isFor(algorithm: EncryptionAlgorithm, { kty, kid, use, alg, n, e }: JWK): boolean {
  return (
    (kid?.length ?? 0) <= limits.nameCharactersMax &&
    kty === 'RSA' &&
    (use === undefined || use === 'enc') &&
    (alg === undefined || alg === algorithm) &&
    typeof n === 'string' &&
    typeof e === 'string' &&
    strengthFault({ n, e }) === null
  )
}

/**
 * The token as a JWE that says its type as well. Without an encrypter it is nothing: a token that should be encrypted
 * never goes out plain.
 */
export async function encrypted(
  token: string,
  type: string | undefined,
  encrypter: Encrypter | null,
): Promise<string> {
  if (encrypter === null) throw new OAuthError('encryption_key_missing')
  const { algorithm, key } = encrypter
  const header = {
    alg: algorithm,
    enc: 'A256GCM',
    cty: 'JWT',
    ...(type !== undefined && { typ: type }),
    ...(key.kid !== null && { kid: key.kid }),
  }
  try {
    return await new CompactEncrypt(utf8(token)).setProtectedHeader(header).encrypt(key.jwk)
  } catch (cause) {
    logFault('token.encrypt', { kid: key.kid ?? '' }, cause)
    throw new OAuthError('encryption_key_unusable')
  }
}
