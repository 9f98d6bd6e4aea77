/** One row a signing algorithm: how WebCrypto makes and imports a key of it. jose signs and verifies by the name. */
import type { SigningAlgorithm } from '../domain/authorization-server.ts'

interface AlgorithmRow {
  readonly generate: SubtleCryptoGenerateKeyAlgorithm
  readonly import: SubtleCryptoImportKeyAlgorithm
}

const RSA = { modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }

export const algorithms: ReadonlyMap<SigningAlgorithm, AlgorithmRow> = new Map([
  [
    'RS256',
    {
      generate: { name: 'RSASSA-PKCS1-v1_5', ...RSA },
      import: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    },
  ],
  [
    'PS256',
    { generate: { name: 'RSA-PSS', ...RSA }, import: { name: 'RSA-PSS', hash: 'SHA-256' } },
  ],
  [
    'ES256',
    {
      generate: { name: 'ECDSA', namedCurve: 'P-256' },
      import: { name: 'ECDSA', namedCurve: 'P-256' },
    },
  ],
  ['EdDSA', { generate: { name: 'Ed25519' }, import: { name: 'Ed25519' } }],
])

export function algorithmRow(algorithm: SigningAlgorithm): AlgorithmRow {
  const row = algorithms.get(algorithm)
  if (row === undefined) throw new Error(`No signing algorithm ${algorithm}`)
  return row
}
