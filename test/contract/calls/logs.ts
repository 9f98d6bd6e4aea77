/** The system log, once it has something to tell. */
import type { Call } from './call.ts'

export const logCalls: readonly Call[] = [
  { operation: 'listLogEvents', query: { limit: '100', sortOrder: 'DESCENDING' } },
  { operation: 'listLogEvents', what: 'filtered', query: { filter: 'severity eq "INFO"' } },
]
