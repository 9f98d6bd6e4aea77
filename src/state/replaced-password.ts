/** A password that its user replaced, as the database and the system log learn of it: in one batch. */
import type { OutboxEntry } from '../domain/outbox.ts'
import type { SystemLogEvent } from '../domain/system-log.ts'
import { randomId } from '../platform/random.ts'
import { commit } from '../store/database.ts'
import { deliverAll } from '../store/outbox.ts'
import { replaceExpired, setCredentials } from '../store/user-credentials.ts'
import { deliver } from './ports.ts'

export interface ReplacedPassword {
  readonly userId: string
  /** The hash that the user must still have, and the one in its place. */
  readonly outdated: string
  readonly passwordHash: string
  /** Seconds. */
  readonly at: number
}

/** False when the user has another password meanwhile, or need not change it any more. */
export async function storePassword(
  env: Cloudflare.Env,
  { userId, outdated, passwordHash, at }: ReplacedPassword,
  event: SystemLogEvent,
): Promise<boolean> {
  const entry: OutboxEntry = {
    id: randomId('obx'),
    kind: 'system-log',
    subject: event.eventType,
    payload: event,
  }
  const happened = await commit(
    env.DB,
    [replaceExpired(env.DB, userId, outdated, at)],
    [entry],
    [setCredentials(env.DB, userId, { passwordHash, recovery: null })],
  )
  if (happened) await deliverAll(env.DB, [entry], (one) => deliver(env, one))
  return happened
}
