/** The tokens of a person that go out together, before they are signed. */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Access } from './access.ts'
import { draftAccessToken } from './access-token.ts'
import type { TokenDrafts } from './draft.ts'
import {
  draftIdToken,
  isThinAtToken,
  type IdTokenContent,
  type IdTokenSubject,
} from './id-token.ts'

/** Which tokens, and what is particular to them. */
export interface AskedTokens {
  readonly hasAccessToken: boolean
  readonly idToken: Pick<IdTokenContent, 'nonce' | 'isThin'> | null
}

/** What the token endpoint gives. */
export const tokensOfGrant = (
  server: CompiledServer,
  record: Pick<AuthorizationRecord, 'grantType'>,
  nonce: string | null,
): AskedTokens => ({
  hasAccessToken: true,
  idToken: { nonce, isThin: isThinAtToken(server, record) },
})

/** What goes through the browser; a response type is a set of `code`, `id_token` and `token`. */
export const tokensOfBrowser = (
  responseTypes: readonly string[],
  nonce: string | null,
): AskedTokens => {
  const hasAccessToken = responseTypes.includes('token')
  const idToken = responseTypes.includes('id_token') ? { nonce, isThin: hasAccessToken } : null
  return { hasAccessToken, idToken }
}

/** A grant that is no sign-in has no ID token. Throws OAuthError when a claim cannot be evaluated. */
export function draftTokens(
  subject: IdTokenSubject,
  access: Access,
  { hasAccessToken, idToken }: AskedTokens,
  orgId: string,
  nowMillis: number,
): TokenDrafts {
  const { server, client, record } = subject
  const { scopes } = access
  const hasIdToken = idToken !== null && scopes.includes('openid')
  return {
    access: hasAccessToken ? draftAccessToken(server, client, access, record) : null,
    identity: hasIdToken ? draftIdToken(subject, { scopes, orgId, ...idToken }, nowMillis) : null,
  }
}
