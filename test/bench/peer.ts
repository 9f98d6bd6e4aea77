/**
 * Starts another server beside the product: a script in peers/, whose packages have a lockfile of their own and are
 * installed only by those who measure.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { JSONWebKeySet } from 'jose'
import { ALGORITHMS, type Algorithm } from './algorithms.ts'
import type { KnownServer } from './client-flows.ts'
import type { TokenEndpoint } from './endpoints.ts'
import { tokenOf, verifySignature } from './verification.ts'

/** Its client_credentials with one algorithm; the keys are asked for at an address. */
export type PeerTokens = Omit<TokenEndpoint, 'jwks'> & { readonly jwks: string }

/** What the script of a peer says, as one line of JSON, once it listens. */
export interface PeerReady {
  readonly origin: string
  readonly tokens: Readonly<Partial<Record<Algorithm, PeerTokens>>>
  /** Paths of its documents. */
  readonly discovery: string
  readonly jwks: string
  /** As clients for flows with people know it, by a name. */
  readonly clients: Readonly<Record<string, KnownServer>>
  /** Of people's sessions, where they can be had without the way that a browser goes. */
  readonly cookies?: readonly string[]
}

export interface StartedPeer extends Omit<PeerReady, 'tokens'> {
  readonly pid: number
  readonly endpoints: Readonly<Partial<Record<Algorithm, TokenEndpoint>>>
  readonly stop: () => void
}

export const PEERS_FOLDER = join(import.meta.dirname, 'peers')

const ownNode = join(PEERS_FOLDER, 'node_modules', '.bin', 'node')

/**
 * The Node of the peers, a release with long-term support, the only kind that oidc-provider supports; ours where it is
 * not installed.
 */
export const peersNode = (): string => (existsSync(ownNode) ? ownNode : process.execPath)

/** Which that is, in words. */
export function describePeersNode(): string {
  const words = '`Node ${process.versions.node} (OpenSSL ${process.versions.openssl})`'
  return execFileSync(peersNode(), ['--print', words], { encoding: 'utf8' }).trim()
}

/** The version that is installed, if it is. */
export function installedVersion(name: string): string | null {
  const file = join(PEERS_FOLDER, 'node_modules', name, 'package.json')
  if (!existsSync(file)) return null
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  return version
}

/** The endpoints, once a token of each was found to be good. */
export async function verifiedEndpoints(
  tokens: PeerReady['tokens'],
): Promise<StartedPeer['endpoints']> {
  const endpoints: Partial<Record<Algorithm, TokenEndpoint>> = {}
  for (const alg of ALGORITHMS) {
    const known = tokens[alg]
    if (known === undefined) continue
    const keysAt = known.jwks
    const jwks = async (): Promise<JSONWebKeySet> => JSON.parse(await (await fetch(keysAt)).text())
    const endpoint = { ...known, jwks }
    // The token first: a server may make its key with it.
    await verifySignature(endpoint, alg, await tokenOf(endpoint))
    endpoints[alg] = endpoint
  }
  return endpoints
}

/** Starts `peers/{script}.ts` in a process of its own. */
export async function startPeer(
  script: string,
  core: number | null,
  node = peersNode(),
): Promise<StartedPeer> {
  const pinned = core === null ? [] : ['taskset', '-c', String(core)]
  const [command, ...args] = [...pinned, node, join(PEERS_FOLDER, `${script}.ts`)]
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  for await (const line of createInterface(child.stdout)) {
    const { tokens, ...ready }: PeerReady = JSON.parse(line)
    const stop = (): void => void child.kill()
    process.once('exit', stop)
    try {
      return {
        ...ready,
        pid: child.pid ?? Number.NaN,
        stop,
        endpoints: await verifiedEndpoints(tokens),
      }
    } catch (error) {
      stop()
      throw error
    }
  }
  throw new Error(`${script} did not start`)
}
