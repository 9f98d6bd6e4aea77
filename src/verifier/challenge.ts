/**
 * What a resource server answers to a request whose token does not do: the status, and the WWW-Authenticate challenge
 * of RFC 6750 §3 with the parameters of RFC 9470 §3 and RFC 9728 §5.1.
 */
import { reasons, type Expected, type Reason } from './verdict.ts'

export interface Challenged {
  readonly status: 400 | 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
}

export interface ChallengeOptions {
  readonly realm?: string
  /** Where the metadata of the protected resource is, RFC 9728. */
  readonly resourceMetadata?: string
}

/** Seconds after which a verifier that could not tell is asked again. */
const RETRY_AFTER = '5'

const STATUS = {
  invalid_token: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
} as const

/** RFC 9110 §5.6.4: what is configured stands between quotes whatever it holds, but never ends the line. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[^\x20-\x7e]/g, '').replaceAll(/["\\]/g, String.raw`\$&`)}"`

const challenge = (parameters: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  )
  return given.length === 0 ? 'Bearer' : `Bearer ${given.join(', ')}`
}

const common = ({ realm, resourceMetadata }: ChallengeOptions) => ({
  realm,
  resource_metadata: resourceMetadata,
})

const scopeOf = ({ scopes = [] }: Pick<Expected, 'scopes'>): string | undefined =>
  scopes.length === 0 ? undefined : scopes.join(' ')

/** RFC 6750 §3.1: whoever brought no token is told no error. */
export const missing = (expected: Expected, options: ChallengeOptions): Challenged => ({
  status: 401,
  headers: { 'www-authenticate': challenge({ ...common(options), scope: scopeOf(expected) }) },
})

/** The Authorization header is not one token. */
export const broken = (options: ChallengeOptions): Challenged => ({
  status: 400,
  headers: {
    'www-authenticate': challenge({
      ...common(options),
      error: 'invalid_request',
      error_description: 'The Authorization header does not have one Bearer token.',
    }),
  },
})

export function refusal(reason: Reason, expected: Expected, options: ChallengeOptions): Challenged {
  const { error, description } = reasons[reason]
  if (error === 'temporarily_unavailable')
    return { status: 503, headers: { 'retry-after': RETRY_AFTER } }
  const { acrValues, maxAge } = expected
  const isStepUp = error === 'insufficient_user_authentication'
  const value = challenge({
    ...common(options),
    error,
    error_description: description,
    scope: error === 'insufficient_scope' ? scopeOf(expected) : undefined,
    acr_values: isStepUp && acrValues ? acrValues.join(' ') : undefined,
    max_age: isStepUp && maxAge !== undefined ? String(maxAge) : undefined,
  })
  return { status: STATUS[error], headers: { 'www-authenticate': value } }
}
