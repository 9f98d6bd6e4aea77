/** What the benchmark asks of the Worker that verifies (verify-worker.ts), and what that answers. */
import type { JWK } from 'jose'

export const VERIFY_PATH = '/bench/verify'

/** jose alone, the product's Verifier for tokens new to it and for tokens it knows, and over a service binding. */
export const VERIFY_SIDES = ['jose', 'Verifier, new', 'Verifier, again', 'Verifier, bound'] as const
export type VerifySide = (typeof VERIFY_SIDES)[number]

export interface VerifySubject {
  readonly issuer: string
  readonly audience: string
  readonly alg: string
  readonly key: JWK
}

/** Sent once and kept, so that no request that verifies carries them. */
export interface VerifyTokens {
  readonly issuer: string
  /** More than the product keeps signatures of, so that one which comes again has been forgotten. */
  readonly tokens: readonly string[]
}

export interface VerifyWork extends VerifySubject {
  readonly side: VerifySide
  readonly calls: number
}

export interface VerifyDone {
  /** How often revocation feeds were read since the Worker began. */
  readonly pulls: number
}
