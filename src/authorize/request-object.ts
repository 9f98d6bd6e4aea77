/**
 * Signed request objects in the `request` parameter: RFC 9101 §6, OpenID Connect Core §6.1, and Okta's rules of `iss`,
 * `aud`, `exp` and `jti`. What an object says goes before what the query says; unsigned and encrypted ones are refused.
 */
import type { JWTPayload } from 'jose'
import {
  checkTimes,
  headerOf,
  oneTimeUse,
  SECRET_ALGORITHMS,
  verifiedByKey,
  verifiedBySecret,
  type ClientJwtContext,
  type OneTimeUse,
  type Refusals,
} from '../clients/client-jwt.ts'
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { isObject } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { OAuthError, type ReasonName } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import { askedOf } from './asked.ts'
import { AuthorizeRefused } from './refused.ts'

/** The parameters with those of the object in them. */
export interface Opened {
  readonly parameters: Form
  /** What must be spent before the request takes effect; null when nothing is one-time. */
  readonly use: OneTimeUse | null
}

const REFUSALS: Refusals = {
  malformed: 'request_object_malformed',
  algorithm: 'request_object_algorithm',
  signature: 'request_object_signature',
  key: 'request_object_key',
  noKeys: 'request_object_no_keys',
  jwksUnavailable: 'request_object_jwks_unavailable',
  secretTooShort: 'request_object_secret_too_short',
  expirationMissing: 'request_object_expiration_missing',
  expired: 'request_object_expired',
  tooLongLived: 'request_object_too_long_lived',
  issuedInFuture: 'request_object_issued_in_future',
  jti: 'request_object_jti',
}

/** The parameters that an object may hold; its other members are passed over. */
const PARAMETERS = [
  'client_id',
  'response_type',
  'response_mode',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'prompt',
  'max_age',
  'login_hint',
  'id_token_hint',
  'acr_values',
  'ui_locales',
  'display',
  'claims',
  'code_challenge',
  'code_challenge_method',
  'sessionToken',
]

/** Members that are the same in object and query where both have them, RFC 9101 §5 and OpenID Connect Core §6.1. */
const EQUAL = ['client_id', 'response_type']

/** One-time ids of request objects are not those of assertions. */
const KIND = 'request-object '

/** Opens the request object, if there is one. What is wrong with the client is for checks.ts to say. */
export async function openRequestObject(
  parameters: Form,
  server: CompiledServer,
  client: Client | null,
  context: ClientJwtContext,
): Promise<Opened> {
  const object = parameters.get('request')
  if (object === undefined || client?.status !== 'ACTIVE') return { parameters, use: null }
  let opened: Form | null = null
  try {
    const payload = await verified(object, client, context)
    opened = merged(parameters, payload)
    const exp = checkClaims(payload, parameters, client, server, context)
    return { parameters: opened, use: await oneTimeUse(payload, exp, KIND, REFUSALS) }
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    // A signed object says itself where its client is told; one without a good signature says nothing.
    const asked = opened && askedOf(opened, server, client)
    throw new AuthorizeRefused(error, 'request', asked?.target ?? null)
  }
}

async function verified(
  object: string,
  client: Client,
  context: ClientJwtContext,
): Promise<JWTPayload> {
  if (object.length > limits.assertionCharactersMax)
    throw new OAuthError('request_object_malformed')
  const { alg } = headerOf(object, REFUSALS)
  const pinned = client.flows.requestObjectAlgorithm
  if (pinned !== null && pinned !== alg) throw new OAuthError('request_object_algorithm')
  if (!SECRET_ALGORITHMS.includes(alg)) return verifiedByKey(object, client, context, REFUSALS)
  if (!client.secrets.some(({ status }) => status === 'ACTIVE'))
    throw new OAuthError('request_object_no_secret')
  return verifiedBySecret(object, client, context, REFUSALS)
}

/** The time of expiry. Throws OAuthError for what is wrong with the claims. */
function checkClaims(
  payload: JWTPayload,
  query: Form,
  client: Client,
  { urls }: CompiledServer,
  { nowSeconds }: ClientJwtContext,
): number {
  if (payload.iss !== client.clientId) throw new OAuthError('request_object_issuer')
  // §10.8: it would be a client assertion for whoever sees it.
  if (payload.sub === client.clientId) throw new OAuthError('request_object_subject')
  const { aud } = payload
  const isOurs = aud === urls.issuer || (Array.isArray(aud) && aud.includes(urls.issuer))
  if (!isOurs) throw new OAuthError('request_object_audience')
  const exp = checkTimes(payload, nowSeconds, REFUSALS)
  const fault = contentFault(payload, query)
  if (fault !== null) throw new OAuthError(fault)
  return exp
}

function contentFault(payload: JWTPayload, query: Form): ReasonName | null {
  if ('request' in payload || 'request_uri' in payload) return 'request_object_nested'
  const given = PARAMETERS.filter((name) => Object.hasOwn(payload, name))
  if (given.some((name) => textOf(name, payload[name]) === null)) return 'request_object_value'
  const differs = EQUAL.some((name) => {
    const [inside, outside] = [payload[name], query.get(name)]
    return inside !== undefined && outside !== undefined && inside !== outside
  })
  return differs ? 'request_object_mismatch' : null
}

/** A member as the text of a parameter. Null: it cannot be one. */
function textOf(name: string, value: unknown): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? value : null
  if (name === 'max_age' && typeof value === 'number') return String(value)
  return name === 'claims' && isObject(value) ? JSON.stringify(value) : null
}

/** The object over the query; an empty value counts as omitted (RFC 6749 §3.1), and so does one that is no text. */
function merged(query: Form, payload: JWTPayload): Form {
  const parameters = new Map(query)
  parameters.delete('request')
  for (const name of PARAMETERS) {
    if (!Object.hasOwn(payload, name)) continue
    const text = textOf(name, payload[name]) ?? ''
    if (text === '') parameters.delete(name)
    else parameters.set(name, text)
  }
  return parameters
}
