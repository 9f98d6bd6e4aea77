/** What comes of codes, refresh tokens, passwords and clients at the token endpoint: RFC 6749, RFC 9700. */
import {
  APP_FACTS,
  SERVER_FACTS,
  type AppName,
  type Name,
  type Outcome,
  type ServerName,
} from '../vocabulary.ts'
import { mayBeOvertaken } from './overtaken.ts'
import {
  admitted,
  done,
  either,
  onlyIf,
  refused,
  seenBy,
  type Possibility,
  type Seen,
  type Step,
} from './possibility.ts'
import { all, authorizationStanding, familyStanding, given, isPredecessor } from './standing.ts'
import type { Authorization, Family, World } from './world.ts'

/** An access token is new, signed with the key that the isolate takes for the active one, and lives as the rule says. */
const isIssued = (
  { access }: Outcome,
  world: World,
  server: ServerName,
  { ring }: Seen,
  now: number,
): boolean =>
  access !== undefined &&
  world.accessTokens[access.name] === undefined &&
  (ring.active === null ? !ring.dead.includes(access.kid) : access.kid === ring.active) &&
  access.expires === now + SERVER_FACTS[server].accessTokenSeconds

function issue(
  after: World,
  outcome: Outcome | null,
  of: { readonly authorization: Name | null; readonly app: AppName; readonly server: ServerName },
  { app: { era } }: Seen,
  issued: number,
): void {
  if (outcome?.access === undefined) return
  const { name, kid, expires } = outcome.access
  after.accessTokens[name] = { ...of, kid, issued, expires, era, revoked: false }
}

const endOf = (after: World, name: Name): void => {
  after.authorizations[name]!.ended = 'yes'
}

function begunFamily(server: ServerName, now: number, current: Name | null): Family {
  const { refreshTokenSeconds, refreshWindowSeconds } = SERVER_FACTS[server]
  const idle = now + refreshWindowSeconds
  return {
    generation: 0,
    current,
    rotatedAt: null,
    idleLeast: idle,
    idleMost: idle,
    until: refreshTokenSeconds === 0 ? null : now + refreshTokenSeconds,
  }
}

const isNewRefreshToken = ({ refresh }: Outcome, world: World): boolean =>
  refresh !== undefined && world.refreshTokens[refresh] === undefined

export const redeem: Step<'redeem'> = (world, command, circumstances) => {
  const { code: name, app, server, verifier } = command
  const { now, isFaulted, atOnce } = circumstances
  const authorization = world.authorizations[name]!
  const code = authorization.code!
  const comers = atOnce.filter((one) => one.verb === 'redeem' && one.code === name)
  // It was given for, its answer got lost, and before it was asked for again somebody else came second.
  const endedUnheard = refused('invalid_grant', 'ended unheard', (after) => {
    const redeemed = after.authorizations[name]!
    redeemed.code!.state = 'redeemed'
    redeemed.family = begunFamily(server, now, null)
    redeemed.ended = 'yes'
  })
  const begins = (seen: Seen): Possibility =>
    done(
      'given',
      (after, outcome) => {
        const refresh = outcome?.refresh ?? null
        const redeemed = after.authorizations[name]!
        redeemed.code!.state = 'redeemed'
        redeemed.family = begunFamily(server, now, refresh)
        if (refresh !== null) after.refreshTokens[refresh] = { authorization: name, generation: 0 }
        issue(after, outcome, { authorization: name, app, server }, seen, now)
      },
      (outcome) => isIssued(outcome, world, server, seen, now) && isNewRefreshToken(outcome, world),
    )
  return seenBy(world, command, command, circumstances).flatMap((seen) =>
    admitted(seen, () => {
      if (!APP_FACTS[app].grants.includes('code')) return [refused('unauthorized_client')]
      if (authorization.server !== server) return [refused('invalid_request', 'of another server')]
      if (authorization.app !== app) return [refused('invalid_grant', 'of another client')]
      const standing = authorizationStanding(world, authorization, seen.app)
      // Whoever comes second ends what the first one got, unless it has ended already.
      if (code.state === 'redeemed' && authorization.ended !== 'yes')
        return [
          refused('invalid_grant', 'replayed', (after) => endOf(after, name)),
          ...(standing === 'yes' ? [] : [refused('invalid_grant', 'ended')]),
        ]
      if (now >= code.expires) return [refused('invalid_grant', 'expired')]
      if (verifier === 'wrong') return [refused('invalid_grant', 'wrong verifier')]
      return either(
        standing,
        () => [begins(seen), ...onlyIf(isFaulted && comers.length > 1, endedUnheard)],
        () => [refused('invalid_grant', 'ended')],
      )
    }),
  )
}

/** What a use of a refresh token leaves of its family. */
function used(after: World, name: Name, window: number, now: number): Family {
  const family = after.authorizations[name]!.family!
  family.idleLeast = now + window
  family.idleMost = now + window
  return family
}

export const refresh: Step<'refresh'> = (world, command, circumstances) => {
  const { token, app, server } = command
  const { now } = circumstances
  const { authorization: name, generation } = world.refreshTokens[token]!
  const authorization = world.authorizations[name]!
  const family = authorization.family!
  const { refreshWindowSeconds } = SERVER_FACTS[server]

  const issuedBeside =
    (seen: Seen, isRight: (refresh: Name | undefined) => boolean) =>
    (outcome: Outcome): boolean =>
      isIssued(outcome, world, server, seen, now) && isRight(outcome.refresh)
  const issues = (after: World, outcome: Outcome | null, seen: Seen): void =>
    issue(after, outcome, { authorization: name, app, server }, seen, now)

  const current = (seen: Seen): readonly Possibility[] => [
    APP_FACTS[app].rotates
      ? done(
          'rotated',
          (after, outcome) => {
            const next = used(after, name, refreshWindowSeconds, now)
            next.generation = generation + 1
            next.current = outcome?.refresh ?? null
            next.rotatedAt = now
            if (next.current !== null)
              after.refreshTokens[next.current] = {
                authorization: name,
                generation: generation + 1,
              }
            issues(after, outcome, seen)
          },
          issuedBeside(
            seen,
            (given) => given !== undefined && world.refreshTokens[given] === undefined,
          ),
        )
      : done(
          'kept',
          (after, outcome) => {
            used(after, name, refreshWindowSeconds, now)
            issues(after, outcome, seen)
          },
          issuedBeside(seen, (given) => given === token),
        ),
  ]
  const predecessor = (seen: Seen): readonly Possibility[] => [
    done(
      'same successor',
      (after, outcome) => {
        const next = after.authorizations[name]!.family!
        if (next.current === null && outcome?.refresh !== undefined) {
          next.current = outcome.refresh
          after.refreshTokens[outcome.refresh] = {
            authorization: name,
            generation: next.generation,
          }
        }
        issues(after, outcome, seen)
      },
      issuedBeside(seen, (given) =>
        family.current === null
          ? given !== undefined && world.refreshTokens[given] === undefined
          : given === family.current,
      ),
    ),
  ]
  const ended = (): readonly Possibility[] => [refused('invalid_grant', 'ended')]
  return seenBy(world, command, command, circumstances).flatMap((seen) =>
    admitted(seen, () => {
      if (!APP_FACTS[app].grants.includes('code')) return [refused('unauthorized_client')]
      if (authorization.server !== server) return [refused('invalid_grant', 'of another server')]
      if (authorization.app !== app) return [refused('invalid_grant', 'of another client')]
      const standing = authorizationStanding(world, authorization, seen.app)
      const lives = familyStanding(family, now)
      const isCurrent = generation === family.generation
      if (!isCurrent && !isPredecessor(family, generation, now)) {
        if (authorization.ended === 'yes') return ended()
        return [
          ...(lives === 'no'
            ? []
            : [refused('invalid_grant', 'replayed', (after) => endOf(after, name))]),
          ...(all(standing, lives) === 'yes' ? [] : ended()),
        ]
      }
      return either(
        all(standing, lives),
        () => (isCurrent ? current(seen) : predecessor(seen)),
        ended,
      )
    }),
  )
}

/** An app that takes the password itself. */
export const password: Step<'password'> = (world, command, circumstances) => {
  const { user, app, server } = command
  const { now, atOnce } = circumstances
  return seenBy(world, command, command, circumstances).flatMap((seen) =>
    admitted(seen, () => {
      if (!APP_FACTS[app].grants.includes('password')) return [refused('unauthorized_client')]
      return either(
        given(world.users[user] === 'ACTIVE'),
        () => [
          done(
            'given',
            (after, outcome) => {
              if (outcome?.access === undefined || outcome.refresh === undefined) return
              const name = outcome.access.name
              const { era } = seen.app
              const made: Authorization = { user, app, server, session: null, created: now, era, code: null, family: begunFamily(server, now, outcome.refresh), ended: 'no' } // prettier-ignore
              after.authorizations[name] = made
              after.refreshTokens[outcome.refresh] = { authorization: name, generation: 0 }
              issue(after, outcome, { authorization: name, app, server }, seen, now)
            },
            (outcome) =>
              isIssued(outcome, world, server, seen, now) && isNewRefreshToken(outcome, world),
          ),
          ...onlyIf(
            mayBeOvertaken({ user, tokens: { app, server } }, atOnce),
            refused('invalid_grant', 'overtaken'),
          ),
        ],
        () => [refused('invalid_grant', 'not active')],
      )
    }),
  )
}

export const clientCredentials: Step<'client-credentials'> = (world, command, circumstances) => {
  const { app, server } = command
  const { now } = circumstances
  return seenBy(world, command, command, circumstances).flatMap((seen) =>
    admitted(seen, () =>
      APP_FACTS[app].grants.includes('client-credentials')
        ? [
            done(
              'given',
              (after, outcome) =>
                issue(after, outcome, { authorization: null, app, server }, seen, now),
              (outcome) =>
                isIssued(outcome, world, server, seen, now) && outcome.refresh === undefined,
            ),
          ]
        : [refused('unauthorized_client')],
    ),
  )
}

/**
 * What was given while its answer got lost is taken back before anybody hears that it did: the code or the refresh token
 * that was used is good again, unless somebody else came meanwhile.
 */
export function takeBack(after: World): void {
  for (const [name, { ended, code, family }] of Object.entries(after.authorizations)) {
    if (ended === 'yes' || family === null || family.current !== null) continue
    if (family.generation === 0) {
      code!.state = 'waiting'
      after.authorizations[name]!.family = null
      continue
    }
    const generation = family.generation - 1
    const [current] = Object.entries(after.refreshTokens).find(
      ([, token]) => token.authorization === name && token.generation === generation,
    )!
    Object.assign(family, { generation, current, rotatedAt: null })
  }
}
