/**
 * Tables events and event_targets of the log database: writing and forgetting. An event is written once, however often
 * its delivery is tried.
 */
import type { SystemLogEvent } from '../domain/system-log.ts'
import { limits } from '../platform/limits.ts'
import { storageError, written } from './database.ts'

type EventValues = readonly [
  uuid: string,
  published: number,
  eventType: string,
  outcome: string,
  actorId: string,
  document: string,
]

/** Stores events in one batch, in their order. */
export async function writeEvents(
  db: D1Database,
  events: readonly SystemLogEvent[],
): Promise<void> {
  if (events.length === 0) return
  const values = events.map((event): EventValues => [
    event.uuid,
    Date.parse(event.published),
    event.eventType,
    event.outcome.result,
    event.actor.id ?? '',
    JSON.stringify(event),
  ])
  const inserts = chunks(values).map((chunk) => insertEvents(db, chunk))
  await written(db, [...inserts, insertTargets(db, events)])
}

/** A bound value may not be larger than a row, so that many events take several statements. */
function chunks(values: readonly EventValues[]): readonly (readonly EventValues[])[] {
  const made: EventValues[][] = []
  let characters = Infinity
  for (const one of values) {
    characters += one[5].length
    if (characters > limits.logStatementCharactersMax) {
      made.push([])
      characters = one[5].length
    }
    made.at(-1)!.push(one)
  }
  return made
}

const insertEvents = (db: D1Database, values: readonly EventValues[]): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO events (id, published, event_type, outcome, actor_id, document)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1)
       WHERE true ON CONFLICT (id) DO NOTHING`,
    )
    .bind(JSON.stringify(values))

function insertTargets(db: D1Database, events: readonly SystemLogEvent[]): D1PreparedStatement {
  const pairs = events.flatMap(({ uuid, target }) =>
    target.flatMap(({ id }) => (id === null ? [] : [[uuid, id]])),
  )
  return db
    .prepare(
      `INSERT INTO event_targets (target_id, published, position)
       SELECT pair.value ->> 1, events.published, events.position
       FROM json_each(?1) AS pair CROSS JOIN events ON events.id = pair.value ->> 0
       WHERE true ON CONFLICT DO NOTHING`,
    )
    .bind(JSON.stringify(pairs))
}

/**
 * Forgets events older than Okta keeps them, and, while the database is nearly full, the oldest token events, which
 * are the many. A bounded number at a time; how many went.
 */
export async function pruneEvents(
  db: D1Database,
  nowMillis: number,
  bytesMax: number = limits.logBytesMax,
): Promise<number> {
  const oldest = nowMillis - limits.logRetentionDays * 24 * 3600 * 1000
  let forgotten = 0
  for (let batch = 0; batch < limits.logPruneBatchesPerRunMax; batch++) {
    const old = await forget(db, 'published < ?1', oldest)
    forgotten += old.events
    if (old.events === limits.logPruneRowsMax) continue
    if (old.bytes <= bytesMax) break
    let many = 0
    for (const type of MANY) many += (await forget(db, 'event_type = ?1', type)).events
    forgotten += many
    if (many === 0) break
  }
  return forgotten
}

/** Event types that come with every token. */
const MANY = [
  'app.oauth2.as.token.grant',
  'app.oauth2.as.token.grant.access_token',
  'app.oauth2.token.grant',
  'app.oauth2.token.grant.access_token',
  'app.oauth2.invalid_client_credentials',
] as const

/** Forgets the oldest events of a kind; how many, and the size of the database afterwards. */
async function forget(
  db: D1Database,
  which: 'published < ?1' | 'event_type = ?1',
  value: number | string,
): Promise<{ readonly events: number; readonly bytes: number }> {
  const statements = [
    // Which targets an event has follows from its document.
    `DELETE FROM event_targets WHERE (target_id, published, position) IN (
       SELECT target.value ->> '$.id', published, position
       FROM (SELECT published, position, document FROM events WHERE ${which} ORDER BY published LIMIT ?2),
       json_each(document, '$.target') AS target)`,
    `DELETE FROM events WHERE position IN (
       SELECT position FROM events WHERE ${which} ORDER BY published LIMIT ?2)`,
  ].map((sql) => db.prepare(sql).bind(value, limits.logPruneRowsMax))
  try {
    const { meta } = (await db.batch(statements)).at(-1)!
    return { events: meta.changes, bytes: meta.size_after }
  } catch (cause) {
    throw storageError(cause)
  }
}
