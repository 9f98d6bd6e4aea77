/** One run under load: what the generator saw, and what the kernel says of the server's processes meanwhile. */
import type { LoadFigures } from './load.ts'
import { machineMicros, quietMachine, selfMicros, treeMicros } from './processes.ts'

/** One run of one side, as the tables need it. */
export interface RunFigures {
  readonly requests: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p90: number
  readonly p99: number
  /** Microseconds of CPU that the server's processes spent on one request. */
  readonly cpu: number
  /** What anything else took of a core meanwhile. */
  readonly others: number
}

/** What a server's processes, and anything else but it and the load, took of the CPU meanwhile, in microseconds. */
export interface Watched<T> {
  readonly outcome: T
  readonly server: number
  readonly others: number
}

/** `pid` is the server's. */
export async function watched<T>(pid: number, work: () => Promise<T>): Promise<Watched<T>> {
  await quietMachine(3000)
  const before = { server: treeMicros(pid), own: selfMicros(), machine: machineMicros() }
  const outcome = await work()
  const server = treeMicros(pid) - before.server
  const own = selfMicros() - before.own
  return { outcome, server, others: machineMicros() - before.machine - server - own }
}

/** The same of a run whose load was driven. */
export async function measured(pid: number, load: () => Promise<LoadFigures>): Promise<RunFigures> {
  const { outcome, server, others } = await watched(pid, load)
  return {
    requests: outcome.requests,
    perSecond: (outcome.requests / outcome.micros) * 1_000_000,
    p50: outcome.p50 / 1000,
    p90: outcome.p90 / 1000,
    p99: outcome.p99 / 1000,
    cpu: server / outcome.requests,
    others: others / outcome.micros,
  }
}
