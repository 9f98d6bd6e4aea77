/** How client assertions are refused, RFC 7523 §3.1 and RFC 7521 §4.2.1: rows of reasons.ts. */
import type { Reason } from './reasons.ts'

export const assertionReasons = {
  assertion_malformed: {
    error: 'invalid_client',
    status: 401,
    description: 'The parsing of the client_assertion failed.',
  },
  assertion_issuer: {
    error: 'invalid_client',
    status: 401,
    description: 'The issuer claim for client_assertion is not a valid client_id.',
  },
  assertion_subject: {
    error: 'invalid_client',
    status: 401,
    description: 'The subject claim for client_assertion is not a valid client_id.',
  },
  assertion_audience: {
    error: 'invalid_client',
    status: 401,
    description:
      'The audience claim for client_assertion must be the endpoint invoked for the request.',
  },
  assertion_expiration_missing: {
    error: 'invalid_client',
    status: 401,
    description: "The client_assertion must contain the 'exp' claim as seconds since epoch.",
  },
  assertion_expired: {
    error: 'invalid_client',
    status: 401,
    description: 'The client_assertion token is expired.',
  },
  assertion_too_long_lived: {
    error: 'invalid_client',
    status: 401,
    description: 'The client_assertion token has an expiration too far into the future.',
  },
  assertion_issued_in_future: {
    error: 'invalid_client',
    status: 401,
    description: 'The client_assertion token must be issued before the current time.',
  },
  assertion_replayed: {
    error: 'invalid_client',
    status: 401,
    description: 'The client_assertion token has already been used.',
  },
  assertion_jti: {
    error: 'invalid_client',
    status: 401,
    description: "The 'jti' claim of the client_assertion is invalid.",
  },
  assertion_algorithm: {
    error: 'invalid_client',
    status: 401,
    description: 'The client_assertion JWT signature algorithm is invalid.',
    confirmable: true,
  },
  assertion_signature: {
    error: 'invalid_client',
    status: 401,
    description: 'The client_assertion signature is invalid.',
    confirmable: true,
  },
  assertion_key: {
    error: 'invalid_client',
    status: 401,
    description: 'The client_assertion JWT kid is invalid.',
    confirmable: true,
  },
  assertion_no_keys: {
    error: 'invalid_client',
    status: 401,
    description:
      'The client does not have a JWKSet configured, but the client_assertion requires one.',
    confirmable: true,
  },
  assertion_jwks_unavailable: {
    error: 'invalid_client',
    status: 401,
    description: 'Error retrieving the client JWKSet from jwks_uri.',
  },
  assertion_secret_too_short: {
    error: 'invalid_client',
    status: 401,
    description: 'The client secret is too short to verify a JWT HMAC.',
    confirmable: true,
  },
} as const satisfies Record<string, Reason>
