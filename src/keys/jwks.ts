/** The JWK Set of a server, RFC 7517 §5: ACTIVE, NEXT and EXPIRED keys, public members only. */
import type { JWK } from 'jose'
import type { PublicKey, RingView } from '../domain/key-rotation.ts'

/** Keys whose time has run out are left out even while an old view still lists them. */
export const publishedKeys = (ring: RingView, nowSeconds: number): readonly PublicKey[] =>
  ring.keys.filter((key) => key.removeAfter === null || key.removeAfter > nowSeconds)

export const jwksOf = (ring: RingView, nowSeconds: number): { readonly keys: readonly JWK[] } => ({
  keys: publishedKeys(ring, nowSeconds).map((key) => key.publicJwk),
})
