/**
 * A process that fuzzes, looked at from outside: in a loop that never ends it can say nothing itself. Where it has told
 * of no further input for long it is ended.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { begun } from './asked.ts'

/** Far beyond the bounds of what is begun at once, and what a world of requests takes to be made. */
const PATIENCE_SECONDS = 180

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface Ended {
  readonly status: number | null
  /** It was ended in this input or shortly after. Null: by itself. */
  readonly hangsFrom: number | 'the beginning' | null
}

/** Runs it to its end. `print` is given each line of it that is not for us. */
export async function watched(
  [command, ...args]: readonly [string, ...string[]],
  variables: Readonly<Record<string, string>>,
  print: (line: string) => void,
): Promise<Ended> {
  // A group of its own can be ended with whatever it has started.
  const child = spawn(command, args, {
    detached: true,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = (): boolean => process.kill(-child.pid!, 'SIGKILL')
  const leave = (): void => {
    kill()
    process.exit(1)
  }
  for (const signal of SIGNALS) process.once(signal, leave)

  let last: number | 'the beginning' = 'the beginning'
  let hangsFrom: Ended['hangsFrom'] = null
  let silent = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const index = begun(line)
    if (index === null) return print(line)
    last = index
    silent = 0
  })
  // Seconds are counted, since a machine that sleeps is none that hangs.
  const timer = setInterval(() => {
    silent++
    if (silent < PATIENCE_SECONDS || hangsFrom !== null) return
    hangsFrom = last
    kill()
  }, 1000)
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearInterval(timer)
  for (const signal of SIGNALS) process.off(signal, leave)
  return { status, hangsFrom }
}
