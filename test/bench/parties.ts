/** Who takes part in the usual run, in the order in which they take turns. */
import { join } from 'node:path'
import { startCeiling } from './parties/ceiling.ts'
import { startOidcProvider } from './parties/oidc-provider.ts'
import { startProduct } from './parties/product.ts'
import type { Party } from './party.ts'
import { installedVersion } from './peer.ts'
import type { BenchRun } from './run.ts'

interface Participant {
  /** The package that it is, where it is one of npm's. */
  readonly installed: string | null
  /** What a reader has to know to compare it. */
  readonly what: string
  readonly start: (run: BenchRun) => Promise<Party>
}

const core = ({ pinning }: BenchRun): number | null => pinning?.server ?? null

const PARTICIPANTS: readonly Participant[] = [
  {
    installed: null,
    what: 'the built Worker in workerd; D1 and Durable Objects in the measured process, on files in memory; passwords with Argon2id (19 MiB, t = 2)',
    start: (run) => startProduct(run),
  },
  {
    installed: null,
    what: 'a minimal Worker in workerd: a hashed secret, a scope filter and a signature by jose; no policy, no storage, no log; documents are prepared strings',
    start: (run) => startCeiling(run, join(run.temporary, 'ceiling')),
  },
  {
    installed: 'oidc-provider',
    what: 'on Node, everything in a `Map` of its process; JWTs by resource indicators; userinfo and introspection with an opaque token, since it takes no other',
    start: (run) => startOidcProvider(core(run)),
  },
]

export interface Started {
  readonly party: Party
  readonly version: string | null
  readonly what: string
}

/** Starts all that are installed. What a peer breaks, it breaks for itself; without the product nothing goes on. */
export async function startParties(run: BenchRun): Promise<readonly Started[]> {
  const started: Started[] = []
  for (const { installed, what, start } of PARTICIPANTS) {
    const version = installed === null ? null : installedVersion(installed)
    if (installed !== null && version === null) continue
    try {
      started.push({ party: await start(run), version, what })
    } catch (error) {
      if (installed === null) {
        await stopParties(started)
        throw error
      }
      console.error(`${installed} did not start: ${String(error)}`)
      process.exitCode = 1
    }
  }
  return started
}

export const stopParties = (started: readonly Started[]): Promise<unknown> =>
  Promise.all(started.map(({ party }) => party.stop()))
