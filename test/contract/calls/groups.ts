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
  { operation: 'assignUserToGroup' },
]

export const groupEndCalls: readonly Call[] = [
  { operation: 'unassignUserFromGroup' },
  { operation: 'deleteGroup' },
]
