/**
 * The only place where an access token is made: in Okta's form, with claims in Okta's order; within the profile of
 * RFC 9068 where a server has it, which has a type and some claims more and takes none away.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { AuthorizationServer } from '../domain/authorization-server.ts'
import type { Client } from '../domain/client.ts'
import { ACCESS_TOKEN_TYPE } from '../issuer/access-token.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { typedHeader, type JwtHeader, type KeyHeader } from '../keys/header.ts'
import { signJwt } from '../keys/sign.ts'
import type { Signer } from '../keys/signer.ts'
import { randomToken } from '../platform/random.ts'
import { formatScope } from '../protocol/scope.ts'
import type { Access } from './access.ts'
import type { TokenDraft } from './draft.ts'
import { encrypted, type Encrypter } from './encryption.ts'

/** RFC 6749 §5.1, and OpenID Connect Core §3.1.3.3. */
export interface TokenResponse {
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly access_token: string
  readonly scope: string
  readonly refresh_token?: string
  readonly id_token?: string
}

/** What was made, and by which id its token is known. */
export interface Minted {
  readonly jti: string
  readonly response: TokenResponse
}

/**
 * The authorization behind a person's access token or ID token is part of the token's id, so that whoever sees it can
 * ask about it.
 */
export const authorizationOf = (jti: string): string | null => jti.split('.')[2] ?? null

/** Okta's form says nothing of a type. */
export const accessTokenHeader = (
  { accessTokenProfile }: Pick<AuthorizationServer, 'accessTokenProfile'>,
  header: KeyHeader,
): JwtHeader => (accessTokenProfile === 'RFC9068' ? typedHeader(header, ACCESS_TOKEN_TYPE) : header)

/** `record` is null when the client acts for itself. */
export function draftAccessToken(
  { server, urls }: CompiledServer,
  client: Client,
  { scopes, lifetimeSeconds, subject, claims: custom }: Access,
  record: AuthorizationRecord | null,
): TokenDraft {
  const claims: Record<string, unknown> = {
    ver: 1,
    jti: record === null ? `AT.${randomToken()}` : `AT.${randomToken()}.${record.id}`,
    iss: urls.issuer,
    aud: server.audience,
    cid: client.clientId,
  }
  if (record !== null) claims['uid'] = record.userId
  claims['scp'] = scopes
  if (record !== null) claims['auth_time'] = record.authTime
  if (record !== null && record.acr !== null) claims['acr'] = record.acr
  claims['sub'] = subject
  if (server.accessTokenProfile === 'RFC9068') {
    claims['client_id'] = client.clientId
    claims['scope'] = formatScope(scopes)
    if (record !== null) claims['amr'] = record.amr
  }
  return { claims, custom, lifetimeSeconds }
}

/** The claims with the times, in Okta's order; custom ones come after them. */
function timed(
  { claims, lifetimeSeconds }: TokenDraft,
  nowSeconds: number,
): Record<string, unknown> {
  const { ver, jti, iss, aud } = claims
  return { ver, jti, iss, aud, iat: nowSeconds, exp: nowSeconds + lifetimeSeconds, ...claims }
}

/** What is signed. */
export const accessTokenPayload = (
  draft: TokenDraft,
  nowSeconds: number,
): Record<string, unknown> => ({ ...timed(draft, nowSeconds), ...draft.custom })

export async function signAccessToken(
  draft: TokenDraft,
  { scopes }: Pick<Access, 'scopes'>,
  server: CompiledServer,
  { header: untyped, key }: Signer,
  encrypter: Encrypter | null,
  nowSeconds: number,
): Promise<Minted> {
  const header = accessTokenHeader(server.server, untyped)
  const signed = await signJwt(timed(draft, nowSeconds), { header, key }, draft.custom)
  const accessToken =
    server.encryption === null ? signed : await encrypted(signed, header.typ, encrypter)
  const response: TokenResponse = {
    token_type: 'Bearer',
    expires_in: draft.lifetimeSeconds,
    access_token: accessToken,
    scope: formatScope(scopes),
  }
  return { jti: String(draft.claims['jti']), response }
}
