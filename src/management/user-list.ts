/** The list of users: all of them, or by `q`, `filter` or `search`, which exclude each other. */
import type { Branch } from '../domain/search.ts'
import { allAttributes } from '../domain/profile-schema.ts'
import type { ProfileAttribute } from '../domain/user-profile.ts'
import { USER_STATUSES } from '../domain/user-status.ts'
import { limits } from '../platform/limits.ts'
import { parseFilter, type Filter } from '../protocol/filter.ts'
import { customAttributes } from '../store/profile-attributes.ts'
import { filterFields, searchedUsers, userFields } from '../store/user-search.ts'
import { userFromRow, type UserRow } from '../store/users.ts'
import type { ManagementContext } from './context.ts'
import { readPage, type Listed } from './page.ts'
import { branches, criterionOf, given, searchedRows } from './search-list.ts'
import { presentLinkedUser } from '../domain/user-output.ts'

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

/** What is looked for. Throws E0000031, E0000033 and E0000053. */
function wantedBranches(query: URLSearchParams, attributes: Attributes): readonly Branch[] {
  const [by, text] = criterionOf(query) ?? []
  const fields = userFields(attributes)
  if (by === 'filter' && text !== undefined)
    return branches(parseFilter(text), filterFields(attributes), 'E0000053')
  if (by === 'search' && text !== undefined) return branches(parseFilter(text), fields, 'E0000031')
  return branches(text === undefined ? NOT_DEPROVISIONED : named(text), fields, 'E0000031')
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
  const list = { searched: searchedUsers, fields: userFields(attributes), rows: 'users' }
  const found = await searchedRows<UserRow>(db, list, wanted, query, {
    after: q === null ? page.after : '',
    limit: page.limit,
  })
  return {
    items: found.rows.map((row) => presentLinkedUser(userFromRow(row), origin)),
    next: q === null ? found.next : null,
  }
}
