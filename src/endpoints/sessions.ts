/**
 * Okta's sessions API as browsers use it: the session whose cookie comes along, for pages of trusted origins, and a
 * session for a session token, for whoever wants its id and no cookie.
 */
import * as z from 'zod'
import { writeSessionId } from '../domain/session-id.ts'
import { OWN_SESSION, presentSession, SESSIONS_PATH } from '../domain/session-output.ts'
import type { SessionKey, StandingSession } from '../domain/session.ts'
import { nowMillis } from '../platform/clock.ts'
import { ApiError, notFound } from '../protocol/api-errors.ts'
import { noSessionCookie } from './browser.ts'
import { sessionKeyOfPage } from './calling-page.ts'
import type { ProtocolContext } from './context.ts'
import { jsonObject, parsed } from './json-body.ts'
import { redeemed } from './session-token.ts'
import { eventOf, signedOut } from './sign-in-log.ts'

export { SESSIONS_PATH }
export const OWN_SESSION_PATH = `${SESSIONS_PATH}/${OWN_SESSION}`

const Creation = z.object({ sessionToken: z.string() })

/** POST, by anybody who has the token. */
export async function createSession(request: Request, context: ProtocolContext): Promise<Response> {
  const { sessionToken } = parsed(Creation, await jsonObject(request), 'session')
  const begun = await redeemed(sessionToken, context, nowMillis())
  if (begun === null) throw new ApiError('E0000004')
  return presented(begun, 'id', context)
}

/** GET. It is no use of the session, which may end while a page goes on asking. */
export async function readOwnSession(
  _request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const { readSession } = context.subjects
  return presented(await own(context, readSession), OWN_SESSION, context)
}

export async function refreshOwnSession(
  request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const { refreshSession } = context.subjects
  const standing = await own(context, refreshSession)
  if (!isMinimal(request)) return presented(standing, OWN_SESSION, context)
  return new Response(null, { status: 204, headers: { 'preference-applied': MINIMAL } })
}

/** RFC 7240 §4.2. */
const MINIMAL = 'return=minimal'

const isMinimal = (request: Request): boolean =>
  (request.headers.get('prefer') ?? '')
    .split(',')
    .some((preference) => preference.trim().toLowerCase() === MINIMAL)

/** DELETE. */
export async function closeOwnSession(
  _request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const { subjects, directory, settings } = context
  const now = nowMillis()
  const key = await ownKey(context)
  const standing = await subjects.readSession(key, now)
  const participants = standing && (await subjects.endSession(key))
  if (participants === null) throw noSession()
  await directory.record(eventOf(signedOut(key.userId, participants), context, now))
  return new Response(null, {
    status: 204,
    headers: { 'set-cookie': noSessionCookie(settings) },
  })
}

const noSession = (): ApiError => notFound(OWN_SESSION, 'Session')

/** What the calling page may use. Throws E0000007 when there is nothing. */
async function ownKey(context: ProtocolContext): Promise<SessionKey> {
  const key = await sessionKeyOfPage(context)
  if (key === null) throw noSession()
  return key
}

/** The session of it. Throws E0000007 when there is none, or no longer. */
async function own(
  context: ProtocolContext,
  find: (key: SessionKey, now: number) => Promise<StandingSession | null>,
): Promise<StandingSession> {
  const standing = await find(await ownKey(context), nowMillis())
  if (standing === null) throw noSession()
  return standing
}

async function presented(
  standing: StandingSession,
  as: 'id' | typeof OWN_SESSION,
  { settings, orgId }: ProtocolContext,
): Promise<Response> {
  const id = await writeSessionId(standing.session, settings.keyEncryption)
  const place = { origin: settings.origin, orgId: await orgId(), id, as }
  return Response.json(presentSession(standing, place))
}
