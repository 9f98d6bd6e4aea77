/**
 * What a call of the system log asks for, and where its pages go on. A query that polls (ascending, with no end) reads
 * what is there in the order of time, and then follows what is stored, in that order: an event that comes late is
 * behind what was read, never in front of it.
 */
import * as z from 'zod'
import {
  compileLogFilter,
  indexedValue,
  matchesKeywords,
  type IndexedValue,
  type Matches,
} from '../domain/log-filter.ts'
import { parseInstant } from '../platform/clock.ts'
import { base64url, base64urlDecode, utf8, utf8Decode } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid } from '../protocol/api-errors.ts'
import { parseFilter } from '../protocol/filter.ts'
import { pageParameters, textParameter } from './page.ts'

export interface LogQuery {
  readonly order: 'ASCENDING' | 'DESCENDING'
  readonly polls: boolean
  /** Milliseconds. */
  readonly since: number
  /** Infinity: no end. */
  readonly until: number
  readonly limit: number
  /** What all events asked for have in common and an index finds. */
  readonly by: IndexedValue | null
  /** Null: every event is meant. */
  readonly matches: Matches | null
  readonly after: LogCursor | null
}

/** Where a page begins: behind an event in the order of time, or behind all that was stored by then. */
export type LogCursor =
  | {
      readonly in: 'time'
      readonly published: number
      readonly position: number
      /** Events stored later belong to what follows. */
      readonly lastPosition: number
    }
  | { readonly in: 'storage'; readonly position: number }

const InstantText = z.iso.datetime({ offset: true })

/** The parameters of the log, as they are described. */
export const logParameters = {
  since: InstantText.describe(
    `From when; ${limits.logDaysDefault} days before \`until\` by default.`,
  ),
  until: InstantText.describe(
    'Until when, exclusive. Without it an ascending query can be polled.',
  ),
  filter: textParameter(
    'A SCIM filter over the members of events, such as `eventType eq "oauth2.as.created" and target.id eq "aus1"`.',
  ),
  q: textParameter(
    `At most ${limits.logKeywordsMax} keywords, all of which occur in an event, in any case.`,
  ),
  sortOrder: z.enum(['ASCENDING', 'DESCENDING']).default('ASCENDING'),
  limit: z.int().min(0).max(limits.logPageSizeMax).default(limits.logPageSizeDefault),
  after: pageParameters().after,
}

/** No position is beyond it, and no time. */
export const BEYOND = Number.MAX_SAFE_INTEGER

/** Throws the refusal that the first wrong parameter deserves. */
export function readLogQuery(query: URLSearchParams, nowMillis: number): LogQuery {
  const order = orderOf(query.get('sortOrder'))
  const untilText = query.get('until') || null
  const until = untilText === null ? BEYOND : instantOf('until', untilText)
  const sinceText = query.get('since') || null
  const days = limits.logDaysDefault * 24 * 3600 * 1000
  const since =
    sinceText === null ? Math.min(until, nowMillis) - days : instantOf('since', sinceText)
  if (since > until) throw invalid('since', 'since: The time must not be after until')
  const polls = order === 'ASCENDING' && untilText === null
  const { by, matches } = criteriaOf(query)
  return {
    order,
    polls,
    since,
    until,
    limit: limitOf(query.get('limit')),
    by,
    matches,
    after: afterOf(query.get('after'), polls),
  }
}

function orderOf(text: string | null): LogQuery['order'] {
  if (text === null || text === '' || text === 'ASCENDING') return 'ASCENDING'
  if (text === 'DESCENDING') return 'DESCENDING'
  throw invalid('sortOrder', 'sortOrder: The value must be ASCENDING or DESCENDING')
}

function instantOf(name: string, text: string): number {
  const instant = parseInstant(text)
  if (instant === null)
    throw invalid(name, `${name}: The value must be a date and time as in 2026-01-31T12:00:00.000Z`)
  return instant
}

function limitOf(text: string | null): number {
  if (text === null || text === '') return limits.logPageSizeDefault
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(limit) || limit > limits.logPageSizeMax) throw new ApiError('E0000054')
  return limit
}

function criteriaOf(query: URLSearchParams): Pick<LogQuery, 'by' | 'matches'> {
  const text = query.get('filter') || null
  const filter = text === null ? null : parseFilter(text)
  const matches = filter === null ? null : compileLogFilter(filter)
  if (text !== null && matches === null) throw new ApiError('E0000031')
  const keywords = (query.get('q') ?? '').split(/\s+/).filter((word) => word !== '')
  if (
    keywords.length > limits.logKeywordsMax ||
    keywords.some((word) => word.length > limits.logKeywordCharactersMax)
  )
    throw new ApiError('E0000031')
  const all = [
    ...(matches === null ? [] : [matches]),
    ...(keywords.length === 0 ? [] : [matchesKeywords(keywords)]),
  ]
  return {
    by: filter === null ? null : indexedValue(filter),
    matches: all.length === 0 ? null : (event) => all.every((matches) => matches(event)),
  }
}

function afterOf(text: string | null, polls: boolean): LogCursor | null {
  if (text === null || text === '') return null
  const cursor = text.length > limits.queryCharactersMax ? null : decodeCursor(text)
  if (cursor === null || (cursor.in === 'storage' && !polls)) throw new ApiError('E0000054')
  return cursor
}

/** Opaque to clients. */
export function encodeCursor(cursor: LogCursor): string {
  const numbers =
    cursor.in === 'time'
      ? [cursor.published, cursor.position, cursor.lastPosition]
      : [cursor.position]
  return base64url(utf8(numbers.join('.')))
}

function decodeCursor(text: string): LogCursor | null {
  const bytes = base64urlDecode(text)
  const decoded = bytes === null ? null : utf8Decode(bytes)
  if (decoded === null || !/^-?\d{1,16}(\.\d{1,16}){0,2}$/.test(decoded)) return null
  const [first, position, lastPosition] = decoded.split('.').map(Number) as [number, ...number[]]
  if (position === undefined) return { in: 'storage', position: first }
  return lastPosition === undefined
    ? null
    : { in: 'time', published: first, position, lastPosition }
}
