/**
 * Starts another server beside the product: a script in peers/, whose packages have a lockfile of their own and are
 * installed only by those who measure (`npm ci --prefix test/bench/peers`).
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { basic } from './endpoints.ts'
import type { TokenRequest } from './load.ts'

export interface Peer {
  readonly pid: number
  /** Gets a token for its client. */
  readonly tokens: TokenRequest
  readonly introspection: string
  readonly stop: () => void
}

/** What the script of a peer says, as one line of JSON, once it listens. */
export interface PeerReady {
  readonly token: string
  readonly introspection: string
  readonly clientId: string
  readonly clientSecret: string
}

const FOLDER = join(import.meta.dirname, 'peers')

/** Null, with a word about it: it is not installed. */
export async function startPeer(name: string, core: number | null): Promise<Peer | null> {
  if (!existsSync(join(FOLDER, 'node_modules', name))) {
    console.error(`${name} is not installed (npm ci --prefix test/bench/peers): no row of it`)
    return null
  }
  const pinned = core === null ? [] : ['taskset', '-c', String(core)]
  const [command, ...args] = [...pinned, process.execPath, join(FOLDER, `${name}.ts`)]
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  for await (const line of createInterface(child.stdout)) {
    const { token, introspection, clientId, clientSecret }: PeerReady = JSON.parse(line)
    const authorization = basic(clientId, clientSecret)
    return {
      pid: child.pid ?? Number.NaN,
      tokens: { url: token, authorization, form: 'grant_type=client_credentials&scope=read' },
      introspection,
      stop: () => child.kill(),
    }
  }
  throw new Error(`${name} did not start`)
}
