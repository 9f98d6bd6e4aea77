/** Tables events and event_targets of the log database: reading in the order of time, or of being stored. */
import type { SystemLogEvent } from '../domain/system-log.ts'
import type { IndexedAttribute } from '../domain/log-filter.ts'
import { json, readAll, readFirst } from './database.ts'

export interface StoredEvent {
  readonly position: number
  /** Milliseconds. */
  readonly published: number
  readonly event: SystemLogEvent
}

/** A part of the log in the order of time. */
export interface LogRange {
  /** What all events have in common, read by its index; null: only time counts. */
  readonly by: { readonly attribute: IndexedAttribute; readonly value: string } | null
  readonly order: 'ASCENDING' | 'DESCENDING'
  /** Where it begins, exclusive. */
  readonly after: { readonly published: number; readonly position: number }
  /** Where it ends in time: exclusive upwards, inclusive downwards. */
  readonly end: number
  /** Events stored later than this one are not part of it. */
  readonly lastPosition: number
}

interface EventRow {
  readonly position: number
  readonly published: number
  readonly document: string
}

const fromRow = ({ position, published, document }: EventRow): StoredEvent => ({
  position,
  published,
  event: json<SystemLogEvent>(document),
})

/** The table and the column that find an attribute's events; each has an index that goes on with the time. */
const SOURCES: Readonly<
  Record<IndexedAttribute | 'time', readonly [from: string, column: string]>
> = {
  uuid: ['events AS place', 'id'],
  eventType: ['events AS place', 'event_type'],
  'actor.id': ['events AS place', 'actor_id'],
  'outcome.result': ['events AS place', 'outcome'],
  'target.id': ['event_targets AS place', 'target_id'],
  time: ['events AS place', ''],
}

export async function readEvents(
  db: D1Database,
  { by, order, after, end, lastPosition }: LogRange,
  limit: number,
): Promise<readonly StoredEvent[]> {
  const [from, column] = SOURCES[by?.attribute ?? 'time']
  const [beyond, within, direction] =
    order === 'ASCENDING' ? ['>', 'published < ?3', ''] : ['<', 'published >= ?3', 'DESC']
  const common = by === null ? '' : `AND place.${column} = ?6`
  const statement = db.prepare(
    `SELECT place.position, place.published, events.document
     FROM ${from} CROSS JOIN events ON events.position = place.position
     WHERE (place.published, place.position) ${beyond} (?1, ?2) AND place.${within} AND place.position <= ?4 ${common}
     ORDER BY place.published ${direction}, place.position ${direction} LIMIT ?5`,
  )
  const values = [after.published, after.position, end, lastPosition, limit]
  const rows = await readAll<EventRow>(
    statement.bind(...values, ...(by === null ? [] : [by.value])),
  )
  return rows.map(fromRow)
}

/** What was stored after a position, whenever it happened. */
export async function readEventsStoredAfter(
  db: D1Database,
  position: number,
  limit: number,
): Promise<readonly StoredEvent[]> {
  const statement = db.prepare(
    'SELECT position, published, document FROM events WHERE position > ?1 ORDER BY position LIMIT ?2',
  )
  return (await readAll<EventRow>(statement.bind(position, limit))).map(fromRow)
}

/** The position of the event that was stored last; 0 in an empty log. */
export async function lastEventPosition(db: D1Database): Promise<number> {
  const statement = db.prepare('SELECT max(position) AS position FROM events')
  return (await readFirst<{ position: number | null }>(statement))?.position ?? 0
}
