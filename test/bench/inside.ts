/** What one token costs inside the product and inside the ceiling: bytes allocated, and CPU time by area. */
import { ALGORITHMS, type Algorithm } from './algorithms.ts'
import { recordAllocations, sizeOf } from './allocation.ts'
import { areasOf, type Area } from './microseconds.ts'
import { CEILING_MAIN, ceilingFolder, startCeiling } from './parties/ceiling.ts'
import { startProduct } from './parties/product.ts'
import type { Party, RowName } from './party.ts'
import { InspectorSession } from './inspector.ts'
import { recordProfileIn } from './profile.ts'
import { summarizeProfile, type ProfileSummary } from './profile-summary.ts'
import { Driver } from './rounds.ts'
import type { BenchOptions } from './options.ts'
import type { BenchRun } from './run.ts'
import type { BenchServer } from './server.ts'

export interface Inside {
  readonly alg: Algorithm
  readonly side: string
  readonly bytesAToken: number
  /** Microseconds a token, while profiled. */
  readonly busy: number
  readonly areas: readonly Area[]
}

/** A party that can be looked into, and where what it runs was built. */
export interface Side {
  readonly party: Party
  /** One for all: the inspector does not like to be left and taken up again. */
  readonly session: InspectorSession
  readonly folder: string
  readonly main: string
}

export const INSPECTED_CONNECTIONS = 16

/** Samples take longer than a run that is only timed. */
export const profiledSeconds = ({ quick, seconds }: BenchOptions): number =>
  quick ? seconds : Math.max(seconds, 2)
const WARM_UP_SECONDS = 1

type Inspectable = Party & { readonly server: BenchServer }

async function sideOf(party: Inspectable, folder: string, main: string): Promise<Side> {
  const inspector = await party.server.miniflare.getInspectorURL()
  const session = await InspectorSession.open(inspector, party.name)
  return { party, session, folder, main }
}

/** Starts both with their inspectors open. */
export async function withSides<T>(
  run: BenchRun,
  work: (sides: readonly Side[]) => Promise<T>,
): Promise<T> {
  const ceiling = await startCeiling(run, true)
  try {
    const product = await startProduct(run, true)
    try {
      return await work([
        await sideOf(product, run.product, run.main),
        await sideOf(ceiling, ceilingFolder(run), CEILING_MAIN),
      ])
    } finally {
      await product.stop()
    }
  } finally {
    await ceiling.stop()
  }
}

/** Profiles a load, which resolves to the number of requests. */
export async function profiled(
  { session, folder, main }: Side,
  load: () => Promise<number>,
): Promise<{ summary: ProfileSummary; requests: number }> {
  const { profile, outcome } = await recordProfileIn(session, load)
  return { summary: summarizeProfile(profile, folder, main), requests: outcome }
}

export function lookInside(run: BenchRun): Promise<readonly Inside[]> {
  const driver = new Driver(run)
  return withSides(run, async (sides) => {
    const seen: Inside[] = []
    for (const alg of ALGORITHMS)
      for (const side of sides) {
        const { party } = side
        const row: RowName = `client_credentials ${alg}`
        const flow = await driver.offered(party, row)
        if (flow === null || typeof flow === 'string') continue
        const load = async (seconds: number): Promise<number> =>
          (await driver.drive(party, row, flow, INSPECTED_CONNECTIONS, seconds)).requests
        await load(WARM_UP_SECONDS)
        const allocated = await recordAllocations(side.session, () =>
          load(profiledSeconds(run.options)),
        )
        const bytesAToken = sizeOf(allocated.head) / allocated.requests
        const { summary, requests } = await profiled(side, () => load(profiledSeconds(run.options)))
        const areas = areasOf(summary, requests)
        seen.push({ alg, side: party.name, bytesAToken, busy: summary.busy / requests, areas })
      }
    return seen
  })
}
