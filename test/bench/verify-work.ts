/** What the benchmark asks of the Worker that verifies (verify-worker.ts), and what that answers. */
import type { JWK } from 'jose'

export const VERIFY_PATH = '/bench/verify'

/** jose alone, the product's Verifier, and that over a service binding as another Worker calls it. */
export const VERIFY_SIDES = ['jose', 'Verifier', 'Verifier, bound'] as const
export type VerifySide = (typeof VERIFY_SIDES)[number]

export interface VerifyWork {
  readonly side: VerifySide
  /** They take turns. */
  readonly tokens: readonly string[]
  readonly issuer: string
  readonly audience: string
  readonly alg: string
  readonly key: JWK
  readonly calls: number
}

export interface VerifyDone {
  /** How often revocation feeds were read since the Worker began. */
  readonly pulls: number
}
