/** What is asked in a soak and what is answered, as model and door both speak of it. */

export const USERS = ['ada', 'bob'] as const
export const APPS = ['shop', 'notes', 'worker'] as const
export const SERVERS = ['orders', 'stock'] as const

export type UserName = (typeof USERS)[number]
export type AppName = (typeof APPS)[number]
export type ServerName = (typeof SERVERS)[number]

/** Something that the product gave out, by the order in which it was first seen; equal values have one name. */
export type Name = string

export const USER_ACTIONS = ['activate', 'deactivate', 'suspend', 'unsuspend', 'delete'] as const
export const LIFECYCLE_ACTIONS = ['activate', 'deactivate', 'delete'] as const

export type UserAction = (typeof USER_ACTIONS)[number]
export type LifecycleAction = (typeof LIFECYCLE_ACTIONS)[number]

/** A server and an app as whoever asks names them. */
interface Asked {
  readonly server: ServerName
  readonly app: AppName
}

interface Commands {
  /** A password is proved; there is a session token for it. */
  readonly authenticate: { readonly user: UserName }
  /** A session token becomes a session. */
  readonly begin: { readonly sessionToken: Name }
  readonly 'sign-out': { readonly session: Name }
  /** An authorization request that shows no page. */
  readonly authorize: Asked & { readonly session: Name }
  readonly redeem: Asked & { readonly code: Name; readonly verifier: 'right' | 'wrong' }
  readonly refresh: Asked & { readonly token: Name }
  readonly password: Asked & { readonly user: UserName }
  readonly 'client-credentials': Asked
  readonly introspect: Asked & { readonly token: Name }
  readonly userinfo: { readonly server: ServerName; readonly token: Name }
  readonly revoke: Asked & { readonly token: Name }
  readonly keys: { readonly server: ServerName }
  readonly rotate: { readonly server: ServerName; readonly emergency: boolean }
  readonly 'change-user': { readonly user: UserName; readonly action: UserAction }
  readonly 'change-app': { readonly app: AppName; readonly action: LifecycleAction }
  readonly 'change-server': { readonly server: ServerName; readonly action: LifecycleAction }
  readonly 'clear-sessions': { readonly user: UserName; readonly tokens: boolean }
  /** Refresh tokens that a user gave an app. */
  readonly 'revoke-of-user': { readonly user: UserName; readonly app: AppName }
  /** Refresh tokens of an app at a server, of whatever users. */
  readonly 'revoke-of-client': Asked
}

export type Verb = keyof Commands

export type CommandOf<V extends Verb> = Commands[V] & { readonly verb: V; readonly isolate: number }

export type Command = { [V in Verb]: CommandOf<V> }[Verb]

export interface Key {
  readonly kid: string
  readonly status: string
}

export interface Outcome {
  /** `unavailable`: the product says that it could not, and whether it has is open. `broken`: no answer that it gives. */
  readonly kind: 'done' | 'refused' | 'unavailable' | 'broken'
  /** The code of a refusal. */
  readonly error?: string
  readonly sessionToken?: Name
  readonly session?: Name
  readonly code?: Name
  /** The rest of it is what the token says. */
  readonly access?: { readonly name: Name; readonly kid: string; readonly expires: number }
  readonly refresh?: Name
  readonly active?: boolean
  /** Whose claims they are. */
  readonly subject?: UserName
  readonly keys?: readonly Key[]
  /** Authorizations whose refresh tokens were listed just before they were revoked, by an access token of theirs. */
  readonly listed?: readonly Name[]
}

/** When something is asked, in seconds, whether storage may fail meanwhile, and all that is asked at the same time. */
export interface Circumstances {
  readonly now: number
  readonly isFaulted: boolean
  readonly atOnce: readonly Command[]
}

/** What the org of a soak is like. */
export interface AppFacts {
  readonly grants: readonly ('code' | 'password' | 'client-credentials')[]
  readonly rotates: boolean
}

export const APP_FACTS: Readonly<Record<AppName, AppFacts>> = {
  shop: { grants: ['code'], rotates: true },
  notes: { grants: ['code', 'password'], rotates: false },
  worker: { grants: ['client-credentials'], rotates: false },
}

export interface ServerFacts {
  readonly accessTokenSeconds: number
  /** 0: without end. */
  readonly refreshTokenSeconds: number
  readonly refreshWindowSeconds: number
}

export const SERVER_FACTS: Readonly<Record<ServerName, ServerFacts>> = {
  orders: { accessTokenSeconds: 300, refreshTokenSeconds: 900, refreshWindowSeconds: 600 },
  stock: { accessTokenSeconds: 3600, refreshTokenSeconds: 0, refreshWindowSeconds: 86_400 },
}
