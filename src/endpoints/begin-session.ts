/** A session begins with a password that was right, whoever asked for it: a page of ours or one of an app. */
import type { Client } from '../domain/client.ts'
import type { Proven, SessionKey } from '../domain/session.ts'
import { randomToken } from '../platform/random.ts'
import { eventOf, signedIn } from './sign-in-log.ts'
import type { Visit } from './visit.ts'

/**
 * The session that the browser's cookie is to name, in place of whatever it had; the log is told. Null: what was proved
 * has ended.
 */
export async function beginSession(
  { person, epoch }: Proven,
  client: Client | null,
  { sessionKey, context, now }: Visit,
): Promise<SessionKey | null> {
  const userId = person.id
  const secret = randomToken()
  const begin = { userId, secret, amr: ['pwd'], replaces: sessionKey, epoch, now }
  const session = await context.subjects.startSession(begin)
  if (session === null) return null
  if (sessionKey !== null && sessionKey.userId !== userId)
    await context.subjects.endSession(sessionKey)
  const event = eventOf(signedIn(person, client), context, now)
  await context.directory.signedIn(userId, Math.floor(now / 1000), event)
  return { userId, id: session.id, secret }
}
