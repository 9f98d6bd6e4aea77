/**
 * What people did about their own accounts, as the database and the system log learn of it: the change and its event in
 * one batch.
 */
import type { OutboxEntry } from '../domain/outbox.ts'
import type { SystemLogEvent } from '../domain/system-log.ts'
import { randomId } from '../platform/random.ts'
import { commit } from '../store/database.ts'
import { deliverAll } from '../store/outbox.ts'
import {
  putInPlace,
  setCredentials,
  unlock,
  type PasswordInPlace,
} from '../store/user-credentials.ts'
import { deliver } from './ports.ts'

export interface ReplacedPassword extends PasswordInPlace {
  readonly passwordHash: string
  /** Seconds. */
  readonly at: number
}

/** False when the user has another password meanwhile, or a status in which none is taken. */
export const storePassword = (
  env: Cloudflare.Env,
  replaced: ReplacedPassword,
  event: SystemLogEvent,
): Promise<boolean> => {
  const { userId, passwordHash, at } = replaced
  const set = setCredentials(env.DB, userId, { passwordHash, recovery: null })
  return committed(env, putInPlace(env.DB, replaced, at), event, [set])
}

/** False when the user is not locked out, or not any more. `at` in seconds. */
export const storeUnlock = (
  env: Cloudflare.Env,
  userId: string,
  at: number,
  event: SystemLogEvent,
): Promise<boolean> => committed(env, unlock(env.DB, userId, at), event, [])

async function committed(
  env: Cloudflare.Env,
  change: D1PreparedStatement,
  event: SystemLogEvent,
  following: readonly D1PreparedStatement[],
): Promise<boolean> {
  const entry: OutboxEntry = {
    id: randomId('obx'),
    kind: 'system-log',
    subject: event.eventType,
    payload: event,
  }
  const happened = await commit(env.DB, [change], [entry], following)
  if (happened) await deliverAll(env.DB, [entry], (one) => deliver(env, one))
  return happened
}
