/** Refresh tokens and consents. Sign-in will make them; until then they are put into the database. */
import type { Call, Known } from './call.ts'

const aToken =
  (id: string) =>
  ({ authServerId, clientId, userId }: Known): string =>
    `INSERT INTO refresh_tokens (id, server_id, client_id, user_id, scopes, created, last_updated, expires)
     VALUES ('${id}', '${authServerId}', '${clientId}', '${userId}', '["openid","car:wash"]', 1, 1, 4000000000)`

const aConsent =
  (id: string) =>
  ({ authServerId, clientId, userId }: Known): string =>
    `INSERT INTO consents (id, user_id, client_id, server_id, scope, created, last_updated)
     VALUES ('${id}', '${userId}', '${clientId}', '${authServerId}', 'car:wash', 1, 1)`

const expand = { expand: 'scope' }

export const refreshTokenCalls: readonly Call[] = [
  {
    operation: 'listRefreshTokensForAuthorizationServerAndClient',
    given: aToken('oar1'),
    query: { ...expand, limit: '5' },
    keep: { tokenId: '0.id' },
  },
  { operation: 'listOAuth2ClientsForAuthorizationServer' },
  { operation: 'getRefreshTokenForAuthorizationServerAndClient' },
  { operation: 'listOAuth2TokensForApplication', query: expand },
  { operation: 'getOAuth2TokenForApplication' },
  { operation: 'revokeRefreshTokenForAuthorizationServerAndClient' },
  { operation: 'revokeOAuth2TokenForApplication', given: aToken('oar1') },
  { operation: 'revokeRefreshTokensForAuthorizationServerAndClient', given: aToken('oar2') },
  { operation: 'revokeOAuth2TokensForApplication', given: aToken('oar3') },

  {
    operation: 'listRefreshTokensForUserAndClient',
    given: aToken('oar1'),
    query: { ...expand, limit: '5' },
  },
  { operation: 'getRefreshTokenForUserAndClient', query: expand },
  {
    operation: 'listUserGrants',
    given: aConsent('oag1'),
    query: expand,
    keep: { grantId: '0.id' },
  },
  { operation: 'getUserGrant' },
  { operation: 'listGrantsForUserAndClient', query: { limit: '1' } },
  { operation: 'listUserClients' },
  { operation: 'listScopeConsentGrants', what: 'with one of a user', query: expand },
  { operation: 'getScopeConsentGrant', what: 'of a user' },
  { operation: 'revokeTokenForUserAndClient' },
  { operation: 'revokeTokensForUserAndClient' },
  { operation: 'revokeUserGrant' },
  { operation: 'revokeGrantsForUserAndClient', given: aConsent('oag2') },
  { operation: 'revokeUserGrants', given: aConsent('oag3') },
  { operation: 'revokeUserSessions', query: { oauthTokens: 'true' } },
]
