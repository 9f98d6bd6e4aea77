/**
 * The product as a user starts it: `npm start` in a process group of its own, on a free port, with state of its own.
 * Stopping kills the group, because the development server leaves children behind.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { refuseSecrets } from '../secrets.ts'

const root = join(import.meta.dirname, '..', '..')

export interface Product {
  readonly origin: string
  readonly output: string
  /** Runs statements on its configuration while it runs, for what no door makes yet. */
  readonly execute: (sql: string) => Promise<void>
  /** Kills everything at once, as a crash would. */
  readonly kill: () => Promise<void>
}

export const API_TOKEN = '00e2e-bootstrap-token-for-the-test-only'
export const ADMIN_LOGIN = 'admin@example.com'
export const ADMIN_PASSWORD = 'a password of the tests only'

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'edgemint-'))

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true })

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      )
    })
  })
}

const runFile = promisify(execFile)

const ATTEMPTS_MAX = 10

/** The product may be writing to the same file, which is waited for. */
async function execute(stateDir: string, sql: string, attempt = 1): Promise<void> {
  const wrangler = join(root, 'node_modules', '.bin', 'wrangler')
  try {
    await runFile(
      wrangler,
      ['d1', 'execute', 'DB', '--local', '--persist-to', stateDir, '--command', sql],
      {
        cwd: root,
        env: { ...process.env, CI: '1', DO_NOT_TRACK: '1', CLOUDFLARE_CF_FETCH_ENABLED: 'false' },
      },
    )
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    const isBusy = /SQLITE_BUSY|database is locked/i.test(stdout + stderr)
    if (!isBusy || attempt === ATTEMPTS_MAX) throw error
    await execute(stateDir, sql, attempt + 1)
  }
}

/** Resolves once the line that mints a token is printed. `changes` override the environment of the tests. */
export function startProduct(
  stateDir: string,
  port: number,
  changes: Readonly<Record<string, string>> = {},
): Promise<Product> {
  const environment: Readonly<Record<string, string | undefined>> = {
    ...process.env,
    PORT: String(port),
    STATE_DIR: stateDir,
    ORIGIN: '',
    KEY_ENCRYPTION_KEY: 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=',
    BOOTSTRAP_API_TOKEN: API_TOKEN,
    BOOTSTRAP_ADMIN_LOGIN: ADMIN_LOGIN,
    BOOTSTRAP_ADMIN_PASSWORD: ADMIN_PASSWORD,
    ...changes,
  }
  const child = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    env: environment as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  // What it prints before is for whoever starts it: addresses, and credentials that were made just then.
  let started = 0
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const kill = async (): Promise<void> => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // The group is gone already.
    }
    await exited
    refuseSecrets(output.slice(started).split('\n'), 'the product')
  }
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString()
      if (started > 0) return
      const [line] = /[^]*curl -s -u .*\n/.exec(output) ?? ['']
      started = line.length
      if (started > 0)
        resolve({
          origin: `http://localhost:${port}`,
          output,
          execute: (sql) => execute(stateDir, sql),
          kill,
        })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}\n${output}`)))
  })
}
