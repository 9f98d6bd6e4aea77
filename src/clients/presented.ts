/**
 * What a client presents to authenticate itself, read from header and form: exactly one way (RFC 6749 §2.3), never
 * by query. Tells who the client claims to be before anything is looked up.
 */
import { decodeJwt } from 'jose'
import { limits } from '../platform/limits.ts'
import { parseBasic, parseScheme } from '../protocol/authorization-header.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import { ASSERTION_TYPE_JWT_BEARER } from '../protocol/urns.ts'

export type Presented =
  | { readonly by: 'basic' | 'post'; readonly clientId: string; readonly secret: string }
  | { readonly by: 'assertion'; readonly clientId: string; readonly assertion: string }
  /** Only an id: a public client. */
  | { readonly by: 'none'; readonly clientId: string }

const QUERY_CREDENTIALS = ['client_secret', 'client_assertion', 'client_assertion_type']

/** Throws OAuthError when nothing, too much or something broken is presented. */
export function presentedCredentials(request: Request, form: Form): Presented {
  const query = request.url.indexOf('?')
  const parameters = query === -1 ? null : new URLSearchParams(request.url.slice(query + 1))
  if (parameters !== null && QUERY_CREDENTIALS.some((name) => parameters.has(name)))
    throw new OAuthError('client_credentials_in_query')

  const presented = inHeader(request, form) ?? inForm(form) ?? inQuery(parameters)
  if (presented === null) throw new OAuthError('missing_client_credentials')
  if (presented.clientId.length > limits.clientIdCharactersMax)
    throw new OAuthError(presented.by === 'assertion' ? 'assertion_subject' : 'unknown_client')
  return presented
}

function inHeader(request: Request, form: Form): Presented | null {
  const header = request.headers.get('authorization')
  if (header === null) return null
  const scheme = parseScheme(header)
  const basic = scheme?.scheme === 'basic' ? parseBasic(scheme.value) : null
  if (basic === null) throw new OAuthError('invalid_basic_credentials')
  const named = form.get('client_id')
  if (
    form.has('client_secret') ||
    form.has('client_assertion') ||
    form.has('client_assertion_type') ||
    (named !== undefined && named !== basic.clientId)
  )
    throw new OAuthError('multiple_client_credentials')
  const { clientId, clientSecret } = basic
  return clientSecret === null
    ? { by: 'none', clientId }
    : { by: 'basic', clientId, secret: clientSecret }
}

function inForm(form: Form): Presented | null {
  const clientId = form.get('client_id')
  const secret = form.get('client_secret')
  const assertion = form.get('client_assertion')
  const assertionType = form.get('client_assertion_type')
  if (assertion !== undefined || assertionType !== undefined) {
    if (secret !== undefined) throw new OAuthError('multiple_client_credentials')
    if (assertionType !== ASSERTION_TYPE_JWT_BEARER)
      throw new OAuthError('client_assertion_type_invalid')
    if (assertion === undefined) throw new OAuthError('missing_client_credentials')
    return { by: 'assertion', clientId: assertionSubject(assertion, clientId), assertion }
  }
  if (clientId === undefined) return null
  return secret === undefined ? { by: 'none', clientId } : { by: 'post', clientId, secret }
}

/** Public clients may name themselves in the query of introspection and revocation requests, as in Okta. */
function inQuery(parameters: URLSearchParams | null): Presented | null {
  const named = parameters?.getAll('client_id') ?? []
  if (named.length > 1) throw new OAuthError('duplicate_parameter')
  return named[0] === undefined || named[0] === '' ? null : { by: 'none', clientId: named[0] }
}

/** The `sub` of an assertion that is not verified yet: only good for finding the key that verifies it. */
function assertionSubject(assertion: string, named: string | undefined): string {
  if (assertion.length > limits.assertionCharactersMax) throw new OAuthError('assertion_malformed')
  let subject: unknown
  try {
    subject = decodeJwt(assertion).sub
  } catch {
    throw new OAuthError('assertion_malformed')
  }
  if (typeof subject !== 'string' || subject === '') throw new OAuthError('assertion_subject')
  if (named !== undefined && named !== subject) throw new OAuthError('assertion_subject')
  return subject
}
