/**
 * Batches that belong together: tokens are given, something changes that they depend on and is changed back, and they are
 * used again. Drawn one by one they would rarely come in this order.
 */
import fc from 'fast-check'
import { batchOf } from './beginning.ts'
import { batch, weighted, type Batch, type Draft } from './drafts.ts'
import { SERVERS, USERS, type ServerName, type UserName } from './vocabulary.ts'

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
]

const IN_USE: readonly Part[] = [
  { verb: 'introspect', variant: 0 },
  { verb: 'userinfo' },
  { verb: 'refresh' },
]

const story: fc.Arbitrary<readonly Batch[]> = fc
  .record({
    isolate: fc.nat(1),
    server: fc.constantFrom(...SERVERS),
    user: fc.constantFrom(...USERS),
    token: fc.constantFrom(...TOKENS),
    change: fc.constantFrom(...CHANGES),
    use: fc.constantFrom(...IN_USE),
  })
  .map(({ token, change, use, ...setting }) => {
    const given = token(setting)
    const changed = change(setting, given)
    return [given, changed, changed, use].map((part) =>
      batchOf({ ...part, isolate: setting.isolate }),
    )
  })

/** Batches, one after the other. */
export const history = (longest: number): fc.Arbitrary<readonly Batch[]> =>
  fc
    .array(weighted<readonly Batch[]>([12, batch.map((one) => [one])], [1, story]), {
      minLength: 1,
      maxLength: longest,
      size: 'max',
    })
    .map((parts) => parts.flat())
