/** What fuzzes is a process of its own, since nothing inside of it can tell of a loop that never ends. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { begun, untilOver } from '../../fuzz/asked.ts'
import { watched } from '../../fuzz/watchdog.ts'

/** A program that writes all this at once. */
const program = (lines: readonly string[], then: string) =>
  [
    process.execPath,
    '-e',
    `process.stdout.write(${JSON.stringify(`${lines.join('\n')}\n`)}); ${then}`,
  ] as const

const FOR_EVER = 'for (;;);'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('a process that loops for ever', () => {
  it.each([
    ['the input that it told of last', ['begins input 0', 'begins input 40', 'heard'], 40],
    ['the beginning, where it told of none', ['heard'], 'the beginning'],
  ])('is ended, and named by %s', async (_, lines, hangsFrom) => {
    let ended: unknown = null
    const heard = Promise.withResolvers<void>()
    const watching = watched(program(lines, FOR_EVER), {}, () => heard.resolve()).then((one) => {
      ended = one
    })
    await heard.promise
    await vi.advanceTimersByTimeAsync(179_000)
    expect(ended).toBeNull()
    await vi.advanceTimersByTimeAsync(1000)
    await watching
    expect(ended).toEqual({ status: null, hangsFrom })
  })
})

it('a process that ends by itself is heard to its end', async () => {
  const printed: string[] = []
  const command = program(
    ['first', 'begins input 3', `last`],
    'process.exitCode = Number(process.env.PLANTED)',
  )
  const ended = await watched(command, { PLANTED: '7' }, (line) => printed.push(line))
  expect(ended).toEqual({ status: 7, hangsFrom: null })
  expect(printed).toEqual(['first', 'last'])
})

describe('what is told of inputs', () => {
  const ASKED = { surface: 'form', readers: false, inputs: 100, seed: 1 }

  it('is every tenth, from the first one, and is understood', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const begins = untilOver({ ...ASKED, from: 5, minutes: 1 })
    for (let index = 5; index < 26; index++) expect(begins(index)).toBe(true)
    const lines = log.mock.calls.map(([line]) => String(line))
    log.mockRestore()
    expect(lines.map(begun)).toEqual([5, 15, 25])
    expect(begun('input 5: 200')).toBeNull()
  })

  it('nothing begins after the minutes that were asked for', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const begins = untilOver({ ...ASKED, from: 0, minutes: 0 })
    expect(begins(0)).toBe(false)
    log.mockRestore()
  })
})
