/**
 * What is true of the org and of all that it gave out, as the specifications and the published decisions have it. Nothing
 * here knows the product's code. Whether something happened may be open; then there are several worlds.
 */
import {
  APPS,
  SERVERS,
  USERS,
  type AppName,
  type Key,
  type Name,
  type ServerName,
  type UserName,
} from '../vocabulary.ts'

/** What is configured, since when, and through which isolate. The last one is true; others may still know earlier ones. */
export interface Version<Value> {
  value: Value
  readonly from: number
  readonly isolate: number
}

export type Versions<Value> = Version<Value>[]

export type Status = 'ACTIVE' | 'INACTIVE' | 'GONE'
export type UserStatus = 'ACTIVE' | 'SUSPENDED' | 'DEPROVISIONED' | 'GONE'

export interface App {
  readonly status: Status
  /** Counts the changes of its status: what was given out in an earlier era is dead for good. */
  readonly era: number
  readonly changed: number
}

/** Null: a key that nobody saw yet. */
export interface Ring {
  readonly active: string | null
  readonly next: string | null
  /** Keys whose tokens are good, the active one among them. */
  readonly signed: readonly string[]
  readonly dead: readonly string[]
}

export interface Proof {
  readonly user: UserName
  readonly made: number
  state: 'good' | 'used' | 'ended' | 'doubtful'
}

export interface Session {
  readonly user: UserName
  /** When its password was proved, and when it began. */
  readonly proved: number
  readonly began: number
  used: number
  /** The same, when that it was used is open. */
  mayBeUsed: number
  ended: boolean
}

/** Refresh tokens that follow from one authorization. */
export interface Family {
  generation: number
  /** Null: a token that nobody saw yet, because the answer is lost. */
  current: Name | null
  rotatedAt: number | null
  /** The earliest and the latest end of a token that nobody uses. */
  idleLeast: number
  idleMost: number
  readonly until: number | null
}

export interface Authorization {
  readonly user: UserName
  readonly app: AppName
  readonly server: ServerName
  readonly session: Name | null
  readonly created: number
  /** Of its app. */
  readonly era: number
  /** Null: it had no code. */
  readonly code: { readonly expires: number; state: 'waiting' | 'redeemed' } | null
  family: Family | null
  ended: 'no' | 'maybe' | 'yes'
}

export interface AccessToken {
  /** Null: the app acts for itself. */
  readonly authorization: Name | null
  readonly app: AppName
  readonly server: ServerName
  readonly kid: string
  readonly issued: number
  readonly expires: number
  readonly era: number
  revoked: boolean
}

export interface RefreshToken {
  readonly authorization: Name
  readonly generation: number
}

export interface World {
  readonly users: Record<UserName, UserStatus>
  readonly apps: Record<AppName, Versions<App>>
  readonly servers: Record<ServerName, Versions<Status>>
  readonly rings: Record<ServerName, Versions<Ring>>
  readonly proofs: Record<Name, Proof>
  readonly sessions: Record<Name, Session>
  /** By their code, or by their first access token. */
  readonly authorizations: Record<Name, Authorization>
  readonly accessTokens: Record<Name, AccessToken>
  readonly refreshTokens: Record<Name, RefreshToken>
}

const each = <K extends string, V>(names: readonly K[], valueOf: (name: K) => V): Record<K, V> =>
  Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<K, V>

const first = <Value>(value: Value, from: number): Versions<Value> => [{ value, from, isolate: 0 }]

/** A ring as its keys say. */
export const ringOf = (keys: readonly Key[]): Ring => {
  const kidOf = (status: string): string | null =>
    keys.find((key) => key.status === status)?.kid ?? null
  const active = kidOf('ACTIVE')
  return { active, next: kidOf('NEXT'), signed: active === null ? [] : [active], dead: [] }
}

/** An org that was just made, in which everybody may everything. */
export const newWorld = (
  now: number,
  rings: Readonly<Record<ServerName, readonly Key[]>>,
): World => ({
  users: each(USERS, () => 'ACTIVE'),
  apps: each(APPS, () => first({ status: 'ACTIVE', era: 0, changed: -1 }, now)),
  servers: each(SERVERS, () => first('ACTIVE', now)),
  rings: each(SERVERS, (name) => first(ringOf(rings[name]), now)),
  proofs: {},
  sessions: {},
  authorizations: {},
  accessTokens: {},
  refreshTokens: {},
})

export const latest = <Value>(versions: Versions<Value>): Value => versions.at(-1)!.value

/** Another isolate may know for so long what was true before a change, and for so long while storage is away. */
const STALE_SECONDS = 60
const OUTAGE_SECONDS = 900

export function change<Value>(
  versions: Versions<Value>,
  value: Value,
  from: number,
  isolate: number,
): void {
  versions.push({ value, from, isolate })
}

/** Removes what nobody can know any more. */
export function forgetOld(versions: Versions<unknown>, now: number): void {
  while (versions.length > 1 && versions[1]!.from + OUTAGE_SECONDS < now) versions.shift()
}

/** What an isolate may take for true: its own changes at once, those of others after a while. */
export function readable<Value>(
  versions: Versions<Value>,
  isolate: number,
  { now, isFaulted }: { readonly now: number; readonly isFaulted: boolean },
): readonly Value[] {
  const own = versions.findLastIndex((version) => version.isolate === isolate)
  const bound = isFaulted ? OUTAGE_SECONDS : STALE_SECONDS
  return versions.flatMap(({ value }, at) => {
    const next = versions[at + 1]
    const isKnown = next === undefined || (at >= own && now <= next.from + bound)
    return isKnown ? [value] : []
  })
}

/** The keys of a ring that verify something which has not expired, and the one that signs. */
export const kidsInUse = (
  { accessTokens }: World,
  server: ServerName,
  { active, signed }: Ring,
  now: number,
): readonly string[] => [
  ...(active === null ? [] : [active]),
  ...Object.values(accessTokens)
    .filter((token) => token.server === server && now < token.expires)
    .map(({ kid }) => kid)
    .filter((kid) => signed.includes(kid)),
]
