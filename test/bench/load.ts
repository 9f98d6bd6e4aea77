/**
 * Drives one endpoint with one prepared token request over a number of kept-alive connections, from a
 * process of its own: wrk where it is installed, else the generator beside this file.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onPath } from './processes.ts'

/** A token request in the form that every generator can send. */
export interface TokenRequest {
  readonly url: string
  readonly authorization: string
  readonly form: string
}

/** One generator's figures; times in microseconds. */
export interface LoadFigures {
  readonly requests: number
  readonly micros: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  /** Answers with a status of 400 or more. */
  readonly refused: number
  /** Connections that failed or timed out. */
  readonly broken: number
}

export type Generator = 'wrk' | 'node'

export const chooseGenerator = (): Generator => (onPath('wrk') ? 'wrk' : 'node')

const run = promisify(execFile)

function commandLine(
  generator: Generator,
  { url, authorization, form }: TokenRequest,
  connections: number,
  seconds: number,
): readonly string[] {
  if (generator === 'node') {
    const script = join(import.meta.dirname, 'generator.ts')
    return [process.execPath, script, url, authorization, form, `${connections}`, `${seconds}`]
  }
  const script = join(import.meta.dirname, 'token.lua')
  const load = ['--threads', '1', '--connections', `${connections}`, '--duration', `${seconds}s`]
  return ['wrk', ...load, '--script', script, url, '--', authorization, form]
}

/** Throws when any answer was not a token: figures of refusals are worth nothing. */
export async function drive(
  generator: Generator,
  request: TokenRequest,
  connections: number,
  seconds: number,
  core: number | null,
): Promise<LoadFigures> {
  const pinned = core === null ? [] : ['taskset', '-c', String(core)]
  const [command = '', ...args] = [
    ...pinned,
    ...commandLine(generator, request, connections, seconds),
  ]
  const { stdout } = await run(command, args, { timeout: (seconds + 20) * 1000 })
  const line = stdout.split('\n').find((text) => text.startsWith('{'))
  if (line === undefined) throw new Error(`${generator} reported nothing:\n${stdout}`)
  const figures: LoadFigures = JSON.parse(line)
  if (figures.refused > 0 || figures.broken > 0 || figures.requests === 0)
    throw new Error(`not every request got a token at ${request.url}: ${line}`)
  return figures
}
