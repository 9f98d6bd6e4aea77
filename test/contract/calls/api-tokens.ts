/** API tokens. No operation of Okta's creates one; the run begins with two spare ones. */
import type { Call } from './call.ts'

export const apiTokenCalls: readonly Call[] = [
  { operation: 'listApiTokens' },
  { operation: 'getApiToken' },
  {
    operation: 'upsertApiToken',
    body: { name: 'renamed', network: { connection: 'ANYWHERE', include: [], exclude: [] } },
  },
  { operation: 'revokeApiToken' },
  { operation: 'revokeCurrentApiToken', as: 'spareToken' },
]
