/** The only place where an ID token is made, OpenID Connect Core §2: claims of the sign-in, then of the person. */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { signJwt } from '../keys/sign.ts'
import type { Signer } from '../keys/signer.ts'
import { base64url, utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { disclosedClaims } from './claims.ts'
import type { TokenDraft } from './draft.ts'
import type { Holder } from './recorded-access.ts'

/** To whom an ID token goes, and of which sign-in it tells. */
export interface IdTokenSubject extends Holder {
  readonly server: CompiledServer
  readonly client: Client
  readonly record: AuthorizationRecord
}

export interface IdTokenContent {
  readonly scopes: readonly string[]
  /** Of the identity provider: the org. */
  readonly orgId: string
  /** Null where there is none or it must not be repeated, as at a refresh (§12.2). */
  readonly nonce: string | null
  /** Only the essential claims of the person, because userinfo tells the rest. */
  readonly isThin: boolean
}

/** What goes out beside an ID token, each bound to it by a hash. */
export interface Beside {
  readonly accessToken: string | null
  readonly code: string | null
}

/** Grants of people who were not asked at a page of the org. */
const ASKED_BY_APPS: readonly string[] = ['password', 'interaction_code']

/**
 * Whether an ID token of the token endpoint has only the essentials: the org server tells everything beside an access
 * token, and only of who signed in at its page, as in Okta.
 */
export const isThinAtToken = (
  { server }: CompiledServer,
  { grantType }: Pick<AuthorizationRecord, 'grantType'>,
): boolean => server.kind !== 'org' || ASKED_BY_APPS.includes(grantType)

/** Of the hashes of §3.1.3.6 and §3.3.2.11, the left half of the digest that the signature algorithm uses. */
async function halfHash(value: string, algorithm: string): Promise<string> {
  const bits = /^[A-Z]S(\d+)$/.exec(algorithm)?.[1] ?? '512'
  const digest = new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, utf8(value)))
  return base64url(digest.subarray(0, digest.length / 2))
}

/** Throws OAuthError when a claim cannot be evaluated. */
export function draftIdToken(
  subject: IdTokenSubject,
  { scopes, orgId, nonce, isThin }: IdTokenContent,
  nowMillis: number,
): TokenDraft {
  const { server, record, person } = subject
  const disclosure = { scopes, names: record.claims.idToken, isThin }
  const claims = {
    ...disclosedClaims(subject, disclosure, nowMillis),
    sub: person.id,
    ver: 1,
    iss: server.urls.issuer,
    aud: record.clientId,
    jti: `ID.${randomToken()}.${record.id}`,
    amr: record.amr,
    idp: orgId,
    ...(nonce !== null && { nonce }),
    auth_time: record.authTime,
    ...(record.acr !== null && { acr: record.acr }),
    ...(record.sid !== null && { sid: record.sid }),
  }
  return { claims, custom: null, lifetimeSeconds: limits.idTokenSeconds }
}

/** What is signed, but for the hashes of what goes out beside it. */
export const idTokenPayload = (
  { claims, lifetimeSeconds }: TokenDraft,
  nowSeconds: number,
): Record<string, unknown> => ({ ...claims, iat: nowSeconds, exp: nowSeconds + lifetimeSeconds })

export async function signIdToken(
  draft: TokenDraft,
  { accessToken, code }: Beside,
  signer: Signer,
  nowSeconds: number,
): Promise<string> {
  const payload = {
    ...idTokenPayload(draft, nowSeconds),
    ...(accessToken !== null && { at_hash: await halfHash(accessToken, signer.header.alg) }),
    ...(code !== null && { c_hash: await halfHash(code, signer.header.alg) }),
  }
  return signJwt(payload, signer)
}
