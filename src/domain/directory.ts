/**
 * What signing people in reads and writes of the database. Everything throws StorageUnavailable when it is away; what
 * is written is durable before it returns, with the event that tells of it.
 */
import type { LogoutTarget } from './logout-target.ts'
import type { OrgSettings } from './org.ts'
import type { Participant } from './session.ts'
import type { SystemLogEvent } from './system-log.ts'
import type { User } from './user.ts'

/** To whom a consent belongs. */
export interface ConsentKey {
  readonly userId: string
  readonly clientId: string
  readonly serverId: string
}

/** Names of the scopes that a person gave, and of the optional ones that they chose not to give. */
export interface DecidedScopes {
  readonly consented: readonly string[]
  readonly skipped: readonly string[]
}

export interface Directory {
  /** The id of whoever has a login, in whatever case; null: nobody. */
  readonly userIdOf: (login: string) => Promise<string | null>
  /** A user as they may see themselves; null: there is none. */
  readonly ownUser: (userId: string) => Promise<User | null>
  /** Administrator roles of a person. */
  readonly rolesOf: (userId: string) => Promise<readonly string[]>
  readonly consentsOf: (key: ConsentKey) => Promise<DecidedScopes>
  /** Adds to what was decided. `now` in seconds. False: the person, the app or the server is gone. */
  readonly consent: (
    key: ConsentKey,
    decided: DecidedScopes,
    now: number,
    event: SystemLogEvent,
  ) => Promise<boolean>
  /** A person signed in. `now` in seconds. */
  readonly signedIn: (userId: string, now: number, event: SystemLogEvent) => Promise<void>
  /** Where apps learn that a session has ended; those that want to learn nothing are left out. */
  readonly logoutTargets: (participants: readonly Participant[]) => Promise<readonly LogoutTarget[]>
  /** Something that must not be lost happened. */
  readonly record: (event: SystemLogEvent) => Promise<void>
  /** What the org says of itself, as far as pages show it. */
  readonly orgSettings: (waitUntil: (work: Promise<unknown>) => void) => Promise<OrgSettings>
}

/** Attempts from one address, whoever they are for. */
export interface Throttle {
  /** Counts an attempt; false when there were too many already. `now` in milliseconds. */
  readonly take: (address: string, now: number) => Promise<boolean>
  /** The attempt was a good one. */
  readonly giveBack: (address: string) => Promise<void>
}
