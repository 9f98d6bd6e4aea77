/** Why a code, a refresh token or a password is refused at the token endpoint, RFC 6749 §5.2. Rows of reasons.ts. */
import type { Reason } from './reasons.ts'

export const grantReasons = {
  missing_parameter: {
    error: 'invalid_request',
    status: 400,
    description: 'A required parameter is missing.',
  },
  mismatched_server: {
    error: 'invalid_request',
    status: 400,
    description: 'The grant was issued for another authorization server.',
  },
  challenge_missing: {
    error: 'invalid_grant',
    status: 400,
    description:
      'PKCE code challenge should be specified in the authorize request for code verification.',
  },
  verifier_missing: {
    error: 'invalid_grant',
    status: 400,
    description: 'PKCE code verifier is required by the application.',
  },
  invalid_code: {
    error: 'invalid_grant',
    status: 400,
    description: 'The authorization code is invalid or has expired.',
  },
  verifier_wrong: {
    error: 'invalid_grant',
    status: 400,
    description: 'PKCE verification failed.',
  },
  mismatched_client: {
    error: 'invalid_grant',
    status: 400,
    description:
      "The grant was issued to another client. Please make sure the 'client_id' matches the one used at the authorize request.",
  },
  mismatched_redirect_uri: {
    error: 'invalid_grant',
    status: 400,
    description:
      "The 'redirect_uri' does not match the redirection URI used in the authorization request.",
  },
  invalid_refresh_token: {
    error: 'invalid_grant',
    status: 400,
    description: 'The refresh token is invalid or expired.',
  },
  invalid_password_credentials: {
    error: 'invalid_grant',
    status: 400,
    description: 'The credentials provided were invalid.',
  },
  too_many_attempts: {
    error: 'invalid_grant',
    status: 429,
    description: 'Too many attempts were made. Try again later.',
  },
  expired_password_credentials: {
    error: 'invalid_grant',
    status: 400,
    description: 'Password has expired.',
  },
  sign_in_ended: {
    error: 'invalid_grant',
    status: 400,
    description: 'The sign-in was ended before it was complete. Sign in again.',
  },
  password_consent_required: {
    error: 'consent_required',
    status: 400,
    description: 'The following scopes require user consent:',
    confirmable: true,
  },
  refresh_scopes_denied: {
    error: 'access_denied',
    status: 400,
    description:
      'Some of the scopes requested for the refresh request were not granted in the original authorize request.',
  },
} as const satisfies Record<string, Reason>
