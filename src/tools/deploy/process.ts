/**
 * Starts wrangler as a child process, without a shell. The child gets neither this deployment's secrets nor
 * settings that would make it print more, or deploy something else, than it was asked to.
 */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { isatty } from 'node:tty'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunInput {
  /** Sent to the child's standard input. */
  readonly stdin?: string
  /** Let the child talk to the operator where there is a terminal, for questions only they can answer. */
  readonly terminal?: boolean
}

export type Run = (command: string, args: readonly string[], input?: RunInput) => Promise<Outcome>

function childEnvironment(environment: NodeJS.ProcessEnv, withheld: readonly string[]) {
  const child: NodeJS.ProcessEnv = {
    ...environment,
    WRANGLER_LOG_SANITIZE: 'true',
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_HIDE_BANNER: 'true',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
  }
  for (const name of ['CLOUDFLARE_ENV', 'WRANGLER_LOG', ...withheld])
    Reflect.deleteProperty(child, name)
  return child
}

const scriptOf = (command: string): string => {
  if (command !== 'wrangler') throw new Error(`Unknown command ${command}`)
  const manifest = createRequire(import.meta.url).resolve('wrangler/package.json')
  return join(dirname(manifest), 'bin', 'wrangler.js')
}

/** Someone sits there who can answer a question. */
export const hasTerminal = (): boolean => isatty(0) && isatty(1)

/** `withheld` names the variables that the child must not see. */
export function makeRun(
  root: string,
  environment: NodeJS.ProcessEnv,
  withheld: readonly string[],
): Run {
  return (command, args, input = {}) =>
    new Promise((resolve, reject) => {
      const attached = input.terminal === true && hasTerminal()
      const child = spawn(process.execPath, [scriptOf(command), ...args], {
        cwd: root,
        env: childEnvironment(environment, withheld),
        stdio: attached ? 'inherit' : 'pipe',
      })
      const output = { stdout: '', stderr: '' }
      for (const name of ['stdout', 'stderr'] as const)
        child[name]?.setEncoding('utf8').on('data', (chunk: string) => (output[name] += chunk))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code: code ?? 1, ...output }))
      // A child that ends before it has read everything says why in its exit code, not through the pipe.
      child.stdin?.on('error', () => undefined)
      child.stdin?.end(input.stdin ?? '')
    })
}
