/** What the object of a user keeps of the user, read from the database on first use and after every change. */
import type { ProfileValues } from './user-profile.ts'
import { LOCKED_OUT } from './password-attempts.ts'
import type { UserStatus } from './user-status.ts'

export interface Person {
  readonly id: string
  readonly status: UserStatus
  readonly profile: ProfileValues
  readonly groupIds: readonly string[]
  /** Seconds. */
  readonly lastUpdated: number
}

/** That a user has an app: one by one, through a group, or because everybody has it. */
export interface Assignment {
  /** How the app calls the user; `sub` at custom servers. */
  readonly userName: string
}

/** Whoever must change a password first signs in nowhere. */
export const maySignIn = ({ status }: Pick<Person, 'status'>): boolean => status === 'ACTIVE'

/**
 * Whoever has signed in keeps sessions and tokens. A lockout takes nothing from them, or else whoever knows a login
 * could, with wrong passwords alone; every other status is an administrator's doing.
 */
export const keepsAccess = ({ status }: Pick<Person, 'status'>): boolean =>
  status === 'ACTIVE' || status === LOCKED_OUT

/** Whoever is one of these gets in by changing the password first. */
export const mustChangePassword = ({ status }: Pick<Person, 'status'>): boolean =>
  status === 'PASSWORD_EXPIRED' || status === 'RECOVERY'
