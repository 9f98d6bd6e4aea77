/**
 * Storage with faults. The Worker, its entrypoints and the objects are given the same bindings, so that a fault of one
 * meets everybody who calls it: it is slow, does what it is asked and says nothing, is down, overloaded, or reset before
 * or after it carried the call out.
 */
import { env } from 'cloudflare:workers'
import { vi, type MockInstance } from 'vitest'
import { pause } from '../../src/platform/clock.ts'
import { standIn, type Method } from './stand-in.ts'
import { send } from './support.ts'

const DATABASES = ['DB', 'LOG_DB'] as const
const OBJECTS = ['KEY_RING', 'LEDGER', 'REVOCATION_FEED', 'SUBJECT', 'THROTTLE'] as const

export const BINDINGS = [...DATABASES, ...OBJECTS]
export type Binding = (typeof BINDINGS)[number]

/** What the platform says, and how it marks it. */
const FAILURES = {
  down: ['Network connection lost.', { retryable: true }],
  overloaded: [
    'Durable Object is overloaded. Requests queued for too long.',
    { overloaded: true, retryable: true },
  ],
  reset: ['Durable Object reset because its code was updated.', { retryable: true }],
} as const

/** In milliseconds: how slow it is, or how long somebody may wait for what is not answered. */
export type Fault =
  | keyof typeof FAILURES
  | 'reset after'
  | { readonly slow: number }
  | { readonly silent: readonly number[] }

const failure = (name: keyof typeof FAILURES): Error => {
  const [message, marks] = FAILURES[name]
  return Object.assign(new Error(message), { remote: true, ...marks })
}

interface Suffering {
  readonly bindings: readonly Binding[]
  readonly fault: Fault
  /** Calls that go well before the first that does not. */
  readonly from: number
  /** Calls that do not go well after it; by default all. */
  readonly times: number
  calls: number
  met: number
  /** Somebody waits for what is not answered, and does not give up. */
  isAwaited: boolean
}

let suffering: Suffering | null = null

async function called(binding: Binding, call: () => unknown): Promise<unknown> {
  const now = suffering
  if (now?.bindings.includes(binding) !== true) return call()
  const at = now.calls++
  if (at < now.from || at >= now.from + now.times) return call()
  now.met++
  const { fault } = now
  if (typeof fault === 'object') {
    if ('slow' in fault) await pause(fault.slow)
    const answer = await call()
    if ('silent' in fault) await givenUp(now)
    return answer
  }
  if (fault !== 'reset after') throw failure(fault)
  await call()
  throw failure('reset')
}

/** What stands for the time that somebody may wait, and how long nobody does, in milliseconds. */
const WAITING = { look: 5, may: 30, never: 10_000 }

async function givenUp(now: Suffering): Promise<void> {
  const since = Date.now()
  while (suffering === now && !now.isAwaited) {
    await pause(WAITING.look)
    now.isAwaited = Date.now() - since > WAITING.never
  }
}

/** Whoever waits for exactly so long waits for a moment after the fault was met. */
function shorten(now: Suffering, silent: readonly number[]): MockInstance {
  const { setTimeout } = globalThis
  const shortened = (work: () => void, millis = 0): unknown => {
    if (!silent.includes(millis)) return setTimeout(work, millis)
    const look = (): unknown => {
      if (suffering !== now) return setTimeout(work, millis)
      return now.met > 0 ? setTimeout(work, WAITING.may) : setTimeout(look, WAITING.look)
    }
    return look()
  }
  return vi.spyOn(globalThis, 'setTimeout').mockImplementation(shortened as typeof setTimeout)
}

const failing = <T extends object>(binding: Binding, target: T): T =>
  standIn(
    target,
    (_, method: Method) =>
      (...args) =>
        called(binding, () => method(...args)),
  )

// Statements of a database go out by its fetcher, and what of it always asks the primary has its own.
for (const name of DATABASES) {
  const database = env[name] as unknown as Record<'fetcher' | 'alwaysPrimarySession', object>
  const fetcher = failing(name, database.fetcher)
  Object.assign(database, { fetcher })
  Object.assign(database.alwaysPrimarySession, { fetcher })
}

for (const name of OBJECTS) {
  const namespace: Pick<DurableObjectNamespace, 'getByName'> = env[name]
  const getByName = namespace.getByName.bind(namespace)
  // Whoever looks into an object needs its own stub.
  Object.assign(namespace, {
    getByName: (...args: Parameters<typeof getByName>) =>
      suffering?.bindings.includes(name) === true
        ? failing(name, getByName(...args))
        : getByName(...args),
  })
}

export interface Suffered<Result> {
  readonly result: Result
  /** Calls that met the fault. */
  readonly met: number
}

/** Does some work while bindings have a fault, from their first call on or from a later one. */
export async function under<Result>(
  binding: Binding | readonly Binding[],
  fault: Fault,
  work: () => Promise<Result>,
  { from = 0, times = Infinity }: { readonly from?: number; readonly times?: number } = {},
): Promise<Suffered<Result>> {
  const bindings = typeof binding === 'string' ? [binding] : binding
  const now: Suffering = { bindings, fault, from, times, calls: 0, met: 0, isAwaited: false }
  suffering = now
  const clock = typeof fault === 'object' && 'silent' in fault ? shorten(now, fault.silent) : null
  try {
    const result = await work()
    if (now.isAwaited) throw new Error(`Somebody waits for ${bindings.join()} and does not give up`)
    return { result, met: now.met }
  } finally {
    suffering = null
    clock?.mockRestore()
  }
}

/** What signing people in stands on. */
export const PARTS = ['SUBJECT', 'DB', 'THROTTLE', 'LEDGER'] as const satisfies readonly Binding[]

/** Asks an isolate that is warm by another address while a part of its storage is down. */
export async function whileAway(
  part: (typeof PARTS)[number],
  warmedBy: string,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  await send(warmedBy, { redirect: 'manual' })
  return (await under(part, 'down', () => send(path, { redirect: 'manual', ...init }))).result
}
