/**
 * The objects of users as other rooms see them: sessions and authorizations, each with one writer. Every call is one
 * round trip, durable before it returns, and throws StorageUnavailable when the object or what it reads is away.
 */
import type { AuthorizationRecord, GrantRefusal } from './authorization-record.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import type { Epoch } from './ending.ts'
import type {
  PasswordProof,
  PasswordReplacement,
  ReplacementOutcome,
} from './password-replacement.ts'
import type { Assignment, Person } from './person.ts'
import type {
  Dismissed,
  NamedSession,
  Participant,
  Session,
  SessionKey,
  SignedIn,
  SignInOutcome,
  StandingSession,
} from './session.ts'

/** The app that is asked about, as far as an assignment depends on it. */
export interface AskedApp {
  readonly appId: string
  /** Everybody has it. */
  readonly isImplicit: boolean
}

export interface Redemption {
  readonly userId: string
  readonly authorizationId: string
  readonly secret: string
  readonly serverId: string
  readonly clientId: string
  /** What the client was given before this second is dead: it was inactive, or another app, since. */
  readonly notBefore: number
  readonly app: AskedApp
  /** As sent; null when it was not. */
  readonly redirectUri: string | null
  /** S256 of the verifier that was sent; null when none was. */
  readonly verifierChallenge: string | null
  /** Ids of the rules of the server that are active; null: the server has none to ask. */
  readonly ruleIds: readonly string[] | null
  /** Of those the ones with a hook, which may let tokens live longer. Older Workers do not say them. */
  readonly hookedRuleIds?: readonly string[]
  /** Whether the client has the refresh token grant. */
  readonly mayRefresh: boolean
  /** Names the request: asked again under the same name, it is given the same. Older Workers do not say it. */
  readonly attempt?: string
  /** Seconds. */
  readonly now: number
}

export interface Refresh {
  readonly userId: string
  readonly authorizationId: string
  readonly generation: number
  readonly secret: string
  readonly serverId: string
  readonly clientId: string
  readonly notBefore: number
  readonly app: AskedApp
  /** Null: all that were granted. */
  readonly scopes: readonly string[] | null
  readonly ruleIds: readonly string[] | null
  readonly hookedRuleIds?: readonly string[]
  readonly rotation: 'STATIC' | 'ROTATE'
  readonly leewaySeconds: number
  readonly attempt?: string
  readonly now: number
}

/** The refresh token that the client holds from now on. */
export interface RefreshHandle {
  readonly generation: number
  readonly secret: string
}

export type GrantOutcome =
  | {
      readonly outcome: 'granted'
      /** As it is stored: the secret of its code is a digest. */
      readonly record: AuthorizationRecord
      readonly person: Person
      readonly assignment: Assignment
      /** Null: no refresh token. */
      readonly refresh: RefreshHandle | null
      /** The refresh token is one that nobody had before. Older objects do not say it. */
      readonly isNew?: boolean
    }
  | {
      readonly outcome: 'refused'
      readonly reason: GrantRefusal
      /** The refusal ended the whole authorization: a code or token was used that had been used up. */
      readonly ended: boolean
    }

/** What was given and reached nobody. */
export interface Undelivered {
  readonly userId: string
  readonly authorizationId: string
  /** Of the refresh token that was given, if one was. */
  readonly generation: number
  /** Of the redemption or refresh that gave it; undefined for tokens without either. Older Workers do not say it. */
  readonly attempt?: string
  /** No fault was in the way: the first that is given of an authorization ends it. So it is without an attempt. */
  readonly refused?: true
  /** Seconds. */
  readonly now: number
}

/** What names an access token, or a refresh token. */
export type ShownToken = { readonly jti: string } | RefreshHandle

/** What is asked about a token that an authorization stands behind. */
export type Inspected = {
  readonly userId: string
  readonly authorizationId: string
  /** Whoever does not have it any more has no living token of it. Null: that is not asked. */
  readonly app: AskedApp | null
} & ShownToken

export type Inspection =
  | {
      readonly alive: true
      readonly record: AuthorizationRecord
      readonly person: Person
      /** Of the app that asks. Older objects do not say it. */
      readonly assignment?: Assignment | null
      /** Of a refresh token, in seconds; null for other tokens, which say it themselves. */
      readonly expires: number | null
    }
  | { readonly alive: false }

export interface RefreshTokenRevocation extends RefreshHandle {
  readonly userId: string
  readonly authorizationId: string
  /** Who shows it. */
  readonly clientId: string
  /** Seconds. */
  readonly now: number
}

/** Storage did not say whether it gave what was asked for, so that it may have, to nobody. */
export class UnansweredGrant extends StorageUnavailable {
  readonly undelivered: Undelivered

  constructor(undelivered: Undelivered, cause: unknown) {
    super("the user's object", cause)
    this.undelivered = undelivered
  }
}

export interface PasswordAttempt {
  /** Null: nobody. */
  readonly userId: string | null
  /** What was typed: names the place where nobody's attempts are worked on. */
  readonly login: string
  readonly password: string
  readonly app: AskedApp | null
  /** Milliseconds. */
  readonly now: number
}

export interface SessionBeginning {
  readonly userId: string
  readonly secret: string
  /** RFC 8176. */
  readonly amr: readonly string[]
  /** The session that the browser had, of whomever. */
  readonly replaces: SessionKey | null
  /** Nothing begins unless it takes the place of that one, which happens once. */
  readonly onlyInPlace?: boolean
  /** In which the person proved to be themselves; undefined where they did not just now. */
  readonly epoch?: Epoch | undefined
  /** Milliseconds. */
  readonly now: number
}

export interface Subjects {
  /** One attempt to sign in, with the same work for nobody as for somebody. */
  readonly verifyPassword: (attempt: PasswordAttempt) => Promise<SignInOutcome>
  /** Whose proof it is. Null: it is worth nothing any more. */
  readonly holderOfProof: (proof: PasswordProof) => Promise<Person | null>
  /** Puts another password in the place of an expired one. */
  readonly replacePassword: (replacement: PasswordReplacement) => Promise<ReplacementOutcome>
  /**
   * Begins a session. One of the same person that the browser had is replaced and keeps its `sid`. Null: the person may
   * not sign in, or sessions of before have ended since they proved to be themselves.
   */
  readonly startSession: (begin: SessionBeginning) => Promise<Session | null>
  /** Null: there is no such session, or no longer. `now` in milliseconds. */
  readonly findSession: (
    key: SessionKey,
    app: AskedApp | null,
    now: number,
  ) => Promise<SignedIn | null>
  /** A session with its person, which is no use of it. Null: there is none, or no longer. `now` in milliseconds. */
  readonly readSession: (named: NamedSession, now: number) => Promise<StandingSession | null>
  /** The same, and it lives on as if it had been used. */
  readonly refreshSession: (named: NamedSession, now: number) => Promise<StandingSession | null>
  /**
   * Ends a session and the codes that were not redeemed yet; refresh tokens outlive it. Who took part in it, and is
   * told after the answer; null: there was no such session. Older objects do not name the session in it.
   */
  readonly endSession: (
    named: NamedSession,
  ) => Promise<readonly (Participant & Partial<Dismissed>)[] | null>
  /**
   * Stores an authorization, of somebody who was found signed in in an epoch. False: the session has ended since, or
   * tokens like these have, or the person may not have it any more.
   */
  readonly authorize: (
    record: AuthorizationRecord,
    app: AskedApp,
    epoch: Epoch | undefined,
  ) => Promise<boolean>
  /** The same for an authorization without a code; the refresh handle where the client may refresh. */
  readonly authorizeDirectly: (
    record: AuthorizationRecord,
    app: AskedApp,
    mayRefresh: boolean,
    epoch: Epoch | undefined,
  ) => Promise<{ readonly refresh: RefreshHandle | null } | null>
  /** Both throw UnansweredGrant when nobody knows what it came to. */
  readonly redeem: (redemption: Redemption) => Promise<GrantOutcome>
  readonly refresh: (refresh: Refresh) => Promise<GrantOutcome>
  /**
   * The tokens of a redemption, of an authorization or of a refresh came to nothing after it was stored. The first ends
   * with it, unless it was for a fault; after a refresh the token that was presented stays good.
   */
  readonly undelivered: (undelivered: Undelivered) => Promise<void>
  /** Seconds. */
  readonly inspect: (asked: Inspected, now: number) => Promise<Inspection>
  /** Ends the authorization of a refresh token. False: the token is dead, or another client's. */
  readonly revokeRefreshToken: (asked: RefreshTokenRevocation) => Promise<boolean>
  /** Ends one access token. `expires` in seconds. */
  readonly revokeAccessToken: (asked: {
    readonly userId: string
    readonly authorizationId: string
    readonly jti: string
    readonly expires: number
  }) => Promise<void>
}
