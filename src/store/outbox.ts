/** Table outbox: what committed writes still have to tell others, right after the write or by the cron trigger. */
import { OUTBOX_KINDS, type OutboxEntry } from '../domain/outbox.ts'
import { within } from '../platform/in-time.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { json, readAll, written } from './database.ts'

interface OutboxRow {
  id: string
  kind: string
  subject: string
  payload: string
  created: number
}

export type Deliver = (entry: OutboxEntry) => Promise<void>

/** Delivers entries in order and removes those that succeeded, which it counts. The others stay for the next drain. */
export async function deliverAll(
  db: D1Database,
  entries: readonly OutboxEntry[],
  deliver: Deliver,
): Promise<number> {
  const done: string[] = []
  for (const entry of entries) if (await isDelivered(entry, deliver)) done.push(entry.id)
  await remove(db, done)
  return done.length
}

/** The same for entries that do not wait for each other, many at a time. */
async function deliverTogether(
  db: D1Database,
  entries: readonly OutboxEntry[],
  deliver: Deliver,
): Promise<number> {
  const waiting = entries.values()
  const done: string[] = []
  const worker = async (): Promise<void> => {
    for (const entry of waiting) if (await isDelivered(entry, deliver)) done.push(entry.id)
  }
  await Promise.all(Array.from({ length: limits.outboxDeliveriesAtOnce }, worker))
  await remove(db, done)
  return done.length
}

async function isDelivered(entry: OutboxEntry, deliver: Deliver): Promise<boolean> {
  try {
    await within(deliver(entry), limits.storageMillis.object)
    return true
  } catch (cause) {
    logFault('outbox.deliver', { kind: entry.kind, subject: entry.subject }, cause)
    return false
  }
}

async function remove(db: D1Database, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  try {
    const removing = db
      .prepare('DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(?1))')
      .bind(JSON.stringify(ids))
    await written(db, [removing])
  } catch (cause) {
    logFault('outbox.remove', {}, cause)
  }
}

/**
 * Tells the users whom a change concerned, whose rows begin with `key`: as many as fit before an answer. The rest, and
 * whoever could not be told, stay for the cron trigger.
 */
export async function deliverAudience(
  db: D1Database,
  key: string,
  deliver: Deliver,
): Promise<void> {
  const rows = await readAll<OutboxRow>(
    db
      .prepare(
        'SELECT id, kind, subject, payload, created FROM outbox WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3',
      )
      .bind(`${key}.`, `${key}/`, limits.staleMarksBeforeAnswerMax),
  )
  await deliverTogether(db, rows.flatMap(entryOf), deliver)
}

/** Delivers what is waiting: kind by kind, so that none waits for another, each oldest first. */
export async function drainOutbox(db: D1Database, deliver: Deliver): Promise<void> {
  for (const kind of OUTBOX_KINDS) await drainKind(db, kind, deliver)
}

/** A bounded number of batches, each behind the last; a batch of which nothing could be delivered ends it. */
async function drainKind(
  db: D1Database,
  kind: OutboxEntry['kind'],
  deliver: Deliver,
): Promise<void> {
  let [created, id] = [-1, '']
  for (let batch = 0; batch < limits.outboxBatchesPerRunMax; batch++) {
    const rows = await readAll<OutboxRow>(
      db
        .prepare(
          `SELECT id, kind, subject, payload, created FROM outbox
           WHERE kind = ?1 AND (created, id) > (?2, ?3) ORDER BY created, id LIMIT ?4`,
        )
        .bind(kind, created, id, limits.outboxBatchMax),
    )
    const last = rows.at(-1)
    if (last === undefined) return
    const delivered = await deliverTogether(db, rows.flatMap(entryOf), deliver)
    if (delivered === 0 || rows.length < limits.outboxBatchMax) return
    ;[created, id] = [last.created, last.id]
  }
}

function entryOf({ id, kind, subject, payload }: OutboxRow): readonly OutboxEntry[] {
  try {
    return [{ id, kind, subject, payload: json(payload) } as OutboxEntry]
  } catch (cause) {
    logFault('outbox.read', { id, kind, subject }, cause)
    return []
  }
}
