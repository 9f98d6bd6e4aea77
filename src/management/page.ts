/** Lists: `limit` and `after`, a bare array, and `Link` headers with absolute URLs (RFC 8288). */
import * as z from 'zod'
import { limits } from '../platform/limits.ts'
import { ApiError } from '../protocol/api-errors.ts'

export interface Page {
  readonly limit: number
  /** The id after which the page begins; empty for the first one. */
  readonly after: string
  readonly query: string | null
}

const QueryText = z.string().max(limits.queryCharactersMax)

/** The parameters of a list that comes in pages. */
export const pageParameters = (
  limitDefault: number = limits.pageSizeMax,
  limitMax: number = limits.pageSizeMax,
) => ({
  limit: z
    .int()
    .min(1)
    .default(limitDefault)
    .describe(`How many a page holds; more than ${limitMax} are ${limitMax}.`),
  after: z
    .string()
    .max(limits.cursorCharactersMax)
    .describe('Where the page begins: opaque, taken from the `next` link.'),
})

/** A parameter that finds by text. */
export const textParameter = (what: string) => QueryText.describe(what)

/** Reads `limit`, `after` and `q`. A limit above the most is the most, as in Okta. */
export function readPage(
  query: URLSearchParams,
  limitDefault: number = limits.pageSizeMax,
  limitMax: number = limits.pageSizeMax,
): Page {
  const text = query.get('limit')
  const limit =
    text === null || text === '' ? limitDefault : Number(/^\d{1,10}$/.test(text) ? text : NaN)
  if (!(limit >= 1)) throw new ApiError('E0000054')
  const after = query.get('after') ?? ''
  const q = query.get('q')
  if (after.length > limits.cursorCharactersMax || (q?.length ?? 0) > limits.queryCharactersMax)
    throw new ApiError('E0000054')
  return {
    limit: Math.min(limit, limitMax),
    after,
    query: q === null || q === '' ? null : q,
  }
}

// As the database compares names: it knows the cases of ASCII only.
const folded = (text: string): string => text.replaceAll(/[A-Z]/g, (one) => one.toLowerCase())

/** Whether a name begins with a text, upper and lower case alike. */
export const begins = (name: string, text: string): boolean => folded(name).startsWith(folded(text))

/** What a list route returns. `rows` may hold one more than the limit, which tells that there is a next page. */
export interface Listed {
  readonly items: readonly unknown[]
  readonly next: string | null
}

/** Cuts the extra row off and names where the next page begins. */
export function paged<Row extends { readonly id: string }>(
  rows: readonly Row[],
  page: Page,
  present: (row: Row) => unknown,
): Listed {
  const shown = rows.slice(0, page.limit)
  return {
    items: shown.map(present),
    next: rows.length > page.limit ? (shown.at(-1)?.id ?? null) : null,
  }
}

const roundsFor = (found: readonly unknown[]): number =>
  found.length > 0 ? limits.searchRoundsMax : limits.searchEmptyRoundsMax

/**
 * A page of what a condition keeps of rows in an order: read piece by piece, in a bounded number of pieces. A page may
 * be short although more follow, and after many more pieces empty: clients that stop at an empty page see less.
 */
export async function walk<Row, Place>(
  limit: number,
  from: Place,
  rows: {
    /** How many are read at once; more than `limit`. */
    readonly piece: number
    readonly read: (after: Place, limit: number) => Promise<readonly Row[]>
    readonly placeOf: (row: Row) => Place
    readonly keeps: (row: Row) => boolean
  },
): Promise<{ readonly rows: readonly Row[]; readonly next: Place | null }> {
  const kept: Row[] = []
  let place = from
  for (let round = 0; round < roundsFor(kept); round++) {
    const read = await rows.read(place, rows.piece)
    for (const row of read) {
      if (rows.keeps(row)) {
        if (kept.length === limit) return { rows: kept, next: place }
        kept.push(row)
      }
      place = rows.placeOf(row)
    }
    if (read.length < rows.piece) return { rows: kept, next: null }
  }
  return { rows: kept, next: place }
}

/** All of a list that has no pages. */
export const whole = (items: readonly unknown[]): Listed => ({ items, next: null })

export function linkHeaders(url: URL, origin: string, { next }: Listed): Headers {
  const here = new URL(url.pathname + url.search, origin)
  const headers = new Headers()
  headers.append('link', `<${here.href}>; rel="self"`)
  if (next !== null) {
    here.searchParams.set('after', next)
    headers.append('link', `<${here.href}>; rel="next"`)
  }
  return headers
}
