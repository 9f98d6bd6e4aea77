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

/** What a client is told about a code or a refresh token that is not good. */
const REASONS: Readonly<Record<GrantRefusal, Readonly<Record<'code' | 'refresh', ReasonName>>>> = {
  unknown: { code: 'invalid_code', refresh: 'invalid_refresh_token' },
  expired: { code: 'invalid_code', refresh: 'invalid_refresh_token' },
  replayed: { code: 'invalid_code', refresh: 'invalid_refresh_token' },
  'other-client': { code: 'mismatched_client', refresh: 'mismatched_client' },
  'other-server': { code: 'mismatched_server', refresh: 'mismatched_server' },
  'redirect-uri': { code: 'mismatched_redirect_uri', refresh: 'invalid_refresh_token' },
  'challenge-missing': { code: 'challenge_missing', refresh: 'invalid_refresh_token' },
  'verifier-missing': { code: 'verifier_missing', refresh: 'invalid_refresh_token' },
  'verifier-wrong': { code: 'verifier_wrong', refresh: 'invalid_refresh_token' },
  scope: { code: 'refresh_scopes_denied', refresh: 'refresh_scopes_denied' },
  'rule-gone': { code: 'invalid_code', refresh: 'invalid_refresh_token' },
  'not-assigned': { code: 'user_not_assigned', refresh: 'invalid_refresh_token' },
  'user-inactive': { code: 'invalid_code', refresh: 'invalid_refresh_token' },
}

export function refusalOf(
  { reason, ended }: Extract<GrantOutcome, { readonly outcome: 'refused' }>,
  of: 'code' | 'refresh',
  { userId, id: authorizationId }: Artefact,
): OAuthError {
  const name = REASONS[reason][of]
  if (!ended) return new OAuthError(name)
  const credential = of === 'code' ? 'authorization_code' : 'refresh_token'
  return new ReuseDetected(name, { credential, userId, authorizationId })
}
