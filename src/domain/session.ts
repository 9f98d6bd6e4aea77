/** A person signed in at the org in one browser: one sign-in serves every issuer. */
import type { Epoch } from './ending.ts'
import type { ExpiredPassword } from './password-replacement.ts'
import type { Assignment, Person } from './person.ts'
import type { SystemLogEntity } from './system-log.ts'

export interface Session {
  readonly id: string
  /** What tokens call the session: neither its address nor its secret. It outlives a new sign-in of the same person. */
  readonly sid: string
  readonly userId: string
  /** When the person last proved to be themselves, in milliseconds. */
  readonly authenticatedAt: number
  /** Methods of that proof, RFC 8176. */
  readonly amr: readonly string[]
  /** Milliseconds, as far as nobody ends it before. */
  readonly expiresAt: number
}

/** What a browser presents, after its MAC was checked. */
export interface SessionKey {
  readonly userId: string
  readonly id: string
  readonly secret: string
}

/** A session as who administers it names it: its `sid`, of its user. */
export interface SessionName {
  readonly userId: string
  readonly sid: string
}

export type NamedSession = SessionKey | SessionName

/** A session that is alive, with its person. */
export interface StandingSession {
  readonly session: Session
  readonly person: Person
}

/** A client that was given something in a session: a logout has to reach it at its server. */
export interface Participant {
  readonly serverId: string
  readonly clientId: string
}

/** As the system log names it. */
export const participantEntity = ({ clientId: id }: Participant): SystemLogEntity => ({
  id,
  type: 'PublicClientApp',
  alternateId: id,
  displayName: null,
})

/** A participant of a session that has ended. */
export interface Dismissed extends Participant {
  readonly userId: string
  readonly sid: string
}

/** A session with its person, and with the assignment of the app that was asked about. */
export interface SignedIn {
  readonly session: Session
  readonly person: Person
  /** Null: the person does not have the app. */
  readonly assignment: Assignment | null
  /** When this was so. Older objects do not say it. */
  readonly epoch?: Epoch
}

/** Somebody whose password was right. */
export interface Proven {
  readonly person: Person
  readonly assignment: Assignment | null
  /** When it was. Older objects do not say it. */
  readonly epoch?: Epoch
}

/**
 * What a right or wrong password comes to. `expired`: it is right and must be changed first, by its person where that
 * is said; older objects do not say it.
 */
export type SignInOutcome =
  | ({ readonly outcome: 'correct' } & Proven)
  | { readonly outcome: 'wrong' | 'locked' }
  | { readonly outcome: 'expired'; readonly replaceable?: ExpiredPassword }
