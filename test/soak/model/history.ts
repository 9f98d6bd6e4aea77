/**
 * Whether what was seen can be explained: what happened at once happened in some order (linearizability), and what the
 * product could not tell has happened or has not. What is left are the worlds in which all of it is so.
 */
import type { Circumstances, Command, CommandOf, Outcome, Verb } from '../vocabulary.ts'
import {
  changeApp,
  changeServer,
  changeUser,
  clearSessions,
  revokeOfClient,
  revokeOfUser,
  rotate,
} from './administration.ts'
import { introspect, keys, revoke, userinfo } from './asking.ts'
import { clientCredentials, password, redeem, refresh, takeBack } from './issuing.ts'
import { authenticate, authorize, begin, signOut } from './people.ts'
import type { Possibility, Step } from './possibility.ts'
import { forgetOld, type Versions, type World } from './world.ts'

const STEPS: { readonly [V in Verb]: Step<V> } = {
  authenticate,
  begin,
  'sign-out': signOut,
  authorize,
  redeem,
  refresh,
  password,
  'client-credentials': clientCredentials,
  introspect,
  userinfo,
  revoke,
  keys,
  rotate,
  'change-user': changeUser,
  'change-app': changeApp,
  'change-server': changeServer,
  'clear-sessions': clearSessions,
  'revoke-of-user': revokeOfUser,
  'revoke-of-client': revokeOfClient,
}

export interface Answered {
  readonly command: Command
  readonly outcome: Outcome
}

const possibilities = (
  world: World,
  command: Command,
  circumstances: Circumstances,
): readonly Possibility[] =>
  (STEPS[command.verb] as Step<Verb>)(world, command as CommandOf<Verb>, circumstances)

interface Explained {
  readonly world: World
  /** What came of each command, as reports call it. */
  readonly names: readonly string[]
}

const UNAVAILABLE = 'unavailable'

function after(
  world: World,
  { happens }: Possibility,
  outcome: Outcome | null,
  now: number,
): World {
  const next = structuredClone(world)
  happens(next, outcome)
  return settled(next, now)
}

function explanationsOf(
  world: World,
  { command, outcome }: Answered,
  circumstances: Circumstances,
): readonly Explained[] {
  const { now } = circumstances
  const possible = possibilities(world, command, circumstances)
  const named = (name: string): readonly string[] => [`${command.verb}: ${name}`]
  if (outcome.kind !== UNAVAILABLE)
    return possible
      .filter((one) => one.isAnsweredBy(outcome))
      .map((one) => ({ world: after(world, one, outcome, now), names: named(one.name) }))
  if (!circumstances.isFaulted) return []
  return [
    { world, names: named(UNAVAILABLE) },
    ...possible.map((one) => ({ world: after(world, one, null, now), names: named(UNAVAILABLE) })),
  ]
}

function ordersOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, at) =>
    ordersOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]),
  )
}

/** More than so many are not followed: what happened is open in too many ways to learn anything from what comes next. */
const WORLDS_MAX = 64

/** A history that is given up: nothing was seen that is wrong. */
export class TooOpen extends Error {}

/** Without what nobody can tell any more, and in one order. */
function settled(world: World, now: number): World {
  const inOrder = <Value>(record: Record<string, Value>): Record<string, Value> =>
    Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  for (const versions of [world.apps, world.servers, world.rings].flatMap<Versions<unknown>>(
    Object.values,
  ))
    forgetOld(versions, now)
  for (const one of Object.values(world.authorizations))
    if (one.ended === 'yes' && one.family !== null)
      Object.assign(one.family, { idleLeast: 0, idleMost: 0 })
  return {
    ...world,
    proofs: inOrder(world.proofs),
    sessions: inOrder(world.sessions),
    authorizations: inOrder(world.authorizations),
    accessTokens: inOrder(world.accessTokens),
    refreshTokens: inOrder(world.refreshTokens),
  }
}

/** Each world once. */
const distinct = (explained: readonly Explained[]): readonly Explained[] => [
  ...new Map(explained.map((one) => [JSON.stringify(one.world), one])).values(),
]

function takenBack(explained: Explained): Explained {
  const world = structuredClone(explained.world)
  takeBack(world)
  return { ...explained, world }
}

export interface Explanation {
  /** Empty: nothing explains what was seen. */
  readonly worlds: readonly World[]
  readonly names: readonly string[]
}

export function explain(
  worlds: readonly World[],
  batch: readonly Answered[],
  when: Omit<Circumstances, 'atOnce'>,
): Explanation {
  const circumstances = { ...when, atOnce: batch.map(({ command }) => command) }
  const explained = ordersOf(batch).flatMap((order) =>
    order.reduce<readonly Explained[]>(
      (before, answered) =>
        distinct(
          before.flatMap(({ world, names }) =>
            explanationsOf(world, answered, circumstances).map((one) => ({
              world: one.world,
              names: [...names, ...one.names],
            })),
          ),
        ),
      worlds.map((world) => ({ world, names: [] })),
    ),
  )
  const left = distinct(circumstances.isFaulted ? explained.map(takenBack) : explained)
  if (left.length > WORLDS_MAX)
    throw new TooOpen(`more than ${WORLDS_MAX} worlds explain what was seen`)
  return { worlds: left.map(({ world }) => world), names: left[0]?.names ?? [] }
}
