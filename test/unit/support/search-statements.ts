/** Searches that between them make every kind of statement: driven by each kind of term, narrow and broad. */
import { branchesOf, type Branch } from '../../../src/domain/search.ts'
import { allAttributes } from '../../../src/domain/profile-schema.ts'
import { parseFilter } from '../../../src/protocol/filter.ts'
import { groupFields, searchedGroups } from '../../../src/store/group-search.ts'
import { searchedUsers, userFields } from '../../../src/store/user-search.ts'
import { searchPage } from '../../../src/store/search.ts'
import { searchSorted } from '../../../src/store/search-sorted.ts'
import { recordingD1, type Recorded } from './recording-d1.ts'

const FILTERS = [
  'id eq "00u1"',
  'status eq "ACTIVE"',
  'status eq "ACTIVE" or profile.lastName eq "x" or created eq "2026-01-01T00:00:00.000Z"',
  'profile.lastName eq "x" and profile.firstName sw "y"',
  'profile.lastName sw "x" and not (status eq "ACTIVE")',
  'profile.mobilePhone pr and profile.city ge "a"',
  'created gt "2026-01-01T00:00:00.000Z" and lastUpdated le "2026-02-01"',
  'activated pr and statusChanged pr and passwordChanged pr and lastLogin pr',
  'profile.lastName co "x"',
  'not (profile.lastName eq "x") and type.id eq "oty1" and not (type.id sw "a")',
]

export const searches: readonly (readonly Branch[])[] = FILTERS.map((text) =>
  branchesOf(parseFilter(text)!, userFields(allAttributes([])))!,
)

const GROUP_FILTERS = [
  'id eq "00g1" or type eq "OKTA_GROUP"',
  'profile.name sw "x" and profile.description co "y"',
  'lastUpdated gt "2026-01-01" and lastMembershipUpdated pr and created le "2026-02-01"',
  'profile.name ge "x" and not (type eq "BUILT_IN")',
]

const groupSearches = GROUP_FILTERS.map((text) => branchesOf(parseFilter(text)!, groupFields)!)

/** Each search where every term has few entries, and where every term has more than are gathered. */
export async function searchStatements(): Promise<readonly Recorded[]> {
  const made: Recorded[] = []
  for (const entries of [1, 1_000_000]) {
    const { db, recorded } = recordingD1((sql) =>
      sql.includes('AS entries') ? [{ entries, horizon: '00uz' }] : [{ id: '00u1', value: 'x' }],
    )
    for (const branches of searches) {
      await searchPage(db, searchedUsers, branches, { after: '00u0', limit: 20 })
      for (const field of ['profile.lastName', 'created', 'type.id'] as const)
        await searchSorted(
          db,
          searchedUsers,
          branches,
          { field: userFields(allAttributes([]))(field, 'eq')!, descending: false },
          { after: null, limit: 20 },
        )
    }
    for (const branches of groupSearches) {
      await searchPage(db, searchedGroups, branches, { after: '00g0', limit: 20 })
      for (const field of ['profile.name', 'created'] as const)
        await searchSorted(
          db,
          searchedGroups,
          branches,
          { field: groupFields(field, 'eq')!, descending: true },
          { after: null, limit: 20 },
        )
    }
    made.push(...recorded)
  }
  return made
}
