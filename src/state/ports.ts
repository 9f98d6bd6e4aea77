/** The Durable Objects and D1 behind the ports of the token path. Known to the composition root only. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { RingView } from '../domain/key-rotation.ts'
import { currentEvent } from '../domain/log-event.ts'
import type { Throttle } from '../domain/directory.ts'
import type { OutboxEntry } from '../domain/outbox.ts'
import type { Passwords } from '../domain/password-attempts.ts'
import type { Recoveries } from '../domain/recovery.ts'
import type { Ledgers, SnapshotSource } from '../domain/snapshot.ts'
import {
  UnansweredGrant,
  type GrantOutcome,
  type Subjects,
  type Undelivered,
} from '../domain/subjects.ts'
import { loginKey } from '../domain/user.ts'
import { orgServer } from '../issuer/org-server.ts'
import { nowSeconds, pause } from '../platform/clock.ts'
import { within } from '../platform/in-time.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { findServer, type StoredServer } from '../store/authorization-servers.ts'
import { readConfiguration, type StoredConfiguration } from '../store/configuration.ts'
import { drainOutbox } from '../store/outbox.ts'
import { seed } from '../store/seed.ts'
import { writeEvents } from '../store/system-log.ts'

export const ledgersOf = (env: Cloudflare.Env): Ledgers => ({
  enter: (ledger, id, expiresSeconds) =>
    reached('a ledger', () => env.LEDGER.getByName(ledger).enter(id, expiresSeconds)),
  has: (ledger, id) => reached('a ledger', () => env.LEDGER.getByName(ledger).has(id)),
})

/** Asks an object that has no answer but the right one. */
async function reached<Answer>(what: string, call: () => PromiseLike<Answer>): Promise<Answer> {
  try {
    return await within(call(), limits.storageMillis.object)
  } catch (cause) {
    throw new StorageUnavailable(what, cause)
  }
}

/** Asks the object of a user; every failure is a fault of storage. */
async function answered<Answer>(
  call: () => PromiseLike<unknown>,
  millis: number = limits.storageMillis.object,
): Promise<Answer> {
  let answer
  try {
    answer = await within(call(), millis)
  } catch (cause) {
    throw new StorageUnavailable("the user's object", cause)
  }
  if (answer === 'unavailable') throw new StorageUnavailable("what the user's object reads")
  return answer as Answer
}

/** What the platform says of a failure: the same call may go well on a new stub; the object was not asked at all. */
const marksOf = (
  cause: unknown,
): { readonly retryable?: unknown; readonly overloaded?: unknown } =>
  typeof cause === 'object' && cause !== null ? cause : {}

/** Asks for a grant, under the name of its attempt, so that it can be asked for twice where its answer was lost. */
async function granted(
  { userId, authorizationId, generation, attempt, now }: Undelivered,
  call: () => PromiseLike<GrantOutcome | 'unavailable'>,
): Promise<GrantOutcome> {
  let calls = 0
  let isOver = false
  const once = async (): Promise<unknown> => {
    calls++
    return call()
  }
  const again = async (cause: unknown): Promise<unknown> => {
    const { retryable, overloaded } = marksOf(cause)
    if (attempt === undefined || retryable !== true || overloaded === true) throw cause
    await pause(limits.lostAnswerMillis.repeated)
    // Nobody waits any more, and what it would give is taken back already.
    if (isOver) throw cause
    return once()
  }
  try {
    return await answered(() => once().catch(again))
  } catch (error) {
    isOver = true
    const { cause } = error as Error
    if (calls === 1 && marksOf(cause).overloaded === true) throw error
    const undelivered = { userId, authorizationId, generation, ...(attempt && { attempt }), now }
    throw new UnansweredGrant(undelivered, cause)
  }
}

/** Attempts by address: the address itself is no name of an object, since names are kept. */
export const throttleOf = (env: Cloudflare.Env, { keyEncryption }: Settings): Throttle => {
  const objectOf = async (address: string) =>
    env.THROTTLE.getByName(await keyEncryption.mac(networkOf(address), 'login-mac'))
  const COUNTER = 'the counter of attempts'
  return {
    take: (address, now) => reached(COUNTER, async () => (await objectOf(address)).take(now)),
    giveBack: (address) => reached(COUNTER, async () => (await objectOf(address)).giveBack()),
  }
}

/** Whoever has an IPv6 address has all of its /64. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::')
  if (!address.includes(':')) return address
  const groups = head.split(':')
  const known = tail === undefined ? groups : [...groups, ...Array<string>(8).fill('0')]
  return known
    .slice(0, 4)
    .map((group) => group || '0')
    .join(':')
}

export const passwordsOf = (env: Cloudflare.Env): Passwords => ({
  async hash(userId, password) {
    return answered(() => env.SUBJECT.getByName(userId).hashPassword(password))
  },
  async verify(userId, password, now) {
    return answered(() => env.SUBJECT.getByName(userId).verifyPassword(userId, password, now))
  },
})

/** The objects of users, one call an operation. */
export function subjectsOf(
  env: Cloudflare.Env,
  { keyEncryption }: Pick<Settings, 'keyEncryption'>,
): Subjects {
  const of = (userId: string) => env.SUBJECT.getByName(userId)
  /** No id has a space, so that nobody's object is nobody's. */
  const nobody = async (login: string): Promise<string> =>
    `nobody ${await keyEncryption.mac(loginKey(login), 'login-mac')}`
  return {
    async verifyPassword(attempt) {
      const name = attempt.userId ?? (await nobody(attempt.login))
      return answered(() => of(name).signIn(attempt))
    },
    holderOfProof: (proof) => answered(() => of(proof.userId).holderOfProof(proof)),
    replacePassword: (replacement) =>
      answered(() => of(replacement.proof.userId).replacePassword(replacement)),
    startSession: (begin) => answered(() => of(begin.userId).startSession(begin)),
    findSession: (key, app, now) => answered(() => of(key.userId).findSession(key, app, now)),
    readSession: (named, now) =>
      answered(() => of(named.userId).standingSession(named, 'read', now)),
    refreshSession: (named, now) =>
      answered(() => of(named.userId).standingSession(named, 'use', now)),
    endSession: (named) => answered(() => of(named.userId).endSession(named)),
    authorize: (record, app, epoch) =>
      answered(() => of(record.userId).authorize(record, app, epoch)),
    authorizeDirectly: (record, app, mayRefresh, epoch) =>
      answered(() => of(record.userId).authorizeDirectly(record, app, mayRefresh, epoch)),
    redeem: (redemption) =>
      granted({ ...redemption, generation: 0 }, () => of(redemption.userId).redeem(redemption)),
    refresh: (asked) =>
      granted({ ...asked, generation: asked.generation + 1 }, () =>
        of(asked.userId).refresh(asked),
      ),
    undelivered: (one) =>
      answered(() => of(one.userId).undelivered(one), limits.lostAnswerMillis.telling),
    inspect: (asked, now) => answered(() => of(asked.userId).inspect(asked, now)),
    revokeRefreshToken: (asked) => answered(() => of(asked.userId).revokeRefreshToken(asked)),
    revokeAccessToken: ({ userId, authorizationId, jti, expires }) =>
      answered(() => of(userId).revokeAccessToken(authorizationId, jti, expires)),
  }
}

/** Recoveries, in the objects of their users. */
export const recoveriesOf = (env: Cloudflare.Env): Recoveries => {
  const of = (userId: string) => env.SUBJECT.getByName(userId)
  return {
    begin: (beginning) => answered(() => of(beginning.userId).recover('begin', beginning)),
    find: (key, kind, now) => answered(() => of(key.userId).recover('find', key, kind, now)),
    redeem: (key, now) => answered(() => of(key.userId).recover('redeem', key, now)),
    answer: (answer) => answered(() => of(answer.key.userId).recover('answer', answer)),
    reset: (password) => answered(() => of(password.key.userId).recover('reset', password)),
    unlock: (end) => answered(() => of(end.key.userId).recover('unlock', end)),
    cancel: (key, now) => answered(() => of(key.userId).recover('cancel', key, now)),
  }
}

/**
 * Configuration from D1, keys from the ring objects. An empty database is seeded by whoever reads it first. The org's
 * id comes with every read and is told, so that nobody has to read it for its own sake.
 */
export function snapshotSourceOf(
  env: Cloudflare.Env,
  settings: Settings,
  tellOrgId: (orgId: string) => void,
): SnapshotSource {
  const org = orgServer(settings.origin)
  return {
    async readConfiguration({ serverId, clientId }) {
      const isOrg = serverId === ORG_SERVER_ID
      const wanted = { serverId: isOrg ? null : serverId, clientId }
      const read = await readSeeded(env, settings, () => readConfiguration(env.DB, wanted))
      tellOrgId(read.orgId)
      return { orgName: read.orgName, server: isOrg ? org : read.server, client: read.client }
    },
    async readRing(name) {
      return readRing(env, name)
    },
    async foundRing(name, { kind, signingAlgorithm, rotationMode }) {
      if (kind === 'custom') return configuredRing(env, name)
      const settingsOfRing = { serverId: name, algorithm: signingAlgorithm, rotationMode }
      return env.KEY_RING.getByName(name).configure(settingsOfRing, nowSeconds())
    },
  }
}

const readRing = (env: Cloudflare.Env, name: string): Promise<RingView | null> =>
  env.KEY_RING.getByName(name).read(nowSeconds())

/** Reads; when the database turns out to be empty, seeds it and reads again. */
async function readSeeded(
  env: Cloudflare.Env,
  settings: Settings,
  read: () => Promise<StoredConfiguration>,
): Promise<SeededConfiguration> {
  const first = await read()
  if (isSeeded(first)) return first
  const id = randomId('00u')
  const passwordHash = await passwordsOf(env).hash(id, env.BOOTSTRAP_ADMIN_PASSWORD)
  if (await seed(env.DB, settings, { id, passwordHash }))
    await drainOutbox(env.DB, (entry) => deliver(env, entry))
  const second = await read()
  if (isSeeded(second)) return second
  throw new StorageUnavailable('the database could not be seeded')
}

type SeededConfiguration = StoredConfiguration & { readonly orgId: string }

const isSeeded = (read: StoredConfiguration): read is SeededConfiguration => read.orgId !== null

/** Makes sure that the org exists; for paths that read D1 without a snapshot. */
export async function ensureSeeded(env: Cloudflare.Env, settings: Settings): Promise<string> {
  const none = { serverId: null, clientId: null }
  const read = await readSeeded(env, settings, () => readConfiguration(env.DB, none))
  return read.orgId
}

/** Carries out one outbox entry. Every kind is safe to repeat and reads the state that is true now. */
export async function deliver(env: Cloudflare.Env, entry: OutboxEntry): Promise<void> {
  switch (entry.kind) {
    case 'key-ring.configure':
      await configuredRing(env, entry.subject)
      return
    case 'key-ring.destroy':
      await env.KEY_RING.getByName(entry.subject).destroy()
      return
    case 'subject.stale':
      await env.SUBJECT.getByName(entry.subject).markStale()
      return
    case 'subject.unlock':
      await env.SUBJECT.getByName(entry.subject).unlock()
      return
    case 'subject.end':
      await env.SUBJECT.getByName(entry.subject).end(entry.payload)
      return
    case 'subject.recovery':
      await env.SUBJECT.getByName(entry.subject).forgetRecovery()
      return
    case 'subject.erase':
      await env.SUBJECT.getByName(entry.subject).erase()
      return
    case 'system-log':
      await writeEvents(env.LOG_DB, [currentEvent(entry.payload)])
  }
}

/**
 * Tells a ring what its server is like, again until the server is like that afterwards too: who read it earlier must
 * not have the last word, and the ring of a deleted server must not come back. Null: there is no server.
 */
async function configuredRing(env: Cloudflare.Env, serverId: string): Promise<RingView | null> {
  const ring = env.KEY_RING.getByName(serverId)
  let told: StoredServer | null = null
  let configured: RingView | null = null
  for (let left = limits.writeAttemptsMax; left > 0; left--) {
    const server = await findServer(env.DB, serverId)
    if (server === null) {
      if (told !== null) await ring.destroy()
      return null
    }
    const { signingAlgorithm: algorithm, rotationMode } = server
    if (told?.signingAlgorithm === algorithm && told.rotationMode === rotationMode)
      return configured
    configured = await ring.configure({ serverId, algorithm, rotationMode }, nowSeconds())
    told = server
  }
  throw new StorageUnavailable(`the server ${serverId} is being changed`)
}
