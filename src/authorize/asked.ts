/** What a known client asks for, parsed but not judged yet, and the request that it is when nothing is wrong. */
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { limits } from '../platform/limits.ts'
import type { Form } from '../protocol/form.ts'
import type { Prompt } from '../protocol/prompt.ts'
import { parseScope } from '../protocol/scope.ts'
import {
  isOpenid,
  isState,
  readHint,
  readMaxAge,
  readPreferences,
  readPrompts,
  readResponseTypes,
} from './parameters.ts'
import { matchRedirectUri } from './redirect-uri.ts'
import {
  DISPLAYS,
  type AuthorizationRequest,
  type RequestEndpoint,
  type ResponseTarget,
  type ResponseType,
} from './request.ts'
import {
  claimsText,
  NO_CLAIMS,
  readClaimsParameter,
  type ClaimsParameter,
} from './requested-claims.ts'
import { responseModeOf } from './response-mode.ts'

/** Null stands for what is not well-formed. */
export interface Asked {
  readonly endpoint: RequestEndpoint
  readonly parameters: Form
  readonly server: CompiledServer
  readonly client: Client
  readonly target: ResponseTarget
  readonly isRedirectUriImplied: boolean
  readonly responseTypes: readonly ResponseType[] | null
  readonly scopes: readonly string[] | null
  readonly prompts: readonly Prompt[] | null
  readonly maxAge: number | null
  readonly claims: ClaimsParameter | null
}

/** Null while the redirect URI is not known to be the client's. */
export function askedOf(
  parameters: Form,
  server: CompiledServer,
  client: Client,
  endpoint: RequestEndpoint = 'authorize',
): Asked | null {
  const sent = parameters.get('redirect_uri')
  const match = matchRedirectUri(sent, client, isOpenid(parameters))
  if (match.outcome !== 'matched') return null
  const state = parameters.get('state')
  const isInteraction = endpoint === 'interact'
  // What comes of an interaction is a code, and it comes in the answer to the page that asks.
  const responseTypes = isInteraction
    ? INTERACTION_RESPONSE
    : readResponseTypes(parameters.get('response_type'))
  const mode = isInteraction ? 'query' : parameters.get('response_mode')
  return {
    endpoint,
    parameters,
    server,
    client,
    target: {
      redirectUri: match.uri,
      responseMode: responseModeOf(responseTypes, mode, match.uri),
      state: state !== undefined && isState(state) ? state : null,
    },
    isRedirectUriImplied: match.isImplied,
    responseTypes,
    scopes: requestedScopes(parameters, responseTypes, client),
    prompts: readPrompts(parameters.get('prompt')),
    maxAge: readMaxAge(parameters.get('max_age')),
    claims: readClaimsParameter(parameters.get('claims')),
  }
}

const INTERACTION_RESPONSE: readonly ResponseType[] = ['code']

/** OpenID Connect Core §11: `offline_access` is ignored where no refresh token can come of it. */
function requestedScopes(
  parameters: Form,
  types: readonly ResponseType[] | null,
  { grantTypes }: Client,
): readonly string[] | null {
  const names = parseScope(parameters.get('scope') ?? '')
  const canRefresh = types?.includes('code') === true && grantTypes.includes('refresh_token')
  return names === null || canRefresh ? names : names.filter((name) => name !== 'offline_access')
}

/** The request of what passed every check. */
export function requestOf(asked: Asked): AuthorizationRequest {
  const { endpoint, parameters, client } = asked
  const responseTypes = asked.responseTypes ?? []
  const text = (name: string): string | null => parameters.get(name) ?? null
  const { names, subject, acr } = asked.claims ?? NO_CLAIMS
  const acrValues = [...acr.first, ...readPreferences(parameters.get('acr_values')), ...acr.last]
  return {
    endpoint,
    clientId: client.clientId,
    responseTypes,
    ...asked.target,
    isRedirectUriImplied: asked.isRedirectUriImplied,
    scopes: asked.scopes ?? [],
    nonce: text('nonce'),
    prompts: asked.prompts ?? [],
    maxAge: asked.maxAge,
    loginHint: readHint(parameters.get('login_hint'), limits.nameCharactersMax),
    idTokenHint: text('id_token_hint'),
    acrValues: [...new Set(acrValues)].slice(0, limits.preferencesMax),
    essentialAcr: acr.essential,
    uiLocales: readPreferences(parameters.get('ui_locales')),
    display: DISPLAYS.find((display) => display === parameters.get('display')) ?? null,
    claims: names,
    subject,
    codeChallenge: responseTypes.includes('code') ? text('code_challenge') : null,
    sessionToken: readHint(parameters.get('sessionToken'), limits.artefactCharactersMax),
  }
}

/** The parameters of a request that passed every check, which make the same request again. */
export function parametersOf(request: AuthorizationRequest): Form {
  const { codeChallenge, maxAge, isRedirectUriImplied, redirectUri } = request
  const texts: Readonly<Record<string, string | null>> = {
    client_id: request.clientId,
    response_type: request.responseTypes.join(' '),
    redirect_uri: isRedirectUriImplied ? null : redirectUri,
    response_mode: request.responseMode,
    state: request.state,
    scope: request.scopes.join(' '),
    nonce: request.nonce,
    prompt: request.prompts.join(' '),
    max_age: maxAge === null ? null : String(maxAge),
    login_hint: request.loginHint,
    id_token_hint: request.idTokenHint,
    acr_values: request.acrValues.join(' '),
    ui_locales: request.uiLocales.join(' '),
    display: request.display,
    claims: claimsText(request.claims, request.subject, request.essentialAcr),
    code_challenge: codeChallenge,
    code_challenge_method: codeChallenge === null ? null : 'S256',
    sessionToken: request.sessionToken,
  }
  return new Map(
    Object.entries(texts).flatMap(([name, text]) =>
      text === null || text === '' ? [] : [[name, text] as const],
    ),
  )
}
