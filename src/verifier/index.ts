/** What other programs import to verify access tokens. The middleware stands apart, so that Hono is not needed. */
export { OfflineVerifier, type OfflineOptions } from './offline.ts'
export { UsedProofs } from './used-proofs.ts'
export {
  reasons,
  type AccessTokenVerifier,
  type DPoP,
  type Expected,
  type Proof,
  type Reason,
  type Verdict,
  type VerifiedToken,
} from './verdict.ts'
