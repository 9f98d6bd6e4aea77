/** RFC 6749 §4.4: a client asks for itself. No user, so no ID token and no refresh token (§4.4.3). */
import type { ClientGrant } from './grant.ts'
import { requestedScopes } from './requested.ts'

export const clientCredentials: ClientGrant = {
  of: 'client',
  grantType: 'client_credentials',
  publicClients: 'refused',
  redeem: (form) => ({
    grantType: 'client_credentials',
    user: null,
    requestedScopes: requestedScopes(form) ?? [],
  }),
}
