/** What token requests of several grants have in common. */
import { limits } from '../platform/limits.ts'
import { OAuthError, printable, type ReasonName } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Artefact } from '../domain/artefact.ts'
import type { GrantRefusal } from '../domain/authorization-record.ts'
import type { GrantOutcome } from '../domain/subjects.ts'
import { ReuseDetected } from './reuse.ts'

/** Null: the request names no scope. Throws OAuthError for what is no list of scopes. */
export function requestedScopes(form: Form): readonly string[] | null {
  const text = form.get('scope')
  if (text === undefined) return null
  const scopes = parseScope(text)
  if (scopes === null) throw new OAuthError('malformed_scope')
  return scopes
}

/** Throws OAuthError unless the parameter is there. */
export function required(form: Form, name: string): string {
  const value = form.get(name)
  if (value === undefined)
    throw new OAuthError(
      'missing_parameter',
      printable(`The required parameter '${name}' is missing.`),
    )
  if (value.length > limits.tokenCharactersMax) throw new OAuthError('invalid_request')
  return value
}

export type CodeKind = 'code' | 'interaction-code'

type Credential = CodeKind | 'refresh-token'

/** What a client is told of a code that is not good. */
export const REFUSED_CODES = {
  code: 'invalid_code',
  'interaction-code': 'invalid_interaction_code',
} as const satisfies Record<CodeKind, ReasonName>

/** Of a credential that is not good, and for which there is nothing else to say. */
const REFUSED: Readonly<Record<Credential, ReasonName>> = {
  ...REFUSED_CODES,
  'refresh-token': 'invalid_refresh_token',
}

/** What is said of a credential that is somebody else's, or that comes with something wrong. */
const REASONS: Readonly<Partial<Record<GrantRefusal, ReasonName>>> = {
  'other-client': 'mismatched_client',
  'other-server': 'mismatched_server',
  scope: 'refresh_scopes_denied',
}

/** What is said of codes alone. */
const CODE_REASONS: Readonly<Partial<Record<GrantRefusal, ReasonName>>> = {
  'redirect-uri': 'mismatched_redirect_uri',
  'challenge-missing': 'challenge_missing',
  'verifier-missing': 'verifier_missing',
  'verifier-wrong': 'verifier_wrong',
  'not-assigned': 'user_not_assigned',
}

/** As the log calls them. */
const NAMES = {
  code: 'authorization_code',
  'interaction-code': 'interaction_code',
  'refresh-token': 'refresh_token',
} as const

export function refusalOf(
  { reason, ended }: Extract<GrantOutcome, { readonly outcome: 'refused' }>,
  of: Credential,
  { userId, id: authorizationId }: Artefact,
): OAuthError {
  const ofCode = of === 'refresh-token' ? undefined : CODE_REASONS[reason]
  const name = REASONS[reason] ?? ofCode ?? REFUSED[of]
  if (!ended) return new OAuthError(name)
  return new ReuseDetected(name, { credential: NAMES[of], userId, authorizationId })
}
