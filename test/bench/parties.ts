/** Who takes part in the usual run, in the order in which they take turns. */
import { startBetterAuth } from './parties/better-auth.ts'
import { startCeiling } from './parties/ceiling.ts'
import { startOidcProvider, startOidcProviderOnOurNode } from './parties/oidc-provider.ts'
import { startProduct } from './parties/product.ts'
import { startOpenauth, startWorkersOAuthProvider } from './parties/worker-peers.ts'
import type { Party } from './party.ts'
import { installedVersion, peersNode } from './peer.ts'
import type { BenchRun } from './run.ts'

interface Participant {
  /** The package that it is, where it is one of npm's. */
  readonly installed: string | null
  /** What a reader has to know to compare it. */
  readonly what: string
  readonly start: (run: BenchRun) => Promise<Party>
  /** Left out where it would be the same as another. */
  readonly isOther?: () => boolean
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
    start: (run) => startCeiling(run),
  },
  {
    installed: 'oidc-provider',
    what: 'on Node, everything in a `Map` of its process; JWTs by resource indicators; userinfo and introspection with an opaque token, since it takes no other',
    start: (run) => startOidcProvider(core(run)),
  },
  {
    installed: 'oidc-provider',
    what: `the same on Node ${process.versions.node}, where it warns that it supports releases with long-term support alone; no aim is held against it`,
    start: (run) => startOidcProviderOnOurNode(core(run)),
    isOther: () => peersNode() !== process.execPath,
  },
  {
    installed: 'better-auth',
    what: 'on Node with its OAuth provider, tables in SQLite in memory; JWTs by `resource`; passwords with scrypt (N = 2^14, r = 16)',
    start: (run) => startBetterAuth(core(run)),
  },
  {
    installed: '@openauthjs/openauth',
    what: 'a Worker in workerd, everything in a `Map` of its isolate, which no deployment could do; signs ES256 only, does not authenticate clients but for client_credentials, keeps a refresh token for each of those too, gives no ID token and logs each request; passwords with scrypt (N = 2^14, r = 8)',
    start: (run) => startOpenauth(run, 'memory'),
  },
  {
    installed: '@openauthjs/openauth',
    what: 'the same with its storage in KV, as deployed; KV runs in the measured process, and is not consistent',
    start: (run) => startOpenauth(run, 'KV'),
  },
  {
    installed: '@cloudflare/workers-oauth-provider',
    what: 'a Worker in workerd with opaque tokens in KV, which runs in the measured process; no ID token',
    start: (run) => startWorkersOAuthProvider(run),
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
  const missing = [...new Set(PARTICIPANTS.map(({ installed }) => installed))].filter(
    (name) => name !== null && installedVersion(name) === null,
  )
  if (missing.length > 0)
    console.error(
      `no rows of ${missing.join(', ')}: to install them, npm ci --prefix test/bench/peers`,
    )
  for (const { installed, what, start, isOther } of PARTICIPANTS) {
    const version = installed === null ? null : installedVersion(installed)
    if ((installed !== null && version === null) || isOther?.() === false) continue
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
