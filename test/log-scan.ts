/**
 * What is written while a file of tests runs is looked at afterwards: no token, code, secret or password may be in a
 * line for the operator, whatever failed. Lines that a test silences are looked at all the same.
 */
import { afterAll, afterEach, vi, type Mock } from 'vitest'
import { refuseSecrets } from './secrets.ts'

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

const spies = new Map<Mock, () => unknown>()

function collect(spy: Mock): void {
  for (const call of spy.mock.calls) lines.push(textOf(call))
  spies.get(spy)?.()
}

const spyOn = vi.spyOn.bind(vi) as (object: object, ...rest: readonly unknown[]) => Mock

/** A spy that a test puts over the console has the lines. What clears, resets or restores it leaves them here. */
vi.spyOn = ((object: object, ...rest: readonly unknown[]) => {
  const spy = spyOn(object, ...rest)
  if (object === console && !spies.has(spy)) {
    spies.set(spy, spy.mockClear.bind(spy))
    spy.mockClear = () => {
      collect(spy)
      return spy
    }
  }
  return spy
}) as typeof vi.spyOn

function look(): void {
  for (const spy of spies.keys()) collect(spy)
  refuseSecrets(lines.splice(0), 'the product')
}

afterEach(look)
afterAll(look)
