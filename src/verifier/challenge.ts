/**
 * What a resource server answers to a request whose token does not do: the status, and the WWW-Authenticate challenge
 * of RFC 6750 §3 or RFC 9449 §7.1 with the parameters of RFC 9470 §3 and RFC 9728 §5.1. Where both schemes are taken,
 * there is a challenge of each, and what was wrong stands in that of the scheme which the client used.
 */
import { proofAlgorithms } from './proof-keys.ts'
import { reasons, type Expected, type Reason } from './verdict.ts'

export interface Challenged {
  readonly status: 400 | 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
}

export interface ChallengeOptions {
  readonly realm?: string
  /** Where the metadata of the protected resource is, RFC 9728. */
  readonly resourceMetadata?: string
  /** Whether tokens may be bound to a key, or have to be, RFC 9449. Where it is not set, they must not be. */
  readonly dpop?: 'allowed' | 'required'
}

export type Scheme = 'Bearer' | 'DPoP'

/** The schemes of the Authorization header that are taken. */
export const schemesOf = ({ dpop }: Pick<ChallengeOptions, 'dpop'>): readonly Scheme[] => {
  if (dpop === undefined) return ['Bearer']
  return dpop === 'required' ? ['DPoP'] : ['Bearer', 'DPoP']
}

/** Seconds after which a verifier that could not tell is asked again. */
const RETRY_AFTER = '5'

const STATUS = {
  invalid_token: 401,
  invalid_dpop_proof: 401,
  insufficient_scope: 403,
  insufficient_user_authentication: 401,
} as const

type Parameters = Readonly<Record<string, string | undefined>>

/** RFC 9110 §5.6.4: what is configured stands between quotes whatever it holds, but never ends the line. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[^\x20-\x7e]/g, '').replaceAll(/["\\]/g, String.raw`\$&`)}"`

const challenge = (scheme: Scheme, parameters: Parameters): string => {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  )
  return given.length === 0 ? scheme : `${scheme} ${given.join(', ')}`
}

/** A challenge for each scheme; the parameters are for those to whom they apply. */
const challenges = (
  options: ChallengeOptions,
  parametersFor: (scheme: Scheme) => Parameters,
): Record<'www-authenticate', string> => {
  const { realm, resourceMetadata } = options
  const all = schemesOf(options).map((scheme) =>
    challenge(scheme, {
      realm,
      resource_metadata: resourceMetadata,
      algs: scheme === 'DPoP' ? proofAlgorithms.join(' ') : undefined,
      ...parametersFor(scheme),
    }),
  )
  return { 'www-authenticate': all.join(', ') }
}

const scopeOf = ({ scopes = [] }: Pick<Expected, 'scopes'>): string | undefined =>
  scopes.length === 0 ? undefined : scopes.join(' ')

/** RFC 6750 §3.1: whoever brought no token is told no error. */
export const missing = (expected: Expected, options: ChallengeOptions): Challenged => ({
  status: 401,
  headers: challenges(options, () => ({ scope: scopeOf(expected) })),
})

/** The Authorization header is not one token. */
export const broken = (scheme: Scheme, options: ChallengeOptions): Challenged => ({
  status: 400,
  headers: challenges(options, (one) =>
    one === scheme
      ? {
          error: 'invalid_request',
          error_description: `The Authorization header does not have one ${scheme} token.`,
        }
      : {},
  ),
})

export function refusal(
  reason: Reason,
  scheme: Scheme,
  expected: Expected,
  options: ChallengeOptions,
): Challenged {
  const { error, description } = reasons[reason]
  if (error === 'temporarily_unavailable')
    return { status: 503, headers: { 'retry-after': RETRY_AFTER } }
  const { acrValues, maxAge } = expected
  const isStepUp = error === 'insufficient_user_authentication'
  const parameters = {
    error,
    error_description: description,
    scope: error === 'insufficient_scope' ? scopeOf(expected) : undefined,
    acr_values: isStepUp && acrValues ? acrValues.join(' ') : undefined,
    max_age: isStepUp && maxAge !== undefined ? String(maxAge) : undefined,
  }
  const headers = challenges(options, (one) => (one === scheme ? parameters : {}))
  return { status: STATUS[error], headers }
}
