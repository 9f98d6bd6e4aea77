/** All calls in their order. */
import { apiTokenCalls } from './api-tokens.ts'
import { appCalls, appEndCalls } from './apps.ts'
import { serverCalls, serverEndCalls } from './authorization-servers.ts'
import { groupCalls, groupEndCalls } from './groups.ts'
import type { Call } from './call.ts'
import { refreshTokenCalls } from './refresh-tokens.ts'
import { orgCalls } from './org.ts'
import { inlineHookCalls } from './inline-hooks.ts'
import { logCalls } from './logs.ts'
import { sessionCalls } from './sessions.ts'
import { trustedOriginCalls } from './trusted-origins.ts'
import { userCalls, userEndCalls } from './users.ts'

export const calls: readonly Call[] = [
  ...serverCalls,
  ...appCalls,
  ...trustedOriginCalls,
  ...inlineHookCalls,
  ...apiTokenCalls,
  ...userCalls,
  ...sessionCalls,
  ...groupCalls,
  ...refreshTokenCalls,
  ...groupEndCalls,
  ...orgCalls,
  ...logCalls,
  ...appEndCalls,
  ...userEndCalls,
  ...serverEndCalls,
]
