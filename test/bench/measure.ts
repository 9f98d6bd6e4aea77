/** One run under load: what the generator saw, and what the kernel says of the server's processes meanwhile. */
import type { LoadFigures } from './load.ts'
import { machineMicros, quietMachine, selfMicros, treeMicros } from './processes.ts'
import { sum } from './statistics.ts'

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

/**
 * `pids` are the servers', each with what was done to it at the same place; the run waits for a quiet machine for so many
 * milliseconds at most.
 */
export async function measuredTogether(
  pids: readonly number[],
  load: () => Promise<readonly LoadFigures[]>,
  patience = 3000,
): Promise<readonly RunFigures[]> {
  await quietMachine(patience)
  const before = { servers: pids.map(treeMicros), own: selfMicros(), machine: machineMicros() }
  const loads = await load()
  const servers = pids.map((pid, index) => treeMicros(pid) - (before.servers[index] ?? Number.NaN))
  const own = selfMicros() - before.own
  const others = machineMicros() - before.machine - own - sum(servers)
  const share = others / sum(loads.map(({ micros }) => micros))
  return loads.map((figures, index) => ({
    requests: figures.requests,
    perSecond: (figures.requests / figures.micros) * 1_000_000,
    p50: figures.p50 / 1000,
    p90: figures.p90 / 1000,
    p99: figures.p99 / 1000,
    cpu: (servers[index] ?? Number.NaN) / figures.requests,
    others: share,
  }))
}

/** The same of one server. */
export async function measured(
  pid: number,
  load: () => Promise<LoadFigures>,
  patience?: number,
): Promise<RunFigures> {
  const [figures] = await measuredTogether([pid], async () => [await load()], patience)
  return figures!
}
