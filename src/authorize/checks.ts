/**
 * Every check of an authorization request and their order, as one table: RFC 6749 §4.1.2.1 and §4.2.2.1, RFC 7636
 * §4.4.1, OpenID Connect Core §3.1.2.2 and §3.2.2.1. Until the redirect URI is known to be the client's (phase `page`)
 * a refusal is shown to the person; after it (phase `redirect`) it is sent to the client. Pure.
 */
import { metAcr } from '../domain/acr.ts'
import type { Client } from '../domain/client.ts'
import { grantNotEnabled } from '../grants/allowed.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { orgScopeNames } from '../issuer/org-scopes.ts'
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { refuseForOrgUser, refuseForUser } from '../policy/scopes.ts'
import { OAuthError, type ReasonName } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import { askedOf, requestOf, type Asked } from './asked.ts'
import { isChallenge, isNonce, isOpenid, isState } from './parameters.ts'
import { matchRedirectUri, originOf } from './redirect-uri.ts'
import { AuthorizeRefused } from './refused.ts'
import type { AuthorizationRequest, RequestEndpoint, ResponseType } from './request.ts'
import { hasTokens, knownMode } from './response-mode.ts'

/** What is there before anything is known. */
export interface Claimed {
  readonly parameters: Form
  readonly client: Client | null
}

/** Null: nothing is wrong. */
type Refusal = ReasonName | OAuthError | null

interface Row {
  readonly name: string
  /** What the refusal blames. */
  readonly parameter: string
}

export type Check =
  | (Row & { readonly phase: 'page'; readonly refuses: (claimed: Claimed) => Refusal })
  | (Row & { readonly phase: 'redirect'; readonly refuses: (asked: Asked) => Refusal })

const when = (wrong: boolean, reason: ReasonName): ReasonName | null => (wrong ? reason : null)

const page = (
  name: string,
  parameter: string,
  refuses: (claimed: Claimed) => Refusal,
): Check & { phase: 'page' } => ({ name, phase: 'page', parameter, refuses })

const redirect = (
  name: string,
  parameter: string,
  refuses: (asked: Asked) => Refusal,
): Check & { phase: 'redirect' } => ({ name, phase: 'redirect', parameter, refuses })

const pageChecks = [
  page('client_id is there', 'client_id', ({ parameters }) =>
    when(!parameters.has('client_id'), 'missing_client_id'),
  ),
  page('client is known', 'client_id', ({ parameters, client }) =>
    when(client?.clientId !== parameters.get('client_id'), 'unknown_client'),
  ),
  page('client is active', 'client_id', ({ client }) =>
    when(client?.status !== 'ACTIVE', 'inactive_client'),
  ),
  page('client has users', 'client_id', ({ client }) =>
    when(client?.applicationType === 'service', 'service_app_refused'),
  ),
  page('redirect_uri is there', 'redirect_uri', (claimed) =>
    when(redirectUri(claimed) === 'missing', 'missing_redirect_uri'),
  ),
  page('redirect_uri is registered', 'redirect_uri', (claimed) =>
    when(redirectUri(claimed) === 'unregistered', 'unregistered_redirect_uri'),
  ),
]

const redirectChecks = [
  redirect('request_uri is not given', 'request_uri', ({ parameters }) =>
    when(parameters.has('request_uri'), 'request_uri_not_supported'),
  ),
  redirect('request object was opened', 'request', ({ parameters }) =>
    when(parameters.has('request'), 'request_object_malformed'),
  ),
  redirect('state comes back as it is', 'state', ({ parameters }) =>
    when(!isState(parameters.get('state') ?? ''), 'invalid_state'),
  ),
  redirect('response_type is there', 'response_type', ({ endpoint, parameters }) =>
    when(endpoint === 'authorize' && !parameters.has('response_type'), 'missing_response_type'),
  ),
  redirect('response_type is known', 'response_type', ({ responseTypes }) =>
    when(responseTypes === null, 'unsupported_response_type'),
  ),
  redirect(
    'response_type is registered',
    'response_type',
    ({ endpoint, responseTypes, client }) => {
      const registered = client.flows.responseTypes
      const isRegistered = responseTypes?.every((type) => registered.includes(type)) === true
      return when(endpoint === 'authorize' && !isRegistered, 'response_type_not_registered')
    },
  ),
  redirect('client has the grant', 'response_type', ({ endpoint, responseTypes, client }) => {
    const { grantTypes } = client
    if (endpoint === 'interact')
      return when(!grantTypes.includes('interaction_code'), 'interaction_code_not_enabled')
    const lacksGrant = responseTypes?.some((type) => !grantTypes.includes(GRANTS[type])) === true
    return lacksGrant ? grantNotEnabled(client) : null
  }),
  redirect('response_mode is known', 'response_mode', ({ parameters }) => {
    const sent = parameters.get('response_mode')
    return when(sent !== undefined && knownMode(sent) === null, 'unsupported_response_mode')
  }),
  redirect('tokens are not sent in a query', 'response_mode', ({ parameters, responseTypes }) =>
    when(
      parameters.get('response_mode') === 'query' && hasTokens(responseTypes ?? []),
      'query_mode_with_tokens',
    ),
  ),
  redirect('messages have an origin', 'response_mode', (asked) =>
    when(
      isPostMessage(asked) && originOf(asked.target.redirectUri) === null,
      'post_message_without_origin',
    ),
  ),
  redirect('a code in a message is bound', 'response_mode', (asked) =>
    when(
      isPostMessage(asked) &&
        !hasTokens(asked.responseTypes ?? []) &&
        !asked.parameters.has('code_challenge'),
      'post_message_without_challenge',
    ),
  ),
  // Okta asks for one with `token` too, where nothing could carry it.
  redirect('nonce is there for ID tokens', 'nonce', ({ parameters, responseTypes }) =>
    when(responseTypes?.includes('id_token') === true && !parameters.has('nonce'), 'missing_nonce'),
  ),
  redirect('nonce is readable', 'nonce', ({ parameters }) =>
    when(!isNonce(parameters.get('nonce') ?? ''), 'invalid_nonce'),
  ),
  redirect('challenge of a method', 'code_challenge', (asked) => {
    const { parameters } = asked
    const isAlone = parameters.has('code_challenge_method') && !parameters.has('code_challenge')
    return when(hasCode(asked) && isAlone, 'pkce_method_without_challenge')
  }),
  redirect('challenge of an interaction code', 'code_challenge', ({ endpoint, parameters }) =>
    when(
      endpoint === 'interact' && !parameters.has('code_challenge'),
      'interaction_challenge_missing',
    ),
  ),
  redirect('challenge is there where required', 'code_challenge', (asked) => {
    const { client, parameters } = asked
    const isRequired = client.flows.pkceRequired || client.authMethod === 'none'
    const isMissing = !parameters.has('code_challenge')
    return when(hasCode(asked) && isRequired && isMissing, 'pkce_missing_challenge')
  }),
  // Without a method it would be `plain` (RFC 7636 §4.3), which is not offered.
  redirect('challenge method is S256', 'code_challenge_method', (asked) => {
    const { parameters } = asked
    const isOther = parameters.get('code_challenge_method') !== 'S256'
    const hasChallenge = parameters.has('code_challenge')
    return when(hasCode(asked) && hasChallenge && isOther, 'pkce_method_not_supported')
  }),
  redirect('challenge is a hash', 'code_challenge', (asked) => {
    const challenge = asked.parameters.get('code_challenge')
    const isBad = challenge !== undefined && !isChallenge(challenge)
    return when(hasCode(asked) && isBad, 'pkce_invalid_challenge')
  }),
  redirect('prompt is known', 'prompt', ({ prompts }) => when(prompts === null, 'invalid_prompt')),
  redirect('prompt none stands alone', 'prompt', ({ prompts }) =>
    when(prompts?.includes('none') === true && prompts.length > 1, 'prompt_none_with_others'),
  ),
  redirect('max_age is a number', 'max_age', ({ parameters, maxAge }) =>
    when(parameters.has('max_age') && maxAge === null, 'invalid_max_age'),
  ),
  redirect('max_age 0 can prompt', 'max_age', ({ prompts, maxAge }) =>
    when(maxAge === 0 && prompts?.includes('none') === true, 'prompt_none_with_zero_max_age'),
  ),
  redirect('id_token_hint is bounded', 'id_token_hint', ({ parameters }) => {
    const length = parameters.get('id_token_hint')?.length ?? 0
    return when(length > limits.idTokenHintCharactersMax, 'invalid_id_token_hint')
  }),
  redirect('claims are an object', 'claims', ({ claims }) =>
    when(claims === null, 'invalid_claims'),
  ),
  redirect('acr that must be met is', 'claims', ({ claims }) => {
    const essential = claims?.acr.essential ?? []
    return when(essential.length > 0 && metAcr(essential) === null, 'acr_not_met')
  }),
  redirect('scope is readable', 'scope', ({ scopes }) => when(scopes === null, 'malformed_scope')),
  redirect('scopes or defaults', 'scope', ({ server, scopes }) =>
    when(scopes?.length === 0 && server.userDefaultScopes.length === 0, 'no_default_scopes'),
  ),
  redirect('scopes are of the server', 'scope', ({ server, client, scopes }) => {
    const requested = scopes ?? []
    const isOrg = server.server.kind === 'org'
    const refused = isOrg
      ? refuseForOrgUser(requested, client.orgScopes, orgScopeNames)
      : refuseForUser(requested, server.scopes)
    return refused?.reason ?? null
  }),
  redirect('ID tokens need openid', 'scope', ({ server, responseTypes, scopes }) => {
    const wanted = scopes?.length === 0 ? server.userDefaultScopes : (scopes ?? [])
    const asksIdToken = responseTypes?.includes('id_token') === true
    return when(asksIdToken && !wanted.includes('openid'), 'openid_scope_required')
  }),
  redirect('all of it is bounded', 'request', (asked) => {
    const { length } = utf8(JSON.stringify(requestOf(asked)))
    return when(length > limits.authorizationRequestBytesMax, 'authorization_request_too_large')
  }),
]

export const checks: readonly Check[] = [...pageChecks, ...redirectChecks]

/** The grant that each response type takes, RFC 6749 §4.1 and §4.2. */
const GRANTS: Readonly<Record<ResponseType, string>> = {
  code: 'authorization_code',
  id_token: 'implicit',
  token: 'implicit',
}

const hasCode = ({ responseTypes }: Asked): boolean => responseTypes?.includes('code') === true

const isPostMessage = ({ parameters }: Asked): boolean =>
  parameters.get('response_mode') === 'okta_post_message'

function redirectUri({ parameters, client }: Claimed): string {
  if (client === null) return 'missing'
  return matchRedirectUri(parameters.get('redirect_uri'), client, isOpenid(parameters)).outcome
}

/** The request, or AuthorizeRefused by the first check that refuses it. Request objects are opened before. */
export function checkAuthorizationRequest(
  parameters: Form,
  server: CompiledServer,
  client: Client | null,
  endpoint: RequestEndpoint = 'authorize',
): AuthorizationRequest {
  for (const { parameter, refuses } of pageChecks)
    throwIf(refuses({ parameters, client }), parameter, null)
  const asked = client && askedOf(parameters, server, client, endpoint)
  // The checks above refuse what makes this null; the compiler is told so.
  if (asked === null)
    throw new AuthorizeRefused(new OAuthError('unknown_client'), 'client_id', null)
  for (const { parameter, refuses } of redirectChecks) throwIf(refuses(asked), parameter, asked)
  return requestOf(asked)
}

function throwIf(refusal: Refusal, parameter: string, asked: Asked | null): void {
  if (refusal === null) return
  const error = typeof refusal === 'string' ? new OAuthError(refusal) : refusal
  throw new AuthorizeRefused(error, parameter, asked?.target ?? null)
}
