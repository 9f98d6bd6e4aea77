/** All calls in their order. */
import { apiTokenCalls } from './api-tokens.ts'
import { appCalls, appEndCalls } from './apps.ts'
import { serverCalls, serverEndCalls } from './authorization-servers.ts'
import { groupCalls, groupEndCalls } from './groups.ts'
import type { Call } from './call.ts'
import { trustedOriginCalls } from './trusted-origins.ts'
import { userCalls, userEndCalls } from './users.ts'

export const calls: readonly Call[] = [
  ...serverCalls,
  ...appCalls,
  ...groupCalls,
  ...groupEndCalls,
  ...trustedOriginCalls,
  ...apiTokenCalls,
  ...userCalls,
  ...appEndCalls,
  ...userEndCalls,
  ...serverEndCalls,
]
