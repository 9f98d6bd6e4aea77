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

/** `pid` is the server's; the run waits for a quiet machine for so many milliseconds at most. */
export async function measured(
  pid: number,
  load: () => Promise<LoadFigures>,
  patience = 3000,
): Promise<RunFigures> {
  await quietMachine(patience)
  const before = { server: treeMicros(pid), own: selfMicros(), machine: machineMicros() }
  const figures = await load()
  const server = treeMicros(pid) - before.server
  const own = selfMicros() - before.own
  const machine = machineMicros() - before.machine
  return {
    requests: figures.requests,
    perSecond: (figures.requests / figures.micros) * 1_000_000,
    p50: figures.p50 / 1000,
    p90: figures.p90 / 1000,
    p99: figures.p99 / 1000,
    cpu: server / figures.requests,
    others: (machine - server - own) / figures.micros,
  }
}
