/** All calls in their order. */
import { appCalls, appEndCalls } from './apps.ts'
import { serverCalls, serverEndCalls } from './authorization-servers.ts'
import type { Call } from './call.ts'

export const calls: readonly Call[] = [
  ...serverCalls,
  ...appCalls,
  ...appEndCalls,
  ...serverEndCalls,
]
