/** How ledgers are addressed. Key rings are addressed by the ring's own name (issuer/rings.ts). */

/** One-time `jti` values of a client's assertions, spread over 16 objects by the hash of the value. */
export const assertionLedger = (clientId: string, hash: string): string =>
  `assertion ${shard(hash)} ${clientId}`

/** Revoked access tokens that no user stands behind, by server and client. */
export const revocationLedger = (serverId: string, clientId: string, jti: string): string =>
  `revoked ${shard(jti.slice(3))} ${serverId} ${clientId}`

const shard = (text: string): string => ((text.codePointAt(0) ?? 0) % 16).toString(16)
