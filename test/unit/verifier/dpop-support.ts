/** Clients that have a key, the tokens that are bound to it, and proofs of it as RFC 9449 §4.2 has them made. */
import {
  base64url,
  calculateJwkThumbprint,
  CompactSign,
  exportJWK,
  generateKeyPair,
  type JWK,
} from 'jose'
import type { DPoP } from '../../../src/verifier/verdict.ts'
import { claims, NOW } from './support.ts'

export const METHOD = 'POST'
export const URL_OF_REQUEST = 'https://api.example/orders?page=2'

type Members = Readonly<Record<string, unknown>>

export interface Prover {
  readonly jwk: JWK
  readonly privateJwk: JWK
  /** The claims of a token that is bound to the key. */
  readonly bound: (changes?: Members) => Members
  /** `undefined` takes a member away. */
  readonly prove: (token: string, claims?: Members, header?: Members) => Promise<string>
}

const encoder = new TextEncoder()

const athOf = async (token: string): Promise<string> =>
  base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(token))))

let proofs = 0

export async function aProver(
  alg = 'ES256',
  options: { modulusLength?: number } = {},
): Promise<Prover> {
  const pair = await generateKeyPair(alg, { extractable: true, ...options })
  const jwk = await exportJWK(pair.publicKey)
  const jkt = await calculateJwkThumbprint(jwk)
  return {
    jwk,
    privateJwk: await exportJWK(pair.privateKey),
    bound: (changes) => claims({ cnf: { jkt }, ...changes }),
    async prove(token, changes, header) {
      const payload = {
        jti: `proof-${proofs++}`,
        htm: METHOD,
        htu: 'https://api.example/orders',
        iat: NOW,
        ath: await athOf(token),
        ...changes,
      }
      return new CompactSign(encoder.encode(JSON.stringify(payload)))
        .setProtectedHeader({ typ: 'dpop+jwt', alg, jwk, ...header })
        .sign(pair.privateKey)
    },
  }
}

export const withProof = (proof: string, changes: Partial<DPoP> = {}): { readonly dpop: DPoP } => ({
  dpop: { proof, method: METHOD, url: URL_OF_REQUEST, ...changes },
})
