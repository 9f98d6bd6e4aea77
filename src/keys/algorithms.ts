/** One row a signing algorithm, RFC 7518 §3.1 and RFC 8037 §3.1: how WebCrypto makes and imports a key, and signs. */
import type { SigningAlgorithm } from '../domain/authorization-server.ts'

interface AlgorithmRow {
  readonly generate: SubtleCryptoGenerateKeyAlgorithm
  readonly import: SubtleCryptoImportKeyAlgorithm
  readonly sign: SubtleCryptoSignAlgorithm
}

const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }

export const algorithms: ReadonlyMap<SigningAlgorithm, AlgorithmRow> = new Map([
  [
    'RS256',
    {
      generate: { name: 'RSASSA-PKCS1-v1_5', ...RSA },
      import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      sign: { name: 'RSASSA-PKCS1-v1_5' },
    },
  ],
  [
    'PS256',
    {
      generate: { name: 'RSA-PSS', ...RSA },
      import: { name: 'RSA-PSS', hash: 'SHA-256' },
      // RFC 7518 §3.5: the salt is as long as the digest.
      sign: { name: 'RSA-PSS', saltLength: 32 },
    },
  ],
  [
    'ES256',
    {
      generate: { name: 'ECDSA', namedCurve: 'P-256' },
      import: { name: 'ECDSA', namedCurve: 'P-256' },
      sign: { name: 'ECDSA', hash: 'SHA-256' },
    },
  ],
  [
    'EdDSA',
    {
      generate: { name: 'Ed25519' },
      import: { name: 'Ed25519' },
      sign: { name: 'Ed25519' },
    },
  ],
])

export function algorithmRow(algorithm: SigningAlgorithm): AlgorithmRow {
  const row = algorithms.get(algorithm)
  if (row === undefined) throw new Error(`No signing algorithm ${algorithm}`)
  return row
}
