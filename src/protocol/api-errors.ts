/**
 * The management error envelope and its codes. Also what both doors answer for an unknown authorization server.
 * Codes and the summaries that clients compare are Okta's.
 */
import { base64url } from '../platform/encoding.ts'
import { randomBytes } from '../platform/random.ts'
import { NOSNIFF } from './safe-headers.ts'

const errorCodes = {
  E0000001: { status: 400, summary: 'Api validation failed: {0}' },
  E0000003: { status: 400, summary: 'The request body was not well-formed.' },
  E0000004: { status: 401, summary: 'Authentication failed' },
  E0000005: { status: 403, summary: 'Invalid session' },
  E0000006: {
    status: 403,
    summary: 'You do not have permission to perform the requested action',
  },
  E0000007: { status: 404, summary: 'Not found: {0}' },
  E0000008: { status: 404, summary: 'The requested path was not found' },
  E0000009: { status: 500, summary: 'Internal Server Error' },
  E0000011: { status: 401, summary: 'Invalid token provided' },
  E0000014: { status: 403, summary: 'Update of credentials failed' },
  E0000016: { status: 403, summary: 'Activation failed because the user is already active' },
  E0000021: {
    status: 400,
    summary:
      'Bad request.  Accept and/or Content-Type headers likely do not match supported values.',
  },
  E0000022: { status: 405, summary: 'The endpoint does not support the provided HTTP method' },
  E0000028: { status: 400, summary: 'The request is missing a required parameter.' },
  E0000031: { status: 400, summary: 'Invalid search criteria.' },
  E0000032: { status: 403, summary: 'Unlock is not allowed for this user.' },
  E0000033: {
    status: 400,
    summary: "Can't specify a search query and filter in the same request.",
  },
  E0000034: { status: 403, summary: 'Forgot password not allowed on specified user.' },
  E0000038: { status: 403, summary: "This operation is not allowed in the user's current status." },
  E0000047: {
    status: 429,
    summary: 'API call exceeded rate limit due to too many requests.',
  },
  E0000054: { status: 400, summary: 'Invalid pagination properties.' },
  E0000053: { status: 400, summary: 'Invalid SCIM filter.' },
  E0000055: { status: 400, summary: 'Duplicate group.' },
  E0000056: { status: 403, summary: 'Delete application forbidden.' },
  E0000079: {
    status: 403,
    summary: 'This operation is not allowed in the current authentication state.',
  },
  E0000080: {
    status: 403,
    summary:
      'The password does not meet the complexity requirements of the current password policy.',
  },
  E0000087: { status: 403, summary: 'The recovery question answer did not match our records.' },
  E0000095: { status: 403, summary: 'Recovery not allowed for unknown user.' },
  E0000124: {
    status: 400,
    summary:
      'Could not create user. To create a user and expire their password immediately, a password must be specified',
  },
  E0000125: {
    status: 400,
    summary:
      'Could not create user. To create a user and expire their password immediately, "activate" must be true',
  },
  E0000231: { status: 412, summary: 'The resource was changed since it was read.' },
  E0000242: { status: 400, summary: 'The entity tag is not well-formed.' },
  E0000195: { status: 409, summary: 'The request conflicts with the current state: {0}' },
  /** Not one of Okta's numbers: a fault of ours that the caller may retry. */
  E0000010: { status: 503, summary: 'Service is in read only mode or unavailable: {0}' },
} as const satisfies Record<string, { readonly status: number; readonly summary: string }>

export type ErrorCode = keyof typeof errorCodes

/** Every code with its status and its summary, for those who describe the API. */
export const errorSummaries: readonly (readonly [
  code: string,
  { readonly status: number; readonly summary: string },
])[] = Object.entries(errorCodes)

/** A refusal of the management door. `causes` name the fields that were wrong. */
export class ApiError extends Error {
  readonly code: ErrorCode
  readonly summary: string
  readonly causes: readonly string[]
  /** By which the operator finds a fault again in the logs. */
  readonly errorId = `oae${base64url(randomBytes(16))}`

  constructor(code: ErrorCode, subject = '', causes: readonly string[] = []) {
    super(code)
    this.name = 'ApiError'
    this.code = code
    this.summary = errorCodes[code].summary.replace('{0}', () => subject)
    this.causes = causes
  }

  get status(): number {
    return errorCodes[this.code].status
  }
}

/** `Resource not found: {id} ({Type})`. */
export const notFound = (id: string, type: string): ApiError =>
  new ApiError('E0000007', `Resource not found: ${id.slice(0, 100)} (${type})`)

/** One field of a request is wrong; the sentence reads `{field}: {reason}`. */
export const invalid = (subject: string, ...causes: readonly string[]): ApiError =>
  new ApiError('E0000001', subject, causes)

/** The envelope. */
export function errorEnvelope(error: ApiError): {
  readonly errorCode: string
  readonly errorSummary: string
  readonly errorLink: string
  readonly errorId: string
  readonly errorCauses: readonly { readonly errorSummary: string }[]
} {
  return {
    errorCode: error.code,
    errorSummary: error.summary,
    errorLink: error.code,
    errorId: error.errorId,
    errorCauses: error.causes.map((errorSummary) => ({ errorSummary })),
  }
}

export function apiErrorAnswer(
  error: ApiError,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(errorEnvelope(error)), {
    status: error.status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...NOSNIFF,
      ...headers,
    },
  })
}
