/** How groups are found: the attributes of the filter language. */
import type { FieldOf, SearchField } from '../domain/search.ts'
import { groupColumns } from './groups.ts'
import type { Searched } from './search-terms.ts'

export const searchedGroups: Searched = {
  table: 'groups',
  alias: 'g',
  columns: groupColumns,
  attributes: null,
}

const text = (column: string, index: string | null): SearchField => ({
  of: 'text',
  at: { column, index },
})

const instant = (column: string, index: string | null): SearchField => ({
  of: 'instant',
  at: { column, index },
})

const FIELDS: ReadonlyMap<string, SearchField> = new Map([
  ['id', { ...text('id', ''), exact: true }],
  ['type', { ...text('type', 'groups_type'), exact: true, capitals: true }],
  ['profile.name', text('name', 'groups_name')],
  ['profile.description', text('description', null)],
  ['created', instant('created', null)],
  ['lastUpdated', instant('last_updated', 'groups_last_updated')],
  ['lastMembershipUpdated', instant('last_membership_updated', 'groups_last_membership_updated')],
])

/** The attributes of a search. */
export const groupFields: FieldOf = (name) => FIELDS.get(name)

const FILTERED: readonly string[] = ['id', 'type', 'lastUpdated', 'lastMembershipUpdated']

/** The few attributes of a filter. */
export const groupFilterFields: FieldOf = (name) =>
  FILTERED.includes(name) ? FIELDS.get(name) : undefined
