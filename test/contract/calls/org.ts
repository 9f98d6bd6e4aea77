/** The org: what it says of itself, to its administrators and to everybody. */
import type { Call } from './call.ts'

export const orgCalls: readonly Call[] = [
  { operation: 'getWellknownOrgMetadata' },
  { operation: 'getOrgSettings' },
  { operation: 'updateOrgSettings', body: { companyName: 'Contract', city: 'Here' } },
  { operation: 'replaceOrgSettings', body: { companyName: 'Contract' } },
]
