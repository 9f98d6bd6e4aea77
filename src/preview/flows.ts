/**
 * What a client would get, by each grant, without anybody asking for it: the functions of issuance, one after the
 * other, up to the drafts of the tokens. Nothing is signed, stored or spent here.
 */
import { checkAuthorizationRequest } from '../authorize/checks.ts'
import {
  consentGiven,
  consentStep,
  scopesUnasked,
  type ConsentQuestion,
} from '../authorize/consent.ts'
import { authorizationRecord } from '../authorize/record.ts'
import { grantTypeOf, isHybrid, type AuthorizationRequest } from '../authorize/request.ts'
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import { beginsFamily } from '../domain/authorization-state.ts'
import type { Client } from '../domain/client.ts'
import type { DecidedScopes } from '../domain/directory.ts'
import type { PreviewInput } from '../domain/preview.ts'
import {
  keepsAccess,
  maySignIn,
  mustChangePassword,
  type Assignment,
  type Person,
} from '../domain/person.ts'
import type { Scope } from '../domain/scope.ts'
import { checkGrant } from '../grants/allowed.ts'
import { clientCredentials } from '../grants/client-credentials.ts'
import { password } from '../grants/password.ts'
import { refreshToken } from '../grants/refresh-token.ts'
import { requestedScopes } from '../grants/requested.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { decideAccess, type Access } from '../mint/access.ts'
import { draftAccessToken } from '../mint/access-token.ts'
import { userinfoClaims } from '../mint/claims.ts'
import type { TokenDrafts } from '../mint/draft.ts'
import {
  draftTokens,
  tokensOfBrowser,
  tokensOfGrant,
  type AskedTokens,
} from '../mint/person-drafts.ts'
import { recordOf } from '../mint/record.ts'
import {
  authorizingUser,
  givenAccess,
  recordedAccess,
  type Holder,
} from '../mint/recorded-access.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'

/** A person as storage has them; the assignment is null when they do not have the app. */
export interface PreviewedPerson {
  readonly person: Person
  readonly assignment: Assignment | null
  /** What the person decided about scopes before. */
  readonly decided: DecidedScopes
}

export interface Previewed {
  readonly server: CompiledServer
  readonly client: Client
  readonly grantType: PreviewInput['grantType']
  /** The parameters of the request: `scope`, and at the authorization endpoint `response_type`, `nonce` and others. */
  readonly parameters: Form
  /** Null where nobody was named. */
  readonly person: PreviewedPerson | null
  readonly orgId: string
  readonly nowMillis: number
}

/** The tokens of one answer. */
export interface PreviewedAnswer {
  readonly endpoint: 'authorize' | 'token'
  readonly access: Access
  readonly asked: AskedTokens
  readonly drafts: TokenDrafts
}

/** What people would be asked for on the consent page. */
export interface PreviewedConsent {
  readonly required: readonly Scope[]
  readonly optional: readonly Scope[]
}

/** What comes of a request. What is known grows on the way, so that a refusal tells how far it came. */
export interface Flow {
  /** What the policies were asked. */
  access: Access | null
  consent: PreviewedConsent
  /** The authorization behind what a person gave; null for a client that acts for itself. */
  record: AuthorizationRecord | null
  holder: Holder | null
  readonly answers: PreviewedAnswer[]
  userinfo: Readonly<Record<string, unknown>> | null
  /** Userinfo is asked later, and refuses by itself. */
  userinfoRefusal: OAuthError | null
  hasRefreshToken: boolean
}

export const beginning = (): Flow => ({
  access: null,
  consent: { required: [], optional: [] },
  record: null,
  holder: null,
  answers: [],
  userinfo: null,
  userinfoRefusal: null,
  hasRefreshToken: false,
})

/** Throws OAuthError where the request would be refused; `flow` says how far it came. */
export function run(previewed: Previewed, flow: Flow): void {
  if (previewed.client.status !== 'ACTIVE') throw new OAuthError('inactive_client')
  FLOWS[previewed.grantType](previewed, flow)
}

const FLOWS: Readonly<
  Record<PreviewInput['grantType'], (previewed: Previewed, flow: Flow) => void>
> = {
  client_credentials: runClient,
  password: runPassword,
  authorization_code: runAuthorize,
  implicit: runAuthorize,
  refresh_token: runRefresh,
  interaction_code: runAuthorize,
}

function runClient({ server, client, parameters, nowMillis }: Previewed, flow: Flow): void {
  checkGrant(clientCredentials, client)
  const access = decideAccess(server, client, clientCredentials.redeem(parameters), nowMillis)
  flow.access = access
  const drafts = { access: draftAccessToken(server, client, access, null), identity: null }
  const asked = { hasAccessToken: true, idToken: null }
  flow.answers.push({ endpoint: 'token', access, asked, drafts })
}

const amr = ['pwd']

function runPassword(previewed: Previewed, flow: Flow): void {
  const { server, client, parameters, nowMillis } = previewed
  checkGrant(password, client)
  const { person, assignment, decided } = someone(previewed)
  if (mustChangePassword(person)) throw new OAuthError('expired_password_credentials')
  if (!maySignIn(person)) throw new OAuthError('invalid_password_credentials')
  if (assignment === null) throw new OAuthError('user_not_assigned')
  const holder = { person, assignment }
  const { grantType } = password
  const wanted = requestedScopes(parameters) ?? []
  const user = authorizingUser(holder, amr, [])
  const access = decideAccess(
    server,
    client,
    { grantType, user, requestedScopes: wanted },
    nowMillis,
  )
  flow.access = access
  const request = { prompts: [] }
  const scopes = scopesUnasked({ server, client, request, scopes: access.scopes, ...decided })
  const given = givenAccess(server, client, access, holder, { grantType, amr }, scopes, nowMillis)
  const now = Math.floor(nowMillis / 1000)
  const record = recordOf(server, client, person, given, {
    grantType,
    amr,
    authTime: now,
    created: now,
  })
  keep({ record, holder }, previewed, flow)
  answer('token', given, tokensOfGrant(server, record, null), previewed, flow)
}

/** Both halves of an authorization request: what the browser brings, and what comes of the code. */
function runAuthorize(previewed: Previewed, flow: Flow): void {
  const { server, client, nowMillis } = previewed
  const endpoint = previewed.grantType === 'interaction_code' ? 'interact' : 'authorize'
  const request = checkAuthorizationRequest(previewed.parameters, server, client, endpoint)
  const { person, assignment, decided } = someone(previewed)
  if (!maySignIn(person)) throw new OAuthError('login_required')
  if (assignment === null) throw new OAuthError('user_not_assigned')
  authorize(request, { person, assignment }, decided, previewed, flow)
  const { record, holder } = flow
  if (record === null || holder === null) return
  const { responseTypes, nonce } = request
  const access = recordedAccess(server, client, record, holder, record.scopes, nowMillis)
  if (responseTypes.includes('token') || responseTypes.includes('id_token'))
    answer('authorize', access, tokensOfBrowser(responseTypes, nonce), previewed, flow)
  if (responseTypes.includes('code'))
    answer('token', access, tokensOfGrant(server, record, record.nonce), previewed, flow)
}

/** What a later refresh of a code's tokens brings. Who was locked out since keeps what they have. */
function runRefresh(previewed: Previewed, flow: Flow): void {
  const { server, client, nowMillis } = previewed
  checkGrant(refreshToken, client)
  const request = checkAuthorizationRequest(previewed.parameters, server, client)
  const { person, assignment, decided } = someone(previewed)
  if (!keepsAccess(person) || assignment === null) throw new OAuthError('invalid_refresh_token')
  authorize(request, { person, assignment }, decided, previewed, flow)
  const { record, holder } = flow
  if (record === null || holder === null) return
  if (!flow.hasRefreshToken) throw new OAuthError('invalid_refresh_token')
  const access = recordedAccess(server, client, record, holder, record.scopes, nowMillis)
  answer('token', access, tokensOfGrant(server, record, null), previewed, flow)
}

function authorize(
  request: AuthorizationRequest,
  holder: Holder,
  decided: DecidedScopes,
  previewed: Previewed,
  flow: Flow,
): void {
  const { server, client, nowMillis } = previewed
  const { person } = holder
  const { responseTypes, scopes: requestedScopes, subject } = request
  if (subject !== null && subject !== person.id) throw new OAuthError('login_required')
  const authorization = {
    grantType: grantTypeOf(request),
    isHybrid: isHybrid(responseTypes),
    user: authorizingUser(holder, amr, []),
    requestedScopes,
  }
  const access = decideAccess(server, client, authorization, nowMillis)
  flow.access = access
  const question = { server, client, request, scopes: access.scopes, ...decided }
  const given = { ...access, scopes: allowing(question, flow) }
  const session = { id: '', sid: PREVIEWED_SID, amr, authenticatedAt: nowMillis }
  const asked = { server, client, request }
  const record = authorizationRecord(asked, { session, person }, given, nowMillis)
  keep({ record, holder }, previewed, flow)
}

/** In the place of the session's, which is not begun. */
const PREVIEWED_SID = '102preview'

/** The scopes that are granted when the person allows everything. */
function allowing(question: ConsentQuestion, flow: Flow): readonly string[] {
  const step = consentStep(question)
  if (step.step === 'error') throw step.error
  if (step.step === 'continue') return step.scopes
  flow.consent = { required: step.required, optional: step.optional }
  const given = consentGiven(
    question,
    step.optional.map(({ name }) => name),
  )
  if (given.outcome === 'declined') throw given.error
  return given.scopes
}

function keep(
  { record, holder }: { readonly record: AuthorizationRecord; readonly holder: Holder },
  { client }: Previewed,
  flow: Flow,
): void {
  flow.record = record
  flow.holder = holder
  flow.hasRefreshToken =
    record.grantType !== 'implicit' &&
    beginsFamily(record, client.grantTypes.includes(refreshToken.grantType))
}

function answer(
  endpoint: PreviewedAnswer['endpoint'],
  access: Access,
  asked: AskedTokens,
  { server, client, orgId, nowMillis }: Previewed,
  flow: Flow,
): void {
  const { record, holder } = flow
  if (record === null || holder === null) return
  const subject = { server, client, record, ...holder }
  const drafts = draftTokens(subject, access, asked, orgId, nowMillis)
  flow.answers.push({ endpoint, access, asked, drafts })
  if (!asked.hasAccessToken || !access.scopes.includes('openid')) return
  // Of both access tokens of a request it says the same.
  if (flow.userinfo !== null || flow.userinfoRefusal !== null) return
  try {
    flow.userinfo = userinfoClaims(subject, access.scopes, nowMillis)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    flow.userinfoRefusal = error
  }
}

function someone({ person }: Previewed): PreviewedPerson {
  if (person === null) throw new OAuthError('login_required')
  return person
}
