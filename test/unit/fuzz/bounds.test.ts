/** An input that hangs is a failure of its own, with its index, and ends the run: the inputs here are made to. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { BOUNDS, cpuTime } from '../../fuzz/bounds.ts'
import { check } from '../../fuzz/expressions/check.ts'
import { fuzz } from '../../fuzz/expressions/run.ts'
import { aSituation } from '../../fuzz/expressions/situations.ts'
import { Random } from '../../fuzz/random.ts'
import { fuzzReaders } from '../../fuzz/readers/run.ts'
import { WORLD } from '../../fuzz/readers/world.ts'
import type { Answer } from '../../fuzz/requests/answers.ts'
import { newReport } from '../../fuzz/requests/report.ts'
import { fuzzSurface, type Ask } from '../../fuzz/requests/run.ts'
import type { Surface } from '../../fuzz/requests/surface.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

const SEED = 7
const FIRST = 40
const INPUTS = { seed: SEED, from: FIRST, count: 10 }

/** The third of them is the one that hangs. */
const THIRD = 3
const HANGS = FIRST + THIRD - 1

const never = (): Promise<never> => new Promise(() => undefined)

/** The input is the path. */
const surface: Surface = {
  name: 'planted',
  make: (random) => ({
    kind: 'planted',
    input: { method: 'GET', target: `/${random.below(1e9)}`, headers: [], body: null },
  }),
}
const { input: hanging } = await surface.make(new Random(`${SEED}:${HANGS}`), WORLD)

const failure = (problem: string) => ({
  index: HANGS,
  problem,
  request: expect.stringContaining(hanging.target),
})

/** What a run comes to in which something waits for ever. */
async function afterTheBound<Result>(run: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let isOver = false
  const running = run().finally(() => {
    isOver = true
  })
  await vi.advanceTimersByTimeAsync(BOUNDS.requests.answer - 1)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  return running
}

describe('an expression', () => {
  it.each(['reading', 'evaluating'] as const)('that takes long at %s is named', (what) => {
    let cases = 0
    const { failures } = fuzz(SEED, FIRST, 10, {
      checkCase: (_source, _situation, spend) => {
        spend(what, ++cases === THIRD ? 5001 : 5000)
        return { outcome: 'value', problems: [] }
      },
    })
    expect(failures).toEqual([
      { index: HANGS, source: expect.any(String), problem: `${what} took 5001 ms, more than 5000` },
    ])
    expect(cases).toBe(THIRD)
  })

  it('costs the CPU time that it takes', () => {
    const situation = aSituation(new Random('dear'))
    const surroundings = { ...situation.surroundings }
    const least = 20
    Object.defineProperty(surroundings, 'nowMillis', {
      get() {
        for (const began = cpuTime(); cpuTime() - began < least;);
        return 0
      },
    })
    const spent = { reading: 0, evaluating: 0 }
    check('Time.now()', { ...situation, surroundings }, (what, milliseconds) => {
      spent[what] = milliseconds
    })
    expect(spent.evaluating).toBeGreaterThanOrEqual(least)
  })
})

describe('a request that readers take apart', () => {
  it('and take long over is named', async () => {
    let [read, spent] = [0, 0]
    vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: spent, system: 0 }))
    const { failures } = await fuzzReaders(surface, {
      ...INPUTS,
      readers: async () => {
        spent += (++read === THIRD ? 5001 : 5000) * 1000
        return 'taken'
      },
    })
    expect(failures).toEqual([failure('reading took 5001 ms, more than 5000')])
    expect(read).toBe(THIRD)
  })

  it('and never have done with is named', async () => {
    let read = 0
    const { failures } = await afterTheBound(() =>
      fuzzReaders(surface, {
        ...INPUTS,
        readers: async () => (++read === THIRD ? never() : 'taken'),
      }),
    )
    expect(failures).toEqual([failure('it hangs: no answer in 30000 ms')])
    expect(read).toBe(THIRD)
  })
})

describe('a request to the Worker', () => {
  const headers = new Headers({ 'x-content-type-options': 'nosniff' })
  const answer: Answer = {
    status: 200,
    headers,
    text: '',
    json: undefined,
    operations: [],
    lines: [],
  }

  it('that is answered late is named', async () => {
    const [report, asked] = [newReport(), [] as Request[]]
    const ask: Ask = async (request) => ({
      answer,
      milliseconds: asked.push(request) === THIRD ? 30_001 : 30_000,
    })
    expect(await fuzzSurface(surface, INPUTS, WORLD, ask, report)).toBe(false)
    expect(report.failures).toEqual([failure('the answer took 30001 ms, more than 30000')])
    expect(asked.length).toBe(THIRD)
  })

  it('that is never answered is named', async () => {
    const [report, asked] = [newReport(), [] as Request[]]
    const ask: Ask = async (request) =>
      asked.push(request) === THIRD ? never() : { answer, milliseconds: 1 }
    expect(await afterTheBound(() => fuzzSurface(surface, INPUTS, WORLD, ask, report))).toBe(false)
    expect(report.failures).toEqual([failure('it hangs: no answer in 30000 ms')])
    expect(asked.length).toBe(THIRD)
  })

  it('on which the Worker throws is named, and others are asked', async () => {
    const [report, asked] = [newReport(), [] as Request[]]
    const ask: Ask = async (request) => {
      if (asked.push(request) === THIRD) throw new Error('planted')
      return { answer, milliseconds: 1 }
    }
    expect(await fuzzSurface(surface, INPUTS, WORLD, ask, report)).toBe(true)
    expect(report.failures).toEqual([failure(expect.stringContaining('it throws: Error: planted'))])
    expect(asked.length).toBe(INPUTS.count)
  })
})
