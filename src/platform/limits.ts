/**
 * Every bound of the product in one table; each room has its own beside this file. Units are part of the name.
 * What arrives from outside is measured against one of these before any work is done on it.
 */
import { claimsLimits } from './limits/claims.ts'
import { isolateLimits } from './limits/isolate.ts'
import { logLimits } from './limits/log.ts'
import { maintenanceLimits } from './limits/maintenance.ts'
import { managementLimits } from './limits/management.ts'
import { outboundLimits } from './limits/outbound.ts'
import { passwordsLimits } from './limits/passwords.ts'
import { protocolLimits } from './limits/protocol.ts'
import { signInLimits } from './limits/sign-in.ts'
import { verifierLimits } from './limits/verifier.ts'

export const limits = {
  ...protocolLimits,
  ...signInLimits,
  ...managementLimits,
  ...passwordsLimits,
  ...claimsLimits,
  ...isolateLimits,
  ...outboundLimits,
  ...verifierLimits,
  ...maintenanceLimits,
  ...logLimits,
} as const
