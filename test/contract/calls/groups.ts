/** Groups and who is in them. */
import type { Call } from './call.ts'

const PROFILE = { name: 'contract', description: 'made by the contract' }

export const groupCalls: readonly Call[] = [
  { operation: 'addGroup', body: { profile: PROFILE }, keep: { groupId: 'id' } },
  { operation: 'addGroup', what: 'without a description', body: { profile: { name: 'bare' } } },
  { operation: 'listGroups', query: { limit: '1' } },
  { operation: 'listGroups', what: 'found', query: { q: 'contract', expand: 'stats' } },
  { operation: 'getGroup' },
  { operation: 'replaceGroup', body: { profile: { ...PROFILE, description: 'still' } } },
  {
    operation: 'listGroups',
    what: 'searched',
    query: { search: 'profile.name sw "con"', sortBy: 'profile.name' },
  },
  { operation: 'listGroups', what: 'filtered', query: { filter: 'type eq "BUILT_IN"' } },
  { operation: 'assignUserToGroup' },
  {
    operation: 'assignUserToApplication',
    body: ({ userId }) => ({ id: userId, scope: 'USER', credentials: { userName: 'contract' } }),
  },
  { operation: 'listApplicationUsers', query: { expand: 'user', limit: '20' } },
  { operation: 'getApplicationUser' },
  { operation: 'updateApplicationUser', body: { profile: { role: 'driver' } } },
  { operation: 'unassignUserFromApplication' },
  { operation: 'listGroupUsers', query: { limit: '1' } },
  { operation: 'listUserGroups' },
  {
    operation: 'assignGroupToApplication',
    body: { priority: 0, profile: { role: 'driver' } },
  },
  { operation: 'listApplicationGroupAssignments', query: { expand: 'group', limit: '20' } },
  { operation: 'getApplicationGroupAssignment', query: { expand: 'metadata' } },
  {
    operation: 'updateGroupAssignmentToApplication',
    body: [{ op: 'replace', path: '/profile/car', value: { doors: 4 } }],
  },
  { operation: 'listAssignedApplicationsForGroup' },
]

export const groupEndCalls: readonly Call[] = [
  { operation: 'unassignApplicationFromGroup' },
  { operation: 'unassignUserFromGroup' },
  { operation: 'deleteGroup' },
]
