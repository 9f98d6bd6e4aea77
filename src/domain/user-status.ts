/**
 * The states of a user and what moves between them, as one table of status × action. Pure: who writes makes the
 * status that was read a condition of the statement, so that two never both move the same user.
 */
import type { ErrorCode } from '../protocol/api-errors.ts'

export const USER_STATUSES = [
  'STAGED',
  'PROVISIONED',
  'ACTIVE',
  'RECOVERY',
  'LOCKED_OUT',
  'PASSWORD_EXPIRED',
  'SUSPENDED',
  'DEPROVISIONED',
] as const

export type UserStatus = (typeof USER_STATUSES)[number]

export type UserAction =
  | 'activate'
  | 'reactivate'
  | 'deactivate'
  | 'suspend'
  | 'unsuspend'
  | 'unlock'
  | 'resetFactors'
  | 'expirePassword'
  | 'expireWithTemporaryPassword'
  | 'resetPassword'
  | 'setPassword'
  | 'changePassword'
  | 'changeRecoveryQuestion'
  | 'forgotPassword'

/** `BY_PASSWORD`: active if there is a password, otherwise waiting for one. `SAME`: the action changes no status. */
type Target = UserStatus | 'BY_PASSWORD' | 'SAME'

interface Transitions {
  readonly to: Partial<Record<UserStatus, Target>>
  /** What is refused in the statuses that are not listed; E0000038 unless it is said. */
  readonly refusals?: Partial<Record<UserStatus, ErrorCode>>
  readonly otherwise?: ErrorCode
  /** Only a user who has a password can do it. */
  readonly needsPassword?: true
}

const ALREADY: ErrorCode = 'E0000016'

const TRANSITIONS: Readonly<Record<UserAction, Transitions>> = {
  activate: {
    to: { STAGED: 'BY_PASSWORD', DEPROVISIONED: 'BY_PASSWORD' },
    refusals: { ACTIVE: ALREADY, PROVISIONED: ALREADY },
  },
  reactivate: { to: { PROVISIONED: 'SAME', RECOVERY: 'SAME' } },
  deactivate: {
    to: {
      STAGED: 'DEPROVISIONED',
      PROVISIONED: 'DEPROVISIONED',
      ACTIVE: 'DEPROVISIONED',
      RECOVERY: 'DEPROVISIONED',
      LOCKED_OUT: 'DEPROVISIONED',
      PASSWORD_EXPIRED: 'DEPROVISIONED',
      SUSPENDED: 'DEPROVISIONED',
    },
  },
  suspend: { to: { ACTIVE: 'SUSPENDED' }, otherwise: 'E0000001' },
  unsuspend: { to: { SUSPENDED: 'ACTIVE' }, otherwise: 'E0000001' },
  unlock: { to: { LOCKED_OUT: 'ACTIVE', ACTIVE: 'SAME' }, otherwise: 'E0000032' },
  resetFactors: {
    to: { ACTIVE: 'SAME', RECOVERY: 'SAME', LOCKED_OUT: 'SAME', PASSWORD_EXPIRED: 'SAME' },
  },
  expirePassword: {
    to: {
      ACTIVE: 'PASSWORD_EXPIRED',
      RECOVERY: 'PASSWORD_EXPIRED',
      LOCKED_OUT: 'PASSWORD_EXPIRED',
      PASSWORD_EXPIRED: 'SAME',
    },
    needsPassword: true,
  },
  expireWithTemporaryPassword: {
    to: {
      PROVISIONED: 'PASSWORD_EXPIRED',
      ACTIVE: 'PASSWORD_EXPIRED',
      RECOVERY: 'PASSWORD_EXPIRED',
      LOCKED_OUT: 'PASSWORD_EXPIRED',
      PASSWORD_EXPIRED: 'SAME',
    },
  },
  resetPassword: {
    to: {
      PROVISIONED: 'RECOVERY',
      ACTIVE: 'RECOVERY',
      LOCKED_OUT: 'RECOVERY',
      PASSWORD_EXPIRED: 'RECOVERY',
      RECOVERY: 'SAME',
    },
  },
  setPassword: {
    to: {
      STAGED: 'SAME',
      PROVISIONED: 'ACTIVE',
      ACTIVE: 'SAME',
      RECOVERY: 'ACTIVE',
      LOCKED_OUT: 'ACTIVE',
      PASSWORD_EXPIRED: 'ACTIVE',
      SUSPENDED: 'SAME',
    },
  },
  changePassword: {
    to: { STAGED: 'SAME', ACTIVE: 'SAME', RECOVERY: 'ACTIVE', PASSWORD_EXPIRED: 'ACTIVE' },
    needsPassword: true,
  },
  changeRecoveryQuestion: {
    to: { STAGED: 'SAME', ACTIVE: 'SAME', RECOVERY: 'SAME' },
    needsPassword: true,
  },
  forgotPassword: { to: { ACTIVE: 'SAME', PASSWORD_EXPIRED: 'SAME' }, otherwise: 'E0000034' },
}

export interface StatusFacts {
  readonly status: UserStatus
  readonly hasPassword: boolean
}

export type Transition = { readonly status: UserStatus } | { readonly refused: ErrorCode }

/** The status that an action leads to, or the error code of its refusal. */
export function transition(action: UserAction, { status, hasPassword }: StatusFacts): Transition {
  const { to, refusals, otherwise = 'E0000038', needsPassword } = TRANSITIONS[action]
  const target = to[status]
  if (target === undefined) return { refused: refusals?.[status] ?? otherwise }
  if (needsPassword === true && !hasPassword) return { refused: 'E0000038' }
  if (target === 'SAME') return { status }
  if (target === 'BY_PASSWORD') return { status: hasPassword ? 'ACTIVE' : 'PROVISIONED' }
  return { status: target }
}

export const isAllowed = (action: UserAction, facts: StatusFacts): boolean =>
  'status' in transition(action, facts)

/**
 * Statuses in which an account is in use, whatever its password needs: its API tokens act, and it counts as an
 * administrator who can still do something.
 */
export const STATUSES_IN_USE: readonly UserStatus[] = [
  'ACTIVE',
  'RECOVERY',
  'LOCKED_OUT',
  'PASSWORD_EXPIRED',
]

/** The status of a new user. */
export function initialStatus(
  activate: boolean,
  hasPassword: boolean,
  mustChangePassword: boolean,
): UserStatus {
  if (!activate) return 'STAGED'
  if (!hasPassword) return 'PROVISIONED'
  return mustChangePassword ? 'PASSWORD_EXPIRED' : 'ACTIVE'
}
