/**
 * What a soak may ask, drawn at random. Whatever a command is about is drawn as a number, which counts from what was
 * given out last, so that a history is still one when a part of it is left out.
 */
import fc from 'fast-check'
import { APPS, SERVERS, USERS, type AppName, type ServerName, type Verb } from './vocabulary.ts'

/** A command whose parameters are not yet things that were given out. */
export interface Draft {
  readonly verb: Verb
  readonly isolate: number
  /** How far back what it is about was given out, of its kind. */
  readonly back: number
  /** Of what may still be good, as far as there is any. */
  readonly living: boolean
  /** Null: the one that it was given to, or by. */
  readonly app: AppName | null
  readonly server: ServerName | null
  readonly user: (typeof USERS)[number]
  /** Decides what is left: an action, a verifier, whether it is an emergency. */
  readonly variant: number
}

/**
 * How long nobody asks anything before a batch: so many seconds, or until beside an instant at which something ends,
 * which the first of the batch is about then.
 */
export type Wait =
  { readonly seconds: number } | { readonly end: number; readonly beside: -1 | 0 | 1 }

const BINDINGS = [
  'SUBJECT',
  'DB',
  'KEY_RING',
  'LEDGER',
  'THROTTLE',
  'REVOCATION_FEED',
  'LOG_DB',
] as const

/** A call to storage that is lost, the first one of the batch or a later one. */
export interface Loss {
  readonly binding: (typeof BINDINGS)[number]
  /** The last one: and it is not said that it may be made again. */
  readonly when: 'asked' | 'answered' | 'broken off'
  readonly after: number
}

export interface Batch {
  readonly wait: Wait
  readonly loss: Loss | null
  /** Objects of people forget what they have in memory. */
  readonly restarts: boolean
  readonly drafts: readonly Draft[]
}

const WEIGHTS: Readonly<Record<Verb, number>> = {
  authenticate: 3,
  begin: 4,
  'sign-out': 1,
  authorize: 12,
  redeem: 17,
  refresh: 32,
  password: 1,
  'client-credentials': 4,
  introspect: 17,
  userinfo: 5,
  revoke: 5,
  keys: 2,
  rotate: 3,
  'change-user': 4,
  'change-app': 3,
  'change-server': 2,
  'clear-sessions': 1,
  'revoke-of-user': 1,
  'revoke-of-client': 2,
}

export const weighted = <Value>(
  ...of: readonly (readonly [number, fc.Arbitrary<Value>])[]
): fc.Arbitrary<Value> => fc.oneof(...of.map(([weight, arbitrary]) => ({ weight, arbitrary })))

const verb = weighted(
  ...Object.entries(WEIGHTS).map(([name, weight]) => [weight, fc.constant(name as Verb)] as const),
)

/** Usually what it was made for. */
const own = <Value>(others: readonly Value[]): fc.Arbitrary<Value | null> =>
  weighted<Value | null>([12, fc.constant(null)], [1, fc.constantFrom(...others)])

const draft: fc.Arbitrary<Draft> = fc.record({
  verb,
  isolate: fc.nat(1),
  back: weighted([5, fc.constant(0)], [4, fc.nat(3)], [1, fc.nat(20)]),
  living: weighted([3, fc.constant(true)], [1, fc.constant(false)]),
  app: own(APPS),
  server: own(SERVERS),
  user: fc.constantFrom(...USERS),
  variant: fc.nat(99),
})

const wait: fc.Arbitrary<Wait> = weighted<Wait>(
  [20, fc.constant({ seconds: 1 })],
  [3, fc.record({ seconds: fc.constantFrom(9, 11, 29, 30, 31, 59, 61) })],
  [4, fc.record({ end: fc.nat(3), beside: fc.constantFrom(-1, 0, 1) })],
  [2, fc.record({ end: fc.nat(11), beside: fc.constantFrom(-1, 0, 1) })],
)

const loss: fc.Arbitrary<Loss> = fc.record({
  binding: fc.constantFrom(...BINDINGS),
  when: fc.constantFrom('asked', 'answered', 'broken off'),
  after: weighted([4, fc.constant(0)], [2, fc.nat(2)]),
})

/** The same by several at once, through one isolate or another. */
const repeated: fc.Arbitrary<readonly Draft[]> = fc
  .tuple(draft, fc.array(fc.nat(1), { minLength: 2, maxLength: 3 }))
  .map(([one, isolates]) => isolates.map((isolate) => ({ ...one, isolate })))

export const batch: fc.Arbitrary<Batch> = fc.record({
  wait,
  loss: weighted<Loss | null>([7, fc.constant(null)], [1, loss]),
  restarts: weighted([12, fc.constant(false)], [1, fc.constant(true)]),
  drafts: weighted<readonly Draft[]>(
    [6, fc.array(draft, { minLength: 1, maxLength: 1 })],
    [3, fc.array(draft, { minLength: 2, maxLength: 3 })],
    [1, repeated],
  ),
})
