/** Lists that are searched: pages in the order of ids, or in the order of an attribute where a search asks for one. */
import { branchesOf, type Branch, type FieldOf } from '../domain/search.ts'
import { base64url, base64urlDecode, parseJson, utf8, utf8Decode } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid, type ErrorCode } from '../protocol/api-errors.ts'
import type { Filter } from '../protocol/filter.ts'
import type { Searched } from '../store/search-terms.ts'
import { searchPage } from '../store/search.ts'
import { searchSorted, type SortPlace } from '../store/search-sorted.ts'

export interface SearchedList {
  readonly searched: Searched
  /** The attributes of a search. */
  readonly fields: FieldOf
  /** What error causes call the rows. */
  readonly rows: string
}

export interface FoundRows<Row> {
  readonly rows: readonly Row[]
  /** The `after` of the next page; null after the last one. */
  readonly next: string | null
}

/** Throws `refusal` for a filter that the list does not understand. */
export function branches(
  filter: Filter | null,
  fields: FieldOf,
  refusal: ErrorCode,
): readonly Branch[] {
  const found = filter === null ? null : branchesOf(filter, fields)
  if (found === null) throw new ApiError(refusal)
  return found
}

export const given = (query: URLSearchParams, name: string): string | null =>
  query.get(name) || null

/** Of `q`, `filter` and `search` the one that is given. Throws E0000033 for several. */
export function criterionOf(
  query: URLSearchParams,
): readonly ['q' | 'filter' | 'search', string] | null {
  const found = (['q', 'filter', 'search'] as const).flatMap((name) => {
    const text = given(query, name)
    return text === null ? [] : [[name, text] as const]
  })
  if (found.length > 1) throw new ApiError('E0000033')
  return found[0] ?? null
}

/** A page of what is wanted. An order can be asked for with `search` only. */
export async function searchedRows<Row extends { readonly id: string }>(
  db: D1Database,
  list: SearchedList,
  wanted: readonly Branch[],
  query: URLSearchParams,
  page: { readonly after: string; readonly limit: number },
): Promise<FoundRows<Row>> {
  const sortBy = given(query, 'sortBy')
  return sortBy !== null && given(query, 'search') !== null
    ? sortedRows<Row>(db, list, wanted, sortBy, query, page)
    : searchPage<Row>(db, list.searched, wanted, page)
}

async function sortedRows<Row extends { readonly id: string }>(
  db: D1Database,
  list: SearchedList,
  wanted: readonly Branch[],
  by: string,
  query: URLSearchParams,
  page: { readonly after: string; readonly limit: number },
): Promise<FoundRows<Row>> {
  const field = list.fields(by, 'eq')
  if (field === undefined)
    throw new ApiError('E0000031', '', [`sortBy: is not an attribute of ${list.rows}`])
  const place = { after: decodePlace(page.after), limit: page.limit }
  const sort = { field, descending: readDescending(query) }
  const found = await searchSorted<Row>(db, list.searched, wanted, sort, place)
  if (found === null)
    throw new ApiError('E0000031', '', [
      `sortBy: At most ${limits.searchSortedMax} ${list.rows} can be sorted`,
    ])
  return { rows: found.rows, next: found.next === null ? null : encodePlace(found.next) }
}

function readDescending(query: URLSearchParams): boolean {
  const order = (query.get('sortOrder') ?? 'asc').toLowerCase()
  if (order !== 'asc' && order !== 'desc')
    throw invalid('sortOrder', 'sortOrder: must be asc or desc')
  return order === 'desc'
}

const encodePlace = (place: SortPlace): string => base64url(utf8(JSON.stringify(place)))

/** Throws E0000054 for what is not a place that a page ended with. */
function decodePlace(after: string): SortPlace | null {
  if (after === '') return null
  const bytes = base64urlDecode(after)
  const place = parseJson((bytes === null ? null : utf8Decode(bytes)) ?? '')
  const isPlace =
    Array.isArray(place) &&
    place.length === 2 &&
    (place[0] === null || typeof place[0] === 'string' || typeof place[0] === 'number') &&
    typeof place[1] === 'string'
  if (!isPlace) throw new ApiError('E0000054')
  return place as unknown as SortPlace
}
