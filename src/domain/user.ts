/** A person of the org. What proves them is not here: hashes stay in their own table and object. */
import { limits } from '../platform/limits.ts'
import type { ProfileValues } from './user-profile.ts'
import { STATUSES_IN_USE, type UserStatus } from './user-status.ts'
import { derivedId } from './ids.ts'

export interface User {
  readonly id: string
  /** The login as it is compared: {@link loginKey} of what the profile shows. */
  readonly login: string
  readonly status: UserStatus
  readonly profile: ProfileValues
  readonly hasPassword: boolean
  readonly recoveryQuestion: string | null
  /** Seconds, as every instant. */
  readonly created: number
  readonly lastUpdated: number
  readonly activated: number | null
  readonly statusChanged: number | null
  readonly lastLogin: number | null
  readonly passwordChanged: number | null
  /** Counts every write to the user, their credentials and their roles. */
  readonly version: number
}

/** A user with what decides who may change them. */
export interface GuardedUser extends User {
  /** Holds an administrator role. */
  readonly isPrivileged: boolean
  /** Nobody else who is in use is a SUPER_ADMIN. */
  readonly isLastSuperAdmin: boolean
}

/** There is one type of user, and one schema of their profiles. */
export const USER_TYPE_ID = derivedId('oty', 'default')
export const USER_SCHEMA_ID = derivedId('osc', 'default')

/**
 * A login as it is looked up and kept unique: neither case nor diacritical marks tell two apart. What is ASCII stays
 * as it is, since the database compares that without case.
 */
export const loginKey = (login: string): string =>
  /^[\x20-\x7e]*$/.test(login)
    ? login
    : login.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()

/** Until when nobody else may take a login that was given up: a token that is alive may name it. */
export const loginReservedUntil = (now: number): number =>
  now + limits.accessTokenSecondsMax + limits.clockSkewSeconds

export const isInUse = (status: string): boolean =>
  (STATUSES_IN_USE as readonly string[]).includes(status)

/** How a person is called where people read it. */
export function displayNameOf({ profile }: Pick<User, 'profile'>): string {
  const { displayName, firstName, lastName, login } = profile
  if (typeof displayName === 'string' && displayName !== '') return displayName
  const name = [firstName, lastName].filter((part) => typeof part === 'string').join(' ')
  return name === '' ? String(login ?? '') : name
}
