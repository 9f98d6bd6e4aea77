/** How users are found: the attributes of the filter language, and the lists made of them. */
import type { FieldOf, SearchField } from '../domain/search.ts'
import { USER_TYPE_ID } from '../domain/user.ts'
import type { ProfileAttribute } from '../domain/user-profile.ts'
import { userColumns } from './users.ts'
import type { Searched } from './search-terms.ts'

export const searchedUsers: Searched = {
  table: 'users',
  alias: 'u',
  columns: userColumns,
  attributes: { table: 'user_attributes', owner: 'user_id' },
}

const instant = (column: string, index: string | null): SearchField => ({
  of: 'instant',
  at: { column, index },
})

const OWN: ReadonlyMap<string, SearchField> = new Map([
  ['id', { of: 'text', exact: true, at: { column: 'id', index: '' } }],
  [
    'status',
    { of: 'text', exact: true, capitals: true, at: { column: 'status', index: 'users_status' } },
  ],
  ['created', instant('created', 'users_created')],
  ['activated', instant('activated', 'users_activated')],
  ['statusChanged', instant('status_changed', 'users_status_changed')],
  ['lastUpdated', instant('last_updated', 'users_last_updated')],
  ['lastLogin', instant('last_login', null)],
  ['passwordChanged', instant('password_changed', null)],
  ['type.id', { of: 'text', exact: true, at: { constant: USER_TYPE_ID } }],
])

const typeOf = ({ type, items = 'string' }: ProfileAttribute): SearchField['of'] => {
  const one = type === 'array' ? items : type
  return one === 'string' ? 'text' : one === 'boolean' ? 'boolean' : 'number'
}

/** The attributes of a search: all that a user has, those of the profile as `profile.name`. */
export const userFields =
  (attributes: ReadonlyMap<string, ProfileAttribute>): FieldOf =>
  (name) => {
    const own = OWN.get(name)
    if (own !== undefined) return own
    const attribute = name.startsWith('profile.') ? attributes.get(name.slice(8)) : undefined
    return attribute === undefined
      ? undefined
      : { of: typeOf(attribute), at: { attribute: attribute.name } }
  }

const FILTERED: readonly string[] = [
  'id',
  'status',
  'profile.login',
  'profile.email',
  'profile.firstName',
  'profile.lastName',
]

/** The few attributes of a filter: by equality, and `lastUpdated` by ranges too. */
export const filterFields =
  (attributes: ReadonlyMap<string, ProfileAttribute>): FieldOf =>
  (name, op) => {
    const isKnown =
      name === 'lastUpdated'
        ? ['eq', 'gt', 'ge', 'lt', 'le'].includes(op)
        : FILTERED.includes(name) && op === 'eq'
    return isKnown ? userFields(attributes)(name, op) : undefined
  }
