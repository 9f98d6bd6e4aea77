/** Table events of the log database: the names of a person who was deleted are taken out of what they did and were. */
import { withoutPerson, type ForgottenPerson } from '../domain/forgotten-person.ts'
import { limits } from '../platform/limits.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { storageError } from './database.ts'
import { readEvents, type LogRange, type StoredEvent } from './system-log-read.ts'

/** Safe to repeat. Throws when there is more to do than one turn allows, or when the log is away. */
export async function forgetInLog(db: D1Database, person: ForgottenPerson): Promise<void> {
  for (const attribute of ['actor.id', 'target.id'] as const) {
    let after: LogRange['after'] = { published: 0, position: 0 }
    for (let batch = 0; ; batch++) {
      if (batch === limits.logForgetBatchesPerRunMax)
        throw new StorageUnavailable('the log has more of a person than one turn can change')
      const range = { by: { attribute, value: person.id }, order: 'ASCENDING', after } as const
      const end = { end: Number.MAX_SAFE_INTEGER, lastPosition: Number.MAX_SAFE_INTEGER }
      const rows = await readEvents(db, { ...range, ...end }, limits.logRowsPerReadMax)
      const last = rows.at(-1)
      if (last === undefined) break
      await rewrite(db, rows, person)
      if (rows.length < limits.logRowsPerReadMax) break
      after = last
    }
  }
}

async function rewrite(
  db: D1Database,
  rows: readonly StoredEvent[],
  person: ForgottenPerson,
): Promise<void> {
  const statements = rows.flatMap(({ position, event }) => {
    const after = JSON.stringify(withoutPerson(event, person))
    if (after === JSON.stringify(event)) return []
    return [db.prepare('UPDATE events SET document = ?2 WHERE position = ?1').bind(position, after)]
  })
  if (statements.length === 0) return
  try {
    await db.batch(statements)
  } catch (cause) {
    throw storageError(cause)
  }
}
