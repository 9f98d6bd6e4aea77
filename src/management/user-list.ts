/** The list of users: all of them, or by `q`, `filter` or `search`, which exclude each other. */
import { branchesOf, type Branch, type FieldOf } from '../domain/search.ts'
import { allAttributes } from '../domain/profile-schema.ts'
import type { ProfileAttribute } from '../domain/user-profile.ts'
import { USER_STATUSES } from '../domain/user-status.ts'
import { base64url, base64urlDecode, parseJson, utf8, utf8Decode } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid, type ErrorCode } from '../protocol/api-errors.ts'
import { parseFilter, type Filter } from '../protocol/filter.ts'
import { customAttributes } from '../store/profile-attributes.ts'
import { searchPage } from '../store/search.ts'
import { searchSorted, type SortPlace } from '../store/search-sorted.ts'
import { filterFields, searchedUsers, userFields } from '../store/user-search.ts'
import { userFromRow, type UserRow } from '../store/users.ts'
import type { ManagementContext } from './context.ts'
import { readPage, type Listed, type Page } from './page.ts'
import { presentListedUser } from './user-presentation.ts'

type Attributes = ReadonlyMap<string, ProfileAttribute>

const anyOf = (filters: readonly Filter[]): Filter =>
  filters.reduce((left, right) => ({ op: 'or', left, right }))

/** Everybody but those who were deactivated. */
const NOT_DEPROVISIONED = anyOf(
  USER_STATUSES.filter((status) => status !== 'DEPROVISIONED').map((value) => ({
    op: 'eq',
    attribute: 'status',
    value,
  })),
)

const named = (value: string): Filter => ({
  op: 'and',
  left: anyOf(
    ['profile.firstName', 'profile.lastName', 'profile.email'].map((attribute) => ({
      op: 'sw',
      attribute,
      value,
    })),
  ),
  right: { op: 'not', operand: { op: 'eq', attribute: 'status', value: 'DEPROVISIONED' } },
})

function branches(filter: Filter | null, fields: FieldOf, refusal: ErrorCode): readonly Branch[] {
  const found = filter === null ? null : branchesOf(filter, fields)
  if (found === null) throw new ApiError(refusal)
  return found
}

const given = (query: URLSearchParams, name: string): string | null => query.get(name) || null

/** What is looked for. Throws E0000031, E0000033 and E0000053. */
function wantedBranches(query: URLSearchParams, attributes: Attributes): readonly Branch[] {
  const [q, filter, search] = [given(query, 'q'), given(query, 'filter'), given(query, 'search')]
  if ([q, filter, search].filter((one) => one !== null).length > 1) throw new ApiError('E0000033')
  const fields = userFields(attributes)
  if (filter !== null) return branches(parseFilter(filter), filterFields(attributes), 'E0000053')
  if (search !== null) return branches(parseFilter(search), fields, 'E0000031')
  return branches(q === null ? NOT_DEPROVISIONED : named(q), fields, 'E0000031')
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

function readDescending(query: URLSearchParams): boolean {
  const order = (query.get('sortOrder') ?? 'asc').toLowerCase()
  if (order !== 'asc' && order !== 'desc')
    throw invalid('sortOrder', 'sortOrder: must be asc or desc')
  return order === 'desc'
}

async function sortedUsers(
  by: string,
  query: URLSearchParams,
  page: Page,
  wanted: readonly Branch[],
  attributes: Attributes,
  { db, origin }: ManagementContext,
): Promise<Listed> {
  const field = userFields(attributes)(by, 'eq')
  if (field === undefined)
    throw new ApiError('E0000031', '', ['sortBy: is not an attribute of users'])
  const place = { after: decodePlace(page.after), limit: page.limit }
  const sort = { field, descending: readDescending(query) }
  const found = await searchSorted<UserRow>(db, searchedUsers, wanted, sort, place)
  if (found === null)
    throw new ApiError('E0000031', '', [
      `sortBy: At most ${limits.searchSortedMax} users can be sorted`,
    ])
  return {
    items: found.rows.map((row) => presentListedUser(userFromRow(row), origin)),
    next: found.next === null ? null : encodePlace(found.next),
  }
}

/** The answer of the list. `q` has no pages; an order can be asked for with `search` only. */
export async function listUsers(
  query: URLSearchParams,
  context: ManagementContext,
): Promise<Listed> {
  const { db, origin } = context
  const q = given(query, 'q')
  const page = readPage(query, q === null ? limits.usersPageSizeMax : limits.usersByNameDefault)
  const attributes = allAttributes(await customAttributes(db))
  const wanted = wantedBranches(query, attributes)
  const sortBy = given(query, 'sortBy')
  if (sortBy !== null && given(query, 'search') !== null)
    return sortedUsers(sortBy, query, page, wanted, attributes, context)
  const found = await searchPage<UserRow>(db, searchedUsers, wanted, {
    after: q === null ? page.after : '',
    limit: page.limit,
  })
  return {
    items: found.rows.map((row) => presentListedUser(userFromRow(row), origin)),
    next: q === null ? found.next : null,
  }
}
