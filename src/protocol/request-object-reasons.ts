/** How request objects are refused, RFC 9101 §7: rows of reasons.ts. */
import type { Reason } from './reasons.ts'

export const requestObjectReasons = {
  request_object_malformed: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object could not be read.',
  },
  request_object_algorithm: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object is not signed by an algorithm that the client can use.',
    confirmable: true,
  },
  request_object_signature: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The signature of the request object is wrong.',
    confirmable: true,
  },
  request_object_key: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object names a key that the client does not have.',
    confirmable: true,
  },
  request_object_secret_too_short: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The client secret is too short to verify a request object.',
    confirmable: true,
  },
  request_object_no_secret: {
    error: 'request_not_supported',
    status: 400,
    description: 'The client has no secret to verify a request object.',
    confirmable: true,
  },
  request_object_no_keys: {
    error: 'invalid_client',
    status: 401,
    description: 'The client has no keys to verify a request object.',
    confirmable: true,
  },
  request_object_jwks_unavailable: {
    error: 'invalid_client',
    status: 401,
    description: 'The keys of the client could not be read from its jwks_uri.',
  },
  request_object_issuer: {
    error: 'invalid_client',
    status: 401,
    description: 'The issuer of the request object must be the client.',
  },
  request_object_subject: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The subject of a request object must not be the client.',
  },
  request_object_audience: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The audience of the request object must be the issuer.',
  },
  request_object_expiration_missing: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object must say when it expires.',
  },
  request_object_expired: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object is expired.',
  },
  request_object_too_long_lived: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object may live for one hour at most.',
  },
  request_object_issued_in_future: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object is not valid yet.',
  },
  request_object_jti: {
    error: 'invalid_request_object',
    status: 400,
    description: "The 'jti' claim of the request object is invalid.",
  },
  request_object_replayed: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object was used before.',
  },
  request_object_value: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The parameters in a request object must be strings.',
  },
  request_object_nested: {
    error: 'invalid_request_object',
    status: 400,
    description: 'A request object must not hold another.',
  },
  request_object_mismatch: {
    error: 'invalid_request_object',
    status: 400,
    description: 'The request object and the query differ in a parameter that both give.',
  },
} as const satisfies Record<string, Reason>
