/**
 * Batches that belong together: tokens are given, something that they depend on changes, and changes back where it can,
 * or time goes by, and they are used. Drawn one by one these would rarely come in this order.
 */
import fc from 'fast-check'
import { batchOf } from './beginning.ts'
import { batch, weighted, type Batch, type Draft } from './drafts.ts'
import { SERVER_FACTS, SERVERS, USERS, type ServerName, type UserName } from './vocabulary.ts'

type Part = Pick<Draft, 'verb'> & Partial<Draft>

interface Setting {
  readonly isolate: number
  readonly server: ServerName
  readonly user: UserName
}

/** Variants with which something active is deactivated, and something inactive activated. */
const TOGGLES = 7
const ORDERLY = 1
const EMERGENCY = 3
/** Of what is asked or revoked: the access token or the refresh token, and tokens beside sessions. */
const ACCESS = 0
const REFRESH = 1

/** Tokens, and whose they are. */
const TOKENS: readonly ((setting: Setting) => Part)[] = [
  ({ server }) => ({ verb: 'client-credentials', app: 'worker', server }),
  ({ server, user }) => ({ verb: 'password', app: 'notes', server, user }),
]

const CHANGES: readonly ((setting: Setting, given: Part) => Part)[] = [
  (_, { app = null }) => ({ verb: 'change-app', app, variant: TOGGLES }),
  ({ user }) => ({ verb: 'change-user', user, variant: TOGGLES }),
  ({ server }) => ({ verb: 'change-server', server, variant: TOGGLES }),
  ({ server }) => ({ verb: 'rotate', server, variant: EMERGENCY }),
  ({ server }) => ({ verb: 'rotate', server, variant: ORDERLY }),
  () => ({ verb: 'revoke', variant: ACCESS }),
  () => ({ verb: 'revoke', variant: REFRESH }),
  ({ user }) => ({ verb: 'clear-sessions', user, variant: ACCESS }),
  ({ user }, { app = null }) => ({ verb: 'revoke-of-user', user, app }),
  ({ server }, { app = null }) => ({ verb: 'revoke-of-client', server, app }),
]

const IN_USE: readonly Part[] = [
  { verb: 'introspect', variant: ACCESS },
  { verb: 'introspect', variant: REFRESH },
  { verb: 'userinfo' },
  { verb: 'refresh' },
]

const setting: fc.Arbitrary<Setting> = fc.record({
  isolate: fc.nat(1),
  server: fc.constantFrom(...SERVERS),
  user: fc.constantFrom(...USERS),
})

const changing: fc.Arbitrary<readonly Batch[]> = fc
  .tuple(
    setting,
    fc.constantFrom(...TOKENS),
    fc.constantFrom(...CHANGES),
    fc.constantFrom(...IN_USE),
  )
  .map(([at, token, change, use]) => {
    const given = token(at)
    const changed = change(at, given)
    return [given, changed, changed, use].map((part) => batchOf({ ...part, isolate: at.isolate }))
  })

const SESSION_ENDS: readonly ((setting: Setting) => Part)[] = [
  ({ user }) => ({ verb: 'clear-sessions', user }),
  ({ user }) => ({ verb: 'change-user', user, variant: TOGGLES }),
  () => ({ verb: 'sign-out' }),
]

const signingIn: fc.Arbitrary<readonly Batch[]> = fc
  .tuple(setting, fc.constantFrom(...SESSION_ENDS))
  .map(([at, ends]) => {
    const { isolate, user } = at
    const ended = ends(at)
    const parts: readonly Part[] = [
      { verb: 'authenticate', user },
      { verb: 'begin' },
      ended,
      ended,
      { verb: 'authorize' },
    ]
    return parts.map((part) => batchOf({ ...part, isolate }))
  })

/** Refresh tokens that are used until they are over, however often they are. */
const aging: fc.Arbitrary<readonly Batch[]> = fc
  .tuple(setting, fc.constantFrom(-1, 0, 1))
  .map(([{ isolate, user }, beside]) => {
    const server = 'orders'
    const { refreshTokenSeconds, refreshWindowSeconds } = SERVER_FACTS[server]
    const within = refreshWindowSeconds - 1
    const refresh = batchOf({ verb: 'refresh', isolate })
    return [
      batchOf({ verb: 'password', app: 'notes', server, user, isolate }),
      { ...refresh, wait: { seconds: within } },
      { ...refresh, wait: { seconds: refreshTokenSeconds - within + beside } },
    ]
  })

/** What is used while its answer gets lost, and is used again. */
const losing: fc.Arbitrary<readonly Batch[]> = fc
  .tuple(
    setting,
    fc.constantFrom('redeem', 'refresh'),
    fc.constantFrom('asked', 'answered', 'broken off'),
  )
  .map(([{ isolate, server }, verb, when]) => {
    const code = { verb: 'authorize', app: 'shop', server, isolate, living: true } as const
    const use = batchOf({ verb, isolate })
    return [batchOf(code), { ...use, loss: { binding: 'SUBJECT', when, after: 0 } }, use, use]
  })

/** Batches, one after the other. */
export const history = (longest: number): fc.Arbitrary<readonly Batch[]> =>
  fc
    .array(
      weighted<readonly Batch[]>(
        [24, batch.map((one) => [one])],
        [2, changing],
        [1, signingIn],
        [1, losing],
        [1, aging],
      ),
      {
        minLength: 1,
        maxLength: longest,
        size: 'max',
      },
    )
    .map((parts) => parts.flat())
