/** Table outbox: what committed writes still have to tell others, right after the write or by the cron trigger. */
import type { OutboxEntry } from '../domain/outbox.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { json, readAll } from './database.ts'

interface OutboxRow {
  id: string
  kind: string
  subject: string
  payload: string
}

export type Deliver = (entry: OutboxEntry) => Promise<void>

/** Delivers entries in order and removes those that succeeded. The others stay for the next drain. */
export async function deliverAll(
  db: D1Database,
  entries: readonly OutboxEntry[],
  deliver: Deliver,
): Promise<void> {
  const done: string[] = []
  for (const entry of entries) {
    try {
      await deliver(entry)
      done.push(entry.id)
    } catch (cause) {
      logFault('outbox.deliver', { kind: entry.kind, subject: entry.subject }, cause)
    }
  }
  if (done.length === 0) return
  try {
    await db.batch(done.map((id) => db.prepare('DELETE FROM outbox WHERE id = ?1').bind(id)))
  } catch (cause) {
    logFault('outbox.remove', {}, cause)
  }
}

/** Delivers what is waiting, oldest first, a bounded number at a time. */
export async function drainOutbox(db: D1Database, deliver: Deliver): Promise<void> {
  const rows = await readAll<OutboxRow>(
    db
      .prepare('SELECT id, kind, subject, payload FROM outbox ORDER BY created LIMIT ?1')
      .bind(limits.outboxBatchMax),
  )
  const entries = rows.map(({ id, kind, subject, payload }) => {
    return { id, kind, subject, payload: json(payload) } as OutboxEntry
  })
  await deliverAll(db, entries, deliver)
}
