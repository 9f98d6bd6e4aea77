/** Sessions, one at a time. The run begins with one of the first administrator. */
import type { Call } from './call.ts'

export const sessionCalls: readonly Call[] = [
  { operation: 'getSession' },
  { operation: 'refreshSession' },
  { operation: 'revokeSession' },
]
