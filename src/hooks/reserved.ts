/** Claims that no hook may add, change or remove, by the token they stand in. */
import type { TokenDrafts } from '../mint/draft.ts'

export type TokenKind = keyof TokenDrafts

const names = (text: string): readonly string[] => text.trim().split(/\s+/)

/**
 * Okta's, the other times of a token, and what no claim of ours may be called. A token that says `act` speaks for
 * somebody else (RFC 8693 §4.1), and one with `events` passes for a logout token (OpenID Connect Back-Channel Logout
 * §2.4, RFC 8417), of whatever audience and subject the hook chooses. What has an `error` is a refusal to some clients.
 */
const EVERYWHERE = names(`
  __proto__ act error events s_hash
  acr active aid amr app_id app_type at_hash auth_time c_hash cid client_id client_ip client_req_id client_type
  client_user_agent cnf device_compliance device_id device_known device_managed device_name device_trust did dst exp
  group groups hotk iat idp idp_iss iss jti mac_key may_act nbf nonce oid okta_emailVerified okta_lastUpdated orig
  permissions purpose pwd_exp_days pwd_exp_time rid role scope scopes sid term token_type user_ip ver
`)

const RESERVED: Readonly<Record<TokenKind, ReadonlySet<string>>> = {
  access: new Set([
    ...EVERYWHERE,
    ...names('as_uri authorization_details rpt rsi scp uid username'),
  ]),
  identity: new Set([...EVERYWHERE, 'aud', 'sub']),
}

export const isReserved = (kind: TokenKind, claim: string): boolean => RESERVED[kind].has(claim)
