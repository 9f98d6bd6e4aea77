/**
 * Storage with faults. The Worker, its entrypoints and the objects are given the same bindings, so that a fault of one
 * meets everybody who calls it: it is slow, down, overloaded, or reset before or after it carried the call out.
 */
import { env } from 'cloudflare:workers'
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

export type Fault = keyof typeof FAILURES | 'reset after' | { readonly slow: number }

const failure = (name: keyof typeof FAILURES): Error => {
  const [message, marks] = FAILURES[name]
  return Object.assign(new Error(message), { remote: true, ...marks })
}

interface Suffering {
  readonly binding: Binding
  readonly fault: Fault
  /** Calls that go well before the first that does not. */
  readonly from: number
  /** Calls that do not go well after it; by default all. */
  readonly times: number
  calls: number
  met: number
}

let suffering: Suffering | null = null

async function called(binding: Binding, call: () => unknown): Promise<unknown> {
  const now = suffering
  if (now?.binding !== binding) return call()
  const at = now.calls++
  if (at < now.from || at >= now.from + now.times) return call()
  now.met++
  const { fault } = now
  if (typeof fault === 'object') {
    await pause(fault.slow)
    return call()
  }
  if (fault !== 'reset after') throw failure(fault)
  await call()
  throw failure('reset')
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
      suffering?.binding === name ? failing(name, getByName(...args)) : getByName(...args),
  })
}

export interface Suffered<Result> {
  readonly result: Result
  /** Calls that met the fault. */
  readonly met: number
}

/** Does some work while a binding has a fault, from its first call on or from a later one. */
export async function under<Result>(
  binding: Binding,
  fault: Fault,
  work: () => Promise<Result>,
  { from = 0, times = Infinity }: { readonly from?: number; readonly times?: number } = {},
): Promise<Suffered<Result>> {
  const now = { binding, fault, from, times, calls: 0, met: 0 }
  suffering = now
  try {
    const result = await work()
    return { result, met: now.met }
  } finally {
    suffering = null
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
