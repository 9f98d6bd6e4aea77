/**
 * The Worker on bindings that count. Every round trip to storage is a name: a database, or an object's method. What the
 * log is told is counted apart: it is no part of any request, but one batch of the isolate in ten seconds.
 */
import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { accessTokenRing, publishedRing } from '../../src/issuer/rings.ts'
import worker from '../../src/index.ts'
import { pause } from '../../src/platform/clock.ts'
import { standIn, type Method } from './stand-in.ts'

/** An origin of its own makes the Worker compose itself anew, on the counting bindings. */
export const COUNTED = 'https://counted.edgemint.example'

const asked: string[] = []

/** By how many calls one has to wait for, those that are asked once so many have been answered; null: nobody counts. */
let waves: string[][] | null = null
let answered = 0
/** Far enough that nobody gets there by computing. */
const AWAY_MILLIS = 25

/** A call that a request makes to storage. */
function asking(name: string, call: () => unknown): unknown {
  asked.push(name)
  return waves === null ? call() : fromAway(name, call, waves)
}

async function fromAway(name: string, call: () => unknown, all: string[][]): Promise<unknown> {
  const before = answered
  ;(all[before] ??= []).push(name)
  await pause(AWAY_MILLIS)
  const answer = await call()
  answered = Math.max(answered, before + 1)
  return answer
}

/** Batches of the log. */
export const told = { batches: 0 }

const QUERIES: ReadonlySet<string> = new Set(['first', 'run', 'all', 'raw'])
const bare = new WeakMap<object, object>()

type Asking = (call: () => unknown) => unknown

function countedStatement(statement: D1PreparedStatement, ask: Asking): D1PreparedStatement {
  const counted = standIn(statement, (name, method) => {
    if (name === 'bind')
      return (...args) => countedStatement(method(...args) as D1PreparedStatement, ask)
    return QUERIES.has(name) ? (...args) => ask(() => method(...args)) : undefined
  })
  bare.set(counted, statement)
  return counted
}

const countedDatabase = <T extends D1Database | D1DatabaseSession>(db: T, ask: Asking): T =>
  standIn(db, (name, method) => {
    if (name === 'withSession')
      return (...args) => countedDatabase(method(...args) as D1DatabaseSession, ask)
    if (name === 'prepare')
      return (...args) => countedStatement(method(...args) as D1PreparedStatement, ask)
    if (name !== 'batch') return undefined
    return (statements) =>
      ask(() => method((statements as object[]).map((one) => bare.get(one) ?? one)))
  })

const countedNamespace = <T extends object>(namespace: T, binding: string): T =>
  standIn(
    namespace,
    (_, method) =>
      (...args) =>
        standIn(
          method(...args) as object,
          (name, call) =>
            (...values) =>
              asking(`${binding}.${name}`, () => call(...values)),
        ),
  )

/** The environment of the Worker, counting. Objects have theirs uncounted. */
export const counted = {
  ...env,
  ORIGIN: COUNTED,
  DB: countedDatabase(env.DB, (call) => asking('DB', call)),
  LOG_DB: countedDatabase(env.LOG_DB, (call) => {
    told.batches++
    return call()
  }),
  KEY_RING: countedNamespace(env.KEY_RING, 'KEY_RING'),
  LEDGER: countedNamespace(env.LEDGER, 'LEDGER'),
  REVOCATION_FEED: countedNamespace(env.REVOCATION_FEED, 'REVOCATION_FEED'),
  SUBJECT: countedNamespace(env.SUBJECT, 'SUBJECT'),
  THROTTLE: countedNamespace(env.THROTTLE, 'THROTTLE'),
}

/** One request to the counting Worker, with what it left to do. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext()
  const { Metadata } = context.exports
  const metadata: typeof Metadata = Object.assign((options: Parameters<typeof Metadata>[0]) => {
    asked.push('Metadata')
    return Metadata(options)
  }, Metadata)
  Object.defineProperty(context, 'exports', { value: { ...context.exports, Metadata: metadata } })
  const url = path.startsWith('http') ? path : COUNTED + path
  const response = await worker.fetch(new Request(url, init), counted, context)
  // One request in ten seconds waits to write to the log; all others have soon done what is left to do.
  await Promise.race([waitOnExecutionContext(context), pause(100)])
  return response
}

export const askForm = (
  path: string,
  fields: Readonly<Record<string, string>>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  })

/** The round trips of some work, in their order. */
export async function operations(work: () => Promise<unknown>): Promise<readonly string[]> {
  asked.length = 0
  await work()
  return [...asked]
}

/**
 * The same as far as they have to wait for each other: one entry a round trip, which names what is asked in it at once.
 * Only the calls of the Worker are told, not those that objects make.
 */
export async function roundTrips(
  work: () => Promise<unknown>,
): Promise<readonly (readonly string[])[]> {
  const counting: string[][] = []
  answered = 0
  waves = counting
  try {
    await work()
  } finally {
    waves = null
  }
  return counting.map((names) => names.toSorted())
}

/** Makes the isolate know a server and a client as if it had just read them, so that no refresh comes between. */
export async function warm(serverId: string, clientId: string): Promise<void> {
  const { snapshots } = compositionOf(counted).protocol.ports
  const kinds = ['server', 'client', 'ring'] as const
  for (const ring of new Set([accessTokenRing(serverId), publishedRing(serverId)]))
    await snapshots.reload({ serverId, clientId, ring }, () => undefined, kinds)
}

/** Makes the isolate know nothing of a server and a client. */
export function cold(serverId: string, clientId: string): void {
  const { snapshots } = compositionOf(counted).protocol.ports
  snapshots.forget('server', serverId)
  snapshots.forget('client', clientId)
  for (const ring of [accessTokenRing(serverId), publishedRing(serverId)])
    snapshots.forget('ring', ring)
}

/** How often anybody, objects too, asks the configuration's database. */
export async function databaseTrips(work: () => Promise<unknown>): Promise<number> {
  const session: D1DatabaseSession = Object.getPrototypeOf(env.DB.withSession())
  const statement: D1PreparedStatement = Object.getPrototypeOf(env.DB.prepare('SELECT 1'))
  const methods = ['first', 'run', 'all', 'raw'] as const
  const spies = [vi.spyOn(session, 'batch'), ...methods.map((name) => vi.spyOn(statement, name))]
  const before = told.batches
  try {
    await work()
    const calls = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0)
    return calls - (told.batches - before)
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

/** How many rows of its tables the object of a person looks at. */
export async function rowsRead(userId: string, work: () => Promise<unknown>): Promise<number> {
  const sql = await runInDurableObject(env.SUBJECT.getByName(userId), (_, { storage }) =>
    Object.getPrototypeOf(storage.sql),
  )
  const spy = vi.spyOn(sql as SqlStorage, 'exec')
  try {
    await work()
    return spy.mock.results.reduce((sum, { value }) => sum + value.rowsRead, 0)
  } finally {
    spy.mockRestore()
  }
}

const hashes = { made: 0 }

/** Counts the Argon2id hashes of everybody; its module is instantiated at the first. */
const { Instance } = WebAssembly
vi.spyOn(WebAssembly, 'Instance').mockImplementation(function (module: WebAssembly.Module) {
  const { exports } = new Instance(module)
  const hash = exports['argon2_hash'] as Method
  const argon2_hash: Method = (...args) => {
    hashes.made++
    return hash(...args)
  }
  return { exports: { ...exports, argon2_hash } }
} as never)

/** How many password hashes some work takes. */
export async function hashesOf(work: () => Promise<unknown>): Promise<number> {
  const before = hashes.made
  await work()
  return hashes.made - before
}
