/** A lockout as the database and the system log learn of it: in one batch, and durable before anybody is answered. */
import { systemLogEvent } from '../domain/log-event.ts'
import type { OutboxEntry } from '../domain/outbox.ts'
import { randomId } from '../platform/random.ts'
import { commit } from '../store/database.ts'
import { deliverAll } from '../store/outbox.ts'
import { lockOut } from '../store/user-credentials.ts'
import { deliver } from './ports.ts'

/** False when the user's status is one that cannot be locked out. */
export async function recordLockout(
  env: Cloudflare.Env,
  userId: string,
  login: string,
  now: number,
): Promise<boolean> {
  const user = { id: userId, type: 'User', alternateId: login, displayName: login }
  const happening = {
    eventType: 'user.account.lock',
    displayMessage: 'Lock out a user after too many wrong passwords',
    actor: user,
    target: [user],
  }
  // The object that counts does not know whose request it was.
  const transaction = { type: 'WEB', id: 'unknown', caller: null } as const
  const entry: OutboxEntry = {
    id: randomId('obx'),
    kind: 'system-log',
    subject: happening.eventType,
    payload: systemLogEvent(happening, transaction, now * 1000),
  }
  const happened = await commit(env.DB, [lockOut(env.DB, userId, now)], [entry])
  if (happened) await deliverAll(env.DB, [entry], (one) => deliver(env, one))
  return happened
}
