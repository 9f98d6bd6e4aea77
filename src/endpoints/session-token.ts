/**
 * Okta's session tokens: proof of a sign-in that happened at the authentication API, good once and for minutes, which
 * the authorization endpoint turns into a session of the browser that brings it.
 */
import type { SessionKey, SignedIn } from '../domain/session.ts'
import type { SessionBeginning } from '../domain/subjects.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { sessionCookie } from './browser.ts'
import type { ProtocolContext } from './context.ts'
import { readSealed, writeSealed } from './sealed.ts'
import { eventOf, signedIn } from './sign-in-log.ts'
import type { Visit } from './visit.ts'

interface SessionToken {
  /** Begun with the proof; no browser has it. The one that brings the token gets another in its place. */
  readonly session: SessionKey
  readonly amr: readonly string[]
  /** Milliseconds. */
  readonly expires: number
}

const PURPOSE = 'session-token'
const KIND = 'sign-in'

/** For somebody who has just proved to be themselves. Null: they may not sign in any more, or not with that proof. */
export async function newSessionToken(
  { userId, amr, epoch, now }: Pick<SessionBeginning, 'userId' | 'amr' | 'epoch' | 'now'>,
  { settings, subjects }: Pick<ProtocolContext, 'settings' | 'subjects'>,
): Promise<{ readonly sessionToken: string; readonly expires: number } | null> {
  const secret = randomToken()
  const begun = await subjects.startSession({ userId, secret, amr, replaces: null, epoch, now })
  if (begun === null) return null
  const expires = now + limits.sessionTokenSeconds * 1000
  const token: SessionToken = { session: { userId, id: begun.id, secret }, amr, expires }
  return { sessionToken: await writeSealed(PURPOSE, KIND, token, settings.keyEncryption), expires }
}

/** A session that has just begun, and its cookie. */
export interface BegunSession {
  readonly sessionKey: SessionKey
  readonly cookie: string
}

/**
 * The session that the token of a request is worth. Null: there is no token, it is good for nothing any more, or the
 * browser has a session, which goes before it as in Okta.
 */
export async function sessionOfToken(
  sessionToken: string | null,
  visit: Visit,
): Promise<BegunSession | null> {
  const { context, sessionKey, now } = visit
  const { settings, subjects } = context
  if (sessionToken === null) return null
  const token = await tokenOf(sessionToken, context, now)
  if (token === null) return null
  if (sessionKey !== null && (await subjects.findSession(sessionKey, null, now)) !== null)
    return null
  const begun = await begunWith(token, context, now)
  return begun && { sessionKey: begun.key, cookie: await sessionCookie(begun.key, settings) }
}

/** The session that a token is worth, which no browser has. Null: the token is good for nothing any more. */
export async function redeemed(
  sessionToken: string,
  context: ProtocolContext,
  now: number,
): Promise<SignedIn | null> {
  const token = await tokenOf(sessionToken, context, now)
  return token && ((await begunWith(token, context, now))?.found ?? null)
}

async function tokenOf(
  text: string,
  { settings }: ProtocolContext,
  now: number,
): Promise<SessionToken | null> {
  const token = await readSealed<SessionToken>(PURPOSE, KIND, text, settings.keyEncryption)
  return token === null || now >= token.expires ? null : token
}

/** Null: the token was used, or what it is worth has ended. */
async function begunWith(
  { session: replaces, amr }: SessionToken,
  context: ProtocolContext,
  now: number,
): Promise<{ readonly key: SessionKey; readonly found: SignedIn } | null> {
  const { subjects, directory } = context
  const { userId } = replaces
  const secret = randomToken()
  const begin = { userId, secret, amr, replaces, onlyInPlace: true, now }
  const session = await subjects.startSession(begin)
  if (session === null) return null
  const key = { userId, id: session.id, secret }
  const found = await subjects.findSession(key, null, now)
  if (found === null) return null
  const event = eventOf(signedIn(found.person, null), context, now)
  await directory.signedIn(userId, Math.floor(now / 1000), event)
  return { key, found }
}
