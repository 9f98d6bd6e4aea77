/**
 * What the Worker writes while a file of tests runs is looked at afterwards: no token, code, secret or password may be
 * in a line for the operator, whatever failed. Lines that a test silences are looked at all the same.
 */
import { afterAll, afterEach, vi } from 'vitest'
import { refuseSecrets } from '../secrets.ts'

const LEVELS = ['error', 'warn', 'log', 'info', 'debug'] as const

const lines: string[] = []
const textOf = (written: readonly unknown[]): string =>
  written
    .map((one) => (one instanceof Error ? `${one.message} ${one.stack}` : String(one)))
    .join(' ')

for (const level of LEVELS) {
  const write = console[level].bind(console)
  console[level] = (...written: unknown[]) => {
    lines.push(textOf(written))
    write(...written)
  }
}

/** A spy that a test put over the console has the lines, unless the test restored it itself. */
function collectSilenced(): void {
  for (const level of LEVELS) {
    // The runtime wraps what is read of its console, and then a spy is none.
    const spy: unknown = Object.getOwnPropertyDescriptor(console, level)?.value
    if (!vi.isMockFunction(spy)) continue
    for (const call of spy.mock.calls) lines.push(textOf(call))
    spy.mockClear()
  }
}

function look(): void {
  collectSilenced()
  refuseSecrets(lines.splice(0), 'the Worker')
}

afterEach(look)
afterAll(look)
