/** What administrators change, and what ends with it. */
import type { Key, LifecycleAction, Outcome, UserAction, UserName } from '../vocabulary.ts'
import { done, refused, type Step } from './possibility.ts'
import { endSession } from './people.ts'
import {
  change,
  kidsInUse,
  latest,
  ringOf,
  type Authorization,
  type Ring,
  type Status,
  type UserStatus,
  type World,
} from './world.ts'

/** Sessions, what was proved to begin others, and codes that wait in them. */
function endSessions(after: World, user: UserName): void {
  for (const [name, session] of Object.entries(after.sessions))
    if (session.user === user) endSession(after, name)
  for (const proof of Object.values(after.proofs)) if (proof.user === user) proof.state = 'ended'
}

function endAuthorizations(after: World, concerns: (one: Authorization) => boolean): void {
  for (const one of Object.values(after.authorizations)) if (concerns(one)) one.ended = 'yes'
}

/** Whether they have ended is open. */
function doubtAuthorizations(after: World, concerns: (one: Authorization) => boolean): void {
  for (const one of Object.values(after.authorizations))
    if (concerns(one) && one.ended === 'no') one.ended = 'maybe'
}

interface UserMove {
  readonly to: Partial<Record<UserStatus, UserStatus>>
  readonly ends?: 'sessions' | 'everything'
}

const USER_MOVES: Readonly<Record<UserAction, UserMove>> = {
  activate: { to: { DEPROVISIONED: 'ACTIVE' } },
  suspend: { to: { ACTIVE: 'SUSPENDED' }, ends: 'sessions' },
  unsuspend: { to: { SUSPENDED: 'ACTIVE' } },
  deactivate: { to: { ACTIVE: 'DEPROVISIONED', SUSPENDED: 'DEPROVISIONED' }, ends: 'everything' },
  /** Whoever is not deactivated yet is deactivated by it. */
  delete: {
    to: { ACTIVE: 'DEPROVISIONED', SUSPENDED: 'DEPROVISIONED', DEPROVISIONED: 'GONE' },
    ends: 'everything',
  },
}

export const changeUser: Step<'change-user'> = (world, { user, action }) => {
  const status = world.users[user]
  if (status === 'GONE') return [refused('not_found')]
  const { to, ends } = USER_MOVES[action]
  const next = to[status]
  if (next === undefined) return [refused('denied', `${action} refused`)]
  return [
    done(action, (after) => {
      after.users[user] = next
      if (ends !== undefined) endSessions(after, user)
      if (ends === 'everything') endAuthorizations(after, (one) => one.user === user)
    }),
  ]
}

const STATUSES: Readonly<Record<LifecycleAction, Status>> = {
  activate: 'ACTIVE',
  deactivate: 'INACTIVE',
  delete: 'GONE',
}

export const changeApp: Step<'change-app'> = (world, { app, action, isolate }, { now }) => {
  const { status, era } = latest(world.apps[app])
  const next = STATUSES[action]
  if (status === 'GONE') return [refused('not_found')]
  if (action === 'delete' && status === 'ACTIVE') return [refused('denied', 'delete refused')]
  if (status === next) return [done('no change')]
  return [
    done(action, (after) => {
      change(after.apps[app], { status: next, era: era + 1, changed: now }, now, isolate)
    }),
  ]
}

/**
 * A server that is not active answers nobody, and its tokens wait. With one that is deleted they end, which the objects of
 * people may know before an isolate that still takes it for active.
 */
export const changeServer: Step<'change-server'> = (
  world,
  { server, action, isolate },
  { now },
) => {
  const next = STATUSES[action]
  const status = latest(world.servers[server])
  if (status === 'GONE') return [refused('not_found')]
  if (status === next) return [done('no change')]
  return [
    done(action, (after) => {
      change(after.servers[server], next, now, isolate)
      if (next === 'GONE') doubtAuthorizations(after, (one) => one.server === server)
    }),
  ]
}

export const clearSessions: Step<'clear-sessions'> = (world, { user, tokens }) =>
  world.users[user] === 'GONE'
    ? [refused('not_found')]
    : [
        done(tokens ? 'with tokens' : 'sessions alone', (after) => {
          endSessions(after, user)
          if (tokens) endAuthorizations(after, (one) => one.user === user)
        }),
      ]

export const revokeOfUser: Step<'revoke-of-user'> = (world, { user, app }) =>
  world.users[user] === 'GONE' || latest(world.apps[app]).status === 'GONE'
    ? [refused('not_found')]
    : [
        done('revoked', (after) =>
          endAuthorizations(after, (one) => one.user === user && one.app === app),
        ),
      ]

/** What lists show of it ends; whether the rest of a user's does, or what no list shows yet, is open. */
export const revokeOfClient: Step<'revoke-of-client'> = (world, { app, server }) =>
  latest(world.servers[server]) === 'GONE' || latest(world.apps[app]).status === 'GONE'
    ? [refused('not_found')]
    : [
        done('revoked', (after, outcome) => {
          doubtAuthorizations(after, (one) => one.server === server && one.app === app)
          for (const access of outcome?.listed ?? []) {
            const { authorization } = after.accessTokens[access]!
            after.authorizations[authorization!]!.ended = 'yes'
          }
        }),
      ]

function turned(ring: Ring, emergency: boolean, keys: readonly Key[] | undefined): Ring {
  const seen = keys && ringOf(keys)
  const active = ring.next ?? seen?.active ?? null
  const one = active === null ? [] : [active]
  return {
    active,
    next: seen?.next ?? null,
    signed: emergency ? one : [...ring.signed, ...one],
    dead: emergency ? [...ring.dead, ...ring.signed] : ring.dead,
  }
}

/** The key that was published ahead signs. In an emergency every other one leaves the set, with what it signed. */
export const rotate: Step<'rotate'> = (world, { server, emergency, isolate }, { now }) => {
  if (latest(world.servers[server]) === 'GONE') return [refused('not_found')]
  const ring = latest(world.rings[server])
  return [
    done(
      emergency ? 'emergency' : 'rotated',
      (after, outcome) =>
        change(after.rings[server], turned(ring, emergency, outcome?.keys), now, isolate),
      (outcome: Outcome) => {
        const { active, next, signed, dead } = turned(ring, emergency, outcome.keys)
        const kids = new Set(outcome.keys?.map(({ kid }) => kid))
        const isTurned = outcome.keys !== undefined && ringOf(outcome.keys).active === active
        return (
          isTurned &&
          next !== null &&
          ![...signed, ...dead].includes(next) &&
          [next, ...kidsInUse(world, server, { ...ring, active, signed }, now)].every((kid) =>
            kids.has(kid),
          ) &&
          dead.every((kid) => !kids.has(kid))
        )
      },
    ),
  ]
}
