/** RFC 6749 §4.4: a client asks for itself. No user, so no ID token and no refresh token (§4.4.3). */
import { OAuthError } from '../protocol/errors.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Grant } from './grant.ts'

export const clientCredentials: Grant = {
  grantType: 'client_credentials',
  publicClients: 'refused',
  redeem(form) {
    const requestedScopes = parseScope(form.get('scope') ?? '')
    if (requestedScopes === null) throw new OAuthError('malformed_scope')
    return { grantType: 'client_credentials', user: null, requestedScopes }
  },
}
