/** What is told about tokens, and how apps give them back: RFC 7662, RFC 7009, OpenID Connect Core §5.3, RFC 7517. */
import type { Name, Outcome } from '../vocabulary.ts'
import {
  admitted,
  done,
  either,
  refused,
  seenBy,
  type Possibility,
  type Seen,
  type Step,
} from './possibility.ts'
import {
  accessTokenStanding,
  all,
  authorizationStanding,
  familyStanding,
  given,
  isPredecessor,
  type Standing,
} from './standing.ts'
import { kidsInUse, readable, type App, type World } from './world.ts'

const active = (expires?: number): Possibility =>
  done(
    'active',
    undefined,
    (outcome) =>
      outcome.active === true && (expires === undefined || outcome.access?.expires === expires),
  )

const inactive = done('inactive', undefined, (outcome) => outcome.active === false)

/** Of a refresh token, by what an isolate takes for its app. */
function refreshTokenStanding(world: World, token: Name, seen: App, now: number): Standing {
  const { authorization: name, generation } = world.refreshTokens[token]!
  const authorization = world.authorizations[name]!
  const family = authorization.family!
  return all(
    given(generation === family.generation || isPredecessor(family, generation, now)),
    familyStanding(family, now),
    authorizationStanding(world, authorization, seen),
  )
}

export const introspect: Step<'introspect'> = (world, command, circumstances) => {
  const { token, server, app } = command
  const access = world.accessTokens[token]
  if (access === undefined) {
    const { server: itsServer, app: itsApp } =
      world.authorizations[world.refreshTokens[token]!.authorization]!
    return seenBy(world, command, command, circumstances).flatMap((seen) =>
      admitted(seen, () =>
        itsServer === server && itsApp === app
          ? either(
              refreshTokenStanding(world, token, seen.app, circumstances.now),
              () => [active()],
              () => [inactive],
            )
          : [inactive],
      ),
    )
  }
  return seenBy(world, command, command, circumstances).flatMap((seen) =>
    admitted(seen, () =>
      access.server === server
        ? readable(world.apps[access.app], command.isolate, circumstances).flatMap((itsApp) =>
            either(
              accessTokenStanding(world, access, { ...seen, app: itsApp }, circumstances),
              () => [active(access.expires)],
              () => [inactive],
            ),
          )
        : [inactive],
    ),
  )
}

export const userinfo: Step<'userinfo'> = (world, command, circumstances) => {
  const { token, server } = command
  const access = world.accessTokens[token]!
  const { authorization, app } = access
  const subject = authorization === null ? null : world.authorizations[authorization]!.user
  return seenBy(world, command, { app, server }, circumstances).flatMap((seen) => {
    if (seen.server !== 'ACTIVE') return [refused('not_found')]
    return either(
      all(given(access.server === server), accessTokenStanding(world, access, seen, circumstances)),
      () => [
        subject === null
          ? refused('insufficient_scope')
          : done('claims', undefined, (outcome) => outcome.subject === subject),
      ],
      () => [refused('invalid_token')],
    )
  })
}

export const revoke: Step<'revoke'> = (world, command, circumstances) => {
  const { token, server, app } = command
  const { now } = circumstances
  const access = world.accessTokens[token]
  const nothing = done('nothing')
  const ofAccessToken = (): readonly Possibility[] =>
    access!.server === server && access!.app === app
      ? [
          done('access token', (after) => {
            after.accessTokens[token]!.revoked = true
          }),
        ]
      : [nothing]
  const ofRefreshToken = (): readonly Possibility[] => {
    const { authorization: name, generation } = world.refreshTokens[token]!
    const authorization = world.authorizations[name]!
    const family = authorization.family!
    if (authorization.server !== server || authorization.app !== app) return [nothing]
    const isGood = generation === family.generation || isPredecessor(family, generation, now)
    const ends = done('refresh token', (after) => {
      after.authorizations[name]!.ended = 'yes'
    })
    // What a token that is good for nothing any more takes along is open.
    return isGood && familyStanding(family, now) === 'yes' ? [ends] : [ends, nothing]
  }
  return seenBy(world, command, command, circumstances).flatMap((seen: Seen) =>
    admitted(seen, access === undefined ? ofRefreshToken : ofAccessToken),
  )
}

/** The published set may be cached at the edge as long as another isolate may be behind. */
const EDGE = -1

export const keys: Step<'keys'> = (world, command, circumstances) => {
  const { server } = command
  const { now } = circumstances
  const atEdge = { ...command, isolate: EDGE }
  return seenBy(world, atEdge, { app: 'worker', server }, circumstances).map(
    ({ server: status, ring }) => {
      if (status !== 'ACTIVE') return refused('not_found')
      const needed = kidsInUse(world, server, ring, now)
      // Which key comes next may have been lost with an answer.
      const learn = (after: World, outcome: Outcome | null): void => {
        const newest = after.rings[server].at(-1)!
        const unknown = outcome?.keys?.find(
          ({ kid }) => ![...ring.signed, ...ring.dead].includes(kid),
        )
        if (
          newest.value.next === null &&
          newest.value.active === ring.active &&
          unknown !== undefined
        )
          newest.value = { ...newest.value, next: unknown.kid }
      }
      return done('published', learn, (outcome) => {
        const published = new Set(outcome.keys?.map(({ kid }) => kid))
        return (
          [ring.next, ...needed].every((kid) => kid === null || published.has(kid)) &&
          ring.dead.every((kid) => !published.has(kid))
        )
      })
    },
  )
}
