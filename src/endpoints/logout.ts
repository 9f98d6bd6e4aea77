/**
 * Logout endpoint, OpenID Connect RP-Initiated Logout §2: with a genuine hint of the person who is signed in the
 * session ends at once; without one the person is asked. The way back is one that the client registered, or none. Pages
 * of apps that took part in the session are loaded on the way (Front-Channel Logout §3).
 */
import { isState } from '../authorize/parameters.ts'
import { withQuery } from '../authorize/response.ts'
import { readIdTokenHint, type IdTokenHint } from '../issuer/id-token-hint.ts'
import { publishedRing } from '../issuer/rings.ts'
import { presentedUser } from '../pages/branding.ts'
import { signedOutPage, signOutQuestionPage } from '../pages/sign-out.tsx'
import { OAuthError, type ReasonName } from '../protocol/errors.ts'
import { parseForm, readForm, type Form } from '../protocol/form.ts'
import { errorPage } from './authorization-answer.ts'
import { noSessionCookie } from './browser.ts'
import { ServerNotFound } from './confirm.ts'
import type { ProtocolContext } from './context.ts'
import { logoutFrames } from './logout-frames.ts'
import { leavingOf, sealedLeaving, SIGN_OUT_PATH, type Leaving } from './leaving.ts'
import { namedClient } from './presented-token.ts'
import { eventOf, signedOut } from './sign-in-log.ts'
import { expiredPage, SIGN_IN_PATH } from './under-way.ts'
import { pagePropsOf, seeOther, visitOf, wholly, withCookies, type Visit } from './visit.ts'

class LogoutRefused extends OAuthError {
  readonly parameter: string
  constructor(reason: ReasonName, parameter: string) {
    super(reason)
    this.parameter = parameter
  }
}

/** GET or POST at the server of the context. */
export async function logout(request: Request, context: ProtocolContext): Promise<Response> {
  const visit = await visitOf(request, context)
  try {
    const parameters =
      request.method === 'POST'
        ? await readForm(request)
        : parseForm(new URL(request.url).search.slice(1))
    return withCookies(await answered(parameters, wholly(visit)), visit.cookies)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status === 503) throw error
    return errorPage(error, error instanceof LogoutRefused ? error.parameter : null, visit)
  }
}

async function answered(parameters: Form, visit: Visit): Promise<Response> {
  const { context, sessionKey, now } = visit
  const hint = await hintOf(parameters, context)
  const clientId = parameters.get('client_id')
  if (hint !== null && clientId !== undefined && clientId !== hint.clientId)
    throw new LogoutRefused('logout_client_mismatch', 'client_id')
  const leaving = await askedOf(parameters, hint, context)
  const found =
    sessionKey === null ? null : await context.subjects.findSession(sessionKey, null, now)
  if (found === null) return left(leaving, [], visit)
  if (hint !== null && hint.userId !== found.person.id)
    throw new LogoutRefused('id_token_does_not_match_session', 'id_token_hint')
  if (hint !== null) return signedOutAnswer(leaving, visit)
  return signOutQuestionPage({
    ...(await pagePropsOf(visit)),
    action: SIGN_OUT_PATH,
    fields: { transaction: await sealedLeaving(leaving, visit) },
    user: presentedUser(found.person),
    stayUri: SIGN_IN_PATH,
    redirectUri: leaving.uri,
  })
}

/** Null when none was sent. Throws LogoutRefused for what is no ID token of the server. */
async function hintOf(
  parameters: Form,
  { serverId, snapshots, waitUntil }: ProtocolContext,
): Promise<IdTokenHint | null> {
  const token = parameters.get('id_token_hint')
  const wanted = { serverId, clientId: null, ring: publishedRing(serverId) }
  const { server, ring } = await snapshots.get(wanted, waitUntil)
  if (server?.server.status !== 'ACTIVE') throw new ServerNotFound()
  if (token === undefined) return null
  if (ring === null) throw new OAuthError('temporarily_unavailable')
  const hint = await readIdTokenHint(token, ring, server.urls.issuer)
  if (hint === null) throw new LogoutRefused('invalid_logout_hint', 'id_token_hint')
  return hint
}

/** §3.1: a way back is one that the client registered, to the letter, while the client is active. */
async function askedOf(
  parameters: Form,
  hint: IdTokenHint | null,
  context: ProtocolContext,
): Promise<Leaving> {
  const uri = parameters.get('post_logout_redirect_uri') ?? null
  const state = parameters.get('state') ?? null
  if (uri === null) return { uri, state: null }
  if (!isState(state ?? '')) throw new LogoutRefused('invalid_state', 'state')
  const clientId = hint?.clientId ?? parameters.get('client_id')
  const client = clientId === undefined ? null : await namedClient(clientId, hint !== null, context)
  const isActive = client?.status === 'ACTIVE'
  if (!isActive || !client.flows.postLogoutRedirectUris.includes(uri))
    throw new LogoutRefused('illegal_post_logout_redirect_uri', 'post_logout_redirect_uri')
  return { uri, state }
}

/** POST of the question, or of the page of whoever is signed in. */
export async function signOut(request: Request, context: ProtocolContext): Promise<Response> {
  const form = await readForm(request)
  const visit = await visitOf(request, context)
  const leaving = await leavingOf(form.get('transaction') ?? '', visit)
  return leaving === null ? expiredPage(visit) : signedOutAnswer(leaving, visit)
}

async function signedOutAnswer(leaving: Leaving, visit: Visit): Promise<Response> {
  const { sessionKey, context, now } = visit
  const participants = sessionKey && (await context.subjects.endSession(sessionKey))
  const [frameUris] = await Promise.all([
    logoutFrames(participants ?? [], context),
    sessionKey !== null &&
      participants !== null &&
      context.directory.record(eventOf(signedOut(sessionKey.userId, participants), context, now)),
  ])
  return withCookies(await left(leaving, frameUris, visit), [noSessionCookie(context.settings)])
}

async function left(
  { uri, state }: Leaving,
  frameUris: readonly string[],
  visit: Visit,
): Promise<Response> {
  const nextUri = uri === null || state === null ? uri : withQuery(uri, { state })
  if (nextUri !== null && frameUris.length === 0) return seeOther(nextUri)
  const signInUri = nextUri === null ? SIGN_IN_PATH : null
  return signedOutPage({ ...(await pagePropsOf(visit)), signInUri, frameUris, nextUri })
}
