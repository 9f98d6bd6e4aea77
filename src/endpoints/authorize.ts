/**
 * Authorization endpoint, RFC 6749 §3.1 and OpenID Connect Core §3.1.2: reads and checks a request, then goes on with
 * it as far as it gets. Until the redirect URI is known to be the client's, whatever is wrong is told on a page.
 */
import { checkAuthorizationRequest } from '../authorize/checks.ts'
import { parseAuthorizeParameters } from '../authorize/parameters.ts'
import { AuthorizeRefused } from '../authorize/refused.ts'
import { targetOf, type RequestEndpoint } from '../authorize/request.ts'
import { openRequestObject } from '../authorize/request-object.ts'
import type { AssertionUse } from '../clients/assertion.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { limits } from '../platform/limits.ts'
import { OAuthError, type ReasonName } from '../protocol/errors.ts'
import { formText, type Form } from '../protocol/form.ts'
import { advance } from './advance.ts'
import { refusalAnswer } from './authorization-answer.ts'
import { spend } from './client-authentication.ts'
import { confirmed, ServerNotFound, type Resolved } from './confirm.ts'
import { issuerOf } from './routes.ts'
import { sessionOfToken } from './session-token.ts'
import { expiredPage, underWayOf, type SignInTransaction, type UnderWay } from './under-way.ts'
import { Refused } from './token-log.ts'
import { visitOf, wholly, withCookies, type Visit } from './visit.ts'
import type { ProtocolContext } from './context.ts'

/** Answers a request at the server of the context. `issuer` is the server's. */
export async function authorize(
  request: Request,
  issuer: string,
  context: ProtocolContext,
): Promise<Response> {
  const begins = await visitOf(request, context)
  const cookies = [...begins.cookies]
  const response = await refusing(issuer, begins, async () => {
    const parameters = await parametersOf(request)
    const visit = wholly(begins)
    const underWay = await checkedRequest(parameters, 'authorize', visit)
    const begun = await sessionOfToken(underWay.request.sessionToken, visit)
    if (begun === null) return advance(underWay, visit)
    cookies.push(begun.cookie)
    return advance(underWay, visit, begun)
  })
  return withCookies(response, cookies)
}

/** Tells whatever is refused on the way to whom it concerns. */
export async function refusing(
  issuer: string,
  visit: Visit,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    if (!(error instanceof AuthorizeRefused) && error.status === 503) throw error
    const refused =
      error instanceof AuthorizeRefused ? error : new AuthorizeRefused(error, null, null)
    tellRefusal(refused.cause, visit)
    return refusalAnswer(refused, issuer, visit)
  }
}

/** That a page could not be shown is what was asked for, and a fault of ours is no refusal. */
const UNTOLD: ReadonlySet<ReasonName> = new Set([
  'login_required',
  'user_consent_required',
  'temporarily_unavailable',
])

export function tellRefusal(error: OAuthError, { context }: Visit): void {
  if (UNTOLD.has(error.reason)) return
  const { progress, log, waitUntil } = context
  const serverId = progress.server?.server.id ?? context.serverId
  log.push(new Refused(serverId, error, progress, 'authorize'), context, waitUntil)
}

/**
 * Goes on with what a transaction is about; `work` gets null for a sign-in for its own sake. That the server is gone is
 * told to a person, who did not ask for one.
 */
export async function resuming(
  transaction: SignInTransaction,
  visit: Visit,
  work: (underWay: UnderWay | null) => Promise<Response>,
): Promise<Response> {
  try {
    return await refusing(issuerOf(visit.context, transaction.serverId), visit, async () =>
      work(await underWayOf(transaction, visit.context)),
    )
  } catch (error) {
    if (error instanceof ServerNotFound) return expiredPage(visit)
    throw error
  }
}

/** §3.1: the query of a GET request, or the form of a POST request. */
async function parametersOf(request: Request): Promise<Form> {
  if (request.method !== 'POST') {
    const { search } = new URL(request.url)
    return parseAuthorizeParameters(search.slice(1))
  }
  return parseAuthorizeParameters(await formText(request))
}

/**
 * What a request that passes every check is about. `proves`, where the client has to, says what that spends. Throws
 * AuthorizeRefused.
 */
export async function checkedRequest(
  sent: Form,
  endpoint: RequestEndpoint,
  visit: Visit,
  proves: (snapshot: Resolved) => Promise<AssertionUse | null> = async () => null,
): Promise<UnderWay> {
  const { context, now } = visit
  const { settings, serverId } = context
  const clientId = sent.get('client_id') ?? null
  const known =
    clientId === null || clientId.length > limits.clientIdCharactersMax ? null : clientId
  const wanted = { serverId, clientId: known, ring: accessTokenRing(serverId) }
  const { assertion, use, ...underWay } = await confirmed(context, wanted, async (snapshot) => {
    const { server, client, ring } = snapshot
    Object.assign(context.progress, { server, client })
    const assertion = await proves(snapshot)
    const { parameters, use } = await openRequestObject(sent, server, client, {
      keyEncryption: settings.keyEncryption,
      outboundAllowedOrigins: settings.outboundAllowedOrigins,
      nowSeconds: Math.floor(now / 1000),
    })
    const request = checkAuthorizationRequest(parameters, server, client, endpoint)
    // The checks refuse a request of nobody; the compiler is told so.
    if (client === null) throw new OAuthError('unknown_client')
    return { server, client, ring, request, began: now, assertion, use }
  })
  const { client, request } = underWay
  await spend(assertion, client.clientId, context)
  try {
    await spend(use, client.clientId, context, 'request_object_replayed')
  } catch (error) {
    throw error instanceof OAuthError
      ? new AuthorizeRefused(error, 'request', targetOf(request))
      : error
  }
  return underWay
}
