/** What the object of a user knows of the user, read from the database on first use and after every change. */
import type { AssignmentProfile } from './app-group.ts'
import type { Group } from './group.ts'
import type { ProfileValues } from './user-profile.ts'
import { LOCKED_OUT } from './password-attempts.ts'
import type { UserStatus } from './user-status.ts'

export interface Person {
  readonly id: string
  readonly status: UserStatus
  readonly profile: ProfileValues
  readonly groupIds: readonly string[]
  /** In the order of their ids. Objects of older code do not say it. */
  readonly groups?: readonly GroupOfPerson[]
  /** The profiles of those whom the user is linked to, by the name of the primary side. Older objects do not say it. */
  readonly linked?: Readonly<Record<string, ProfileValues>>
  /** Seconds. */
  readonly lastUpdated: number
}

/** A group as the claims of its members read it. */
export type GroupOfPerson = Pick<Group, 'id' | 'name' | 'description' | 'type'>

/** That a user has an app: one by one, through a group, or because everybody has it. */
export interface Assignment {
  /** How the app calls the user; `sub` at custom servers. */
  readonly userName: string
  /**
   * What the app is told of the user: the profile of the user's own assignment, else of that of the group which comes
   * first. Objects of older code do not say it.
   */
  readonly profile?: AssignmentProfile
}

/** Whoever must change a password first signs in nowhere. */
export const maySignIn = ({ status }: Pick<Person, 'status'>): boolean => status === 'ACTIVE'

/**
 * Whoever has signed in keeps sessions and tokens. A lockout takes nothing from them, or else whoever knows a login
 * could, with wrong passwords alone; every other status is an administrator's doing.
 */
export const keepsAccess = ({ status }: Pick<Person, 'status'>): boolean =>
  status === 'ACTIVE' || status === LOCKED_OUT

/** Whoever is one of these gets in when the password is another one. */
export const mustChangePassword = ({ status }: Pick<Person, 'status'>): boolean =>
  status === 'PASSWORD_EXPIRED' || status === 'RECOVERY'

/**
 * Whoever knows the password may put another in its place. A password that an administrator took out of use (RECOVERY)
 * proves nobody any more: whoever it leaked to knows it, too.
 */
export const mayReplacePassword = ({ status }: Pick<Person, 'status'>): boolean =>
  status === 'PASSWORD_EXPIRED'
