/** The system log: events of the last 90 days, by time, filter and keywords. */
import * as z from 'zod'
import { SystemLogEvent } from '../domain/system-log.ts'
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import {
  lastEventPosition,
  readEvents,
  readEventsStoredAfter,
  type StoredEvent,
} from '../store/system-log-read.ts'
import {
  BEYOND,
  encodeCursor,
  logParameters,
  readLogQuery,
  type LogCursor,
  type LogQuery,
} from './log-query.ts'
import { ListAnswer, route, type Route } from './route.ts'

interface Found {
  readonly events: readonly SystemLogEvent[]
  /** Behind the last event that was looked at. */
  readonly cursor: LogCursor
  /** Nothing was left to look at. */
  readonly isComplete: boolean
}

/** The beginning of a query. Only one that polls must know where the log ends now. */
async function beginning(db: D1Database, query: LogQuery): Promise<LogCursor> {
  const lastPosition = query.polls ? await lastEventPosition(db) : BEYOND
  return query.order === 'ASCENDING'
    ? { in: 'time', published: query.since, position: 0, lastPosition }
    : { in: 'time', published: query.until, position: 0, lastPosition }
}

function readFrom(
  db: D1Database,
  { by, order, since, until }: LogQuery,
  cursor: LogCursor,
  limit: number,
): Promise<readonly StoredEvent[]> {
  if (cursor.in === 'storage') return readEventsStoredAfter(db, cursor.position, limit)
  const end = order === 'ASCENDING' ? until : since
  return readEvents(db, { by, order, after: cursor, end, lastPosition: cursor.lastPosition }, limit)
}

const behind = (cursor: LogCursor, { published, position }: StoredEvent): LogCursor => ({
  ...cursor,
  ...(cursor.in === 'time' ? { published, position } : { position }),
})

/**
 * Looks through a bounded number of events for as many as fit on a page. When they were not enough, the page is what
 * was found among them, and its next link goes on behind the last one.
 */
async function find(db: D1Database, query: LogQuery, start: LogCursor): Promise<Found> {
  const events: SystemLogEvent[] = []
  let cursor = start
  for (let read = 0; read < limits.logRowsReadMax;) {
    // One more than the page tells whether there is a next one. What a filter leaves out is looked through faster.
    const isEnough = query.matches === null || read === 0
    const wanted = isEnough ? query.limit - events.length + 1 : Infinity
    const size = Math.min(wanted, limits.logRowsPerReadMax)
    const rows = await readFrom(db, query, cursor, size)
    for (const row of rows) {
      const isFound = query.matches?.(row.event) ?? true
      if (isFound && events.length === query.limit) return { events, cursor, isComplete: false }
      cursor = behind(cursor, row)
      if (isFound) events.push(row.event)
    }
    if (rows.length < size) return { events, cursor, isComplete: true }
    read += rows.length
  }
  return { events, cursor, isComplete: false }
}

/** Where the next page begins. Who polls always has one: when the past is read, it follows what is stored. */
function following({ cursor, isComplete }: Found, { polls }: LogQuery): LogCursor | null {
  if (!isComplete) return cursor
  if (!polls) return null
  return cursor.in === 'time' ? { in: 'storage', position: cursor.lastPosition } : cursor
}

export const logRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/logs',
    summary: 'List system log events',
    scope: 'okta.logs.read',
    query: logParameters,
    output: z.array(SystemLogEvent),
    async handle({ query }, { ports: { logDb } }) {
      const asked = readLogQuery(query, nowMillis())
      const start = asked.after ?? (await beginning(logDb, asked))
      const found =
        asked.limit === 0
          ? { events: [], cursor: start, isComplete: !asked.polls }
          : await find(logDb, asked, start)
      const next = following(found, asked)
      return new ListAnswer({
        items: found.events,
        next: next === null ? null : encodeCursor(next),
      })
    },
  }),
]
