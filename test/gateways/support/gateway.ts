/**
 * A gateway as a process with a folder of its own. It runs in the foreground, so that it ends with the tests whatever
 * happens to them.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { remove, temporaryFolder } from '../../e2e/product.ts'

const PATIENCE_MS = 20_000
const PAUSE_MS = 25

/** A folder that workers of another user than root may enter and read. */
export class Folder {
  readonly path = temporaryFolder()

  constructor() {
    chmodSync(this.path, 0o755)
  }

  /** The path of a new file. */
  write(name: string, text: string): string {
    const path = join(this.path, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
}

export interface Gateway {
  readonly origin: string
  /** Tells it to read its configuration again, as its manual says. */
  readonly signal: (name: NodeJS.Signals) => void
  /** Ends it and removes its folder. */
  readonly stop: () => Promise<void>
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.end())
  })
}

/** Resolves once it listens. */
export async function startGateway(
  program: string,
  args: readonly string[],
  port: number,
  folder: Folder,
  environment: Readonly<Record<string, string>> = {},
): Promise<Gateway> {
  const env = { ...process.env, ...environment }
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const end = (): boolean => child.kill('SIGTERM')
  process.once('exit', end)
  const stop = async (): Promise<void> => {
    process.removeListener('exit', end)
    end()
    await exited
    remove(folder.path)
  }
  const started = performance.now()
  while (!(await isListening(port))) {
    const isOver = child.exitCode !== null || performance.now() - started > PATIENCE_MS
    if (isOver) {
      await stop()
      throw new Error(`${program} does not listen\n${output}`)
    }
    await pause(PAUSE_MS)
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    signal: (name) => child.kill(name),
    stop,
  }
}
