/**
 * What the benchmark concludes from its figures: an aim that is called met on the wrong side of a ratio would be
 * believed.
 */
import { describe, expect, it } from 'vitest'
import { judgedAims } from '../bench/aims.ts'
import { ON_OUR_NODE, type Cell, type Run } from '../bench/cells.ts'
import { areasOf } from '../bench/microseconds.ts'
import { cellTable, resultsText } from '../bench/results.ts'
import { readOptions } from '../bench/options.ts'
import { ROWS } from '../bench/party.ts'
import { drivenRows, turnsOf } from '../bench/rounds.ts'

const run = (cpu: number, index: number): Run => ({
  round: index + 1,
  requests: 1000,
  perSecond: 500,
  p50: 1,
  p90: 2,
  p99: 3,
  cpu,
  others: 0,
})

const cell = (party: string, cpus: readonly number[], over: Partial<Cell> = {}): Cell => ({
  row: 'client_credentials ES256',
  concurrency: 16,
  party,
  runs: cpus.map(run),
  because: null,
  ...over,
})

describe('judgedAims', () => {
  it('takes the ceiling’s CPU time over the product’s as the share that is reached', () => {
    const [aim] = judgedAims([cell('product', [100, 200]), cell('ceiling', [90, 160])])
    expect(aim).toMatchObject({ other: 'ceiling', concurrency: 16, rounds: 2, least: 0.85 })
    expect(aim?.reached).toBeCloseTo(0.85)
  })

  it('holds the product against the peer that takes the least CPU', () => {
    const cells = [
      cell('slow', [900]),
      cell('product', [100]),
      cell('fast', [129]),
      cell('b', [500]),
    ]
    expect(judgedAims(cells)).toMatchObject([{ against: 'best peer', other: 'fast' }])
  })

  it('never against one that failed on the way', () => {
    const failed = cell('gone', [110], { because: 'failed' })
    expect(judgedAims([cell('product', [100]), failed])).toEqual([])
    expect(judgedAims([cell('product', [100]), failed, cell('alive', [140])])).toMatchObject([{ other: 'alive' }]) // prettier-ignore
  })

  it('divides within a round, so that a disturbed round weighs on both', () => {
    const cells = [cell('product', [100, 1000, 100]), cell('peer', [150, 1500, 150])]
    expect(judgedAims(cells)[0]).toMatchObject({ reached: 1.5, interval: [1.5, 1.5] })
  })

  it('tells the ratio of all rounds together, where none counts more than its requests', () => {
    const product = cell('product', [100, 100, 400])
    const peer = cell('peer', [150, 150, 150])
    peer.runs[2] = { ...peer.runs[2]!, requests: 4000 }
    const alone = cell('peer', [150, 150, 150, 9000])
    expect(judgedAims([product, peer])[0]).toMatchObject({ reached: 1.5, together: 0.75 })
    expect(judgedAims([product, alone])[0]?.together).toBe(0.75)
  })

  it('tells the same ratio of the times of answers', () => {
    const peer = cell('peer', [150, 150, 150])
    const slower = { ...peer, runs: peer.runs.map((one) => ({ ...one, p50: 3, p90: 5 })) }
    expect(judgedAims([cell('product', [100, 100, 100]), slower])[0]).toMatchObject({ reached: 1.5, p50: 3, p90: 2.5 }) // prettier-ignore
  })

  it('pairs the rounds that both had their turn in', () => {
    const peer = cell('peer', [])
    peer.runs.push(run(150, 1), run(3000, 2))
    const cells = [cell('product', [1, 100, 2000, 3]), peer]
    expect(judgedAims(cells)[0]).toMatchObject({ reached: 1.5, rounds: 2 })
  })

  it('says nothing of what was not measured', () => {
    expect(judgedAims([cell('product', [100]), cell('ceiling', []), cell('peer', [])])).toEqual([])
    expect(judgedAims([])).toEqual([])
  })

  it('judges each number of connections by itself', () => {
    const cells = [16, 64].flatMap((concurrency) => [
      cell('product', [100], { concurrency }),
      cell('ceiling', [concurrency === 16 ? 95 : 50], { concurrency }),
    ])
    expect(judgedAims(cells).map(({ reached }) => reached)).toEqual([0.95, 0.5])
  })
})

describe('the table of aims', () => {
  const told = (ceiling: readonly number[]): string => {
    const product = cell(
      'product',
      ceiling.map(() => 100),
    )
    const cells = [product, cell('ceiling', ceiling)]
    const nothing = { circumstances: [], parties: [], tokenCounts: [], flowCounts: [], inside: [] }
    const text = resultsText({ ...nothing, date: '', cells })
    return text.split('\n').find((line) => line.includes('of the ceiling')) ?? ''
  }
  const often = (value: number): readonly number[] => Array.from({ length: 60 }, () => value)

  it('calls an aim met from its least value on', () => {
    expect(told(often(85))).toMatch(/ 0\.85 \| +met \| /)
    expect(told(often(84.9))).toMatch(/\*\*not met\*\* \| /)
  })

  it('says when the rounds leave it open', () => {
    const noisy = Array.from({ length: 60 }, (_, index) => 60 + index)
    expect(told(noisy)).toMatch(/0\.81–0\.98 \|.* met, within the noise \| /)
    expect(told(noisy.map((value) => value - 10))).toMatch(/\*\*not met\*\*, within the noise \| /)
    expect(told(noisy.map((value) => value + 10))).toMatch(/\| +met \| /)
  })
})

describe('an aim that is held against a peer', () => {
  const told = (product: number, ceiling: number): string => {
    const cells = [cell('product', [product]), cell('ceiling', [ceiling]), cell('peer', [130])]
    const nothing = { circumstances: [], parties: [], tokenCounts: [], flowCounts: [], inside: [] }
    const text = resultsText({ ...nothing, date: '', cells })
    return text.split('\n').find((line) => line.includes('times peer')) ?? ''
  }

  it('is called missed by the ceiling, too, only where it is', () => {
    expect(told(104, 100.1)).toMatch(/ 1\.25 \|.* \*\*not met\*\*, nor by the ceiling \| +1\.30 /)
    expect(told(104, 100)).toMatch(/\*\*not met\*\* \| +1\.30 /)
    expect(told(100, 110)).toMatch(/ met \| +1\.18 /)
  })
})

describe('turnsOf', () => {
  const load = (row: Cell['row'] = 'client_credentials ES256') =>
    Object.entries({ product: 100, ceiling: 90, dear: 300, best: 140, near: 200 }).map(
      ([party, cpu]) => ({ cell: cell(party, [cpu, cpu, cpu], { row }) }),
    )
  const together = (round: number, of = load()): readonly (readonly string[])[] =>
    turnsOf(of, round).map((turns) => turns.map(({ cell: { party } }) => party))
  const turns = (round: number, of = load()): readonly string[] => together(round, of).flat()
  const rounds = Array.from({ length: 61 }, (_, round) => round)

  it('are everybody’s in the first rounds, each alone, and again after a while', () => {
    for (const round of [0, 1]) expect(together(round).map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]) // prettier-ignore
    for (const round of [10, 19]) expect(together(round).map(({ length }) => length)).toEqual([4, 1]) // prettier-ignore
  })

  it('are in between those of whom an aim is judged by, and of peers that may be, at once', () => {
    expect(together(2)).toEqual([['product', 'ceiling', 'best', 'near']])
    expect(together(3)).toEqual([['near', 'best', 'ceiling', 'product']])
  })

  it('are those of every peer until a few rounds tell which may be the best', () => {
    const parties = load()
    for (const { cell: one } of parties) one.runs.pop()
    expect(together(2, parties)).toEqual([['product', 'ceiling', 'dear', 'best', 'near']])
  })

  it('are those of a peer that is told beside, too, though it is judged by nothing', () => {
    const beside = { cell: cell(ON_OUR_NODE, [110]) }
    const parties = [...load(), beside]
    expect(turns(2, parties)).toEqual(['product', 'ceiling', 'best', 'near', ON_OUR_NODE])
    const aims = judgedAims(parties.map((turn) => turn.cell))
    expect(aims.map(({ other }) => other)).toEqual(['ceiling', 'best'])
  })

  it('are nobody’s in between where there is no aim', () => {
    expect(turns(2, load('userinfo'))).toEqual([])
    expect(together(10, load('userinfo')).map(({ length }) => length)).toEqual([1, 1, 1, 1, 1])
  })

  it('leave peers out where no aim is held against them', () => {
    expect(turns(2, load('client_credentials EdDSA'))).toEqual(['product', 'ceiling', 'best', 'near']) // prettier-ignore
    expect(turns(2, load('client_credentials RS256'))).toEqual(['product', 'ceiling'])
  })

  it('go to a rival when the best has failed', () => {
    const parties = load()
    parties[3]!.cell.because = 'failed'
    expect(turns(2, parties)).toEqual(['product', 'ceiling', 'dear', 'near'])
  })

  it('go to and fro for everybody, however rare they are', () => {
    const firsts = rounds.map((round) => turns(round, load('userinfo'))[0])
    expect(new Set(firsts.filter(Boolean))).toEqual(new Set(['product', 'near']))
  })
})

describe('cellTable', () => {
  it('gives a word instead of figures where there are none', () => {
    const cells = [cell('product', [100]), cell('peer', [], { because: 'has no passwords' })]
    const lines = cellTable(cells, () => true).split('\n')
    expect(lines[2]).toMatch(/client_credentials ES256: product +\| +16 \| +1 \| +500 \(500–500\)/)
    expect(lines[3]).toContain('has no passwords')
    expect(lines[3]).not.toContain('NaN')
  })
})

describe('areasOf', () => {
  it('sums files up by room and package, a token', () => {
    const share = (name: string, self: number) => ({ name, self, total: 0 })
    const files = [
      share('src/mint/token.ts', 30),
      share('src/mint/claims.ts', 10),
      share('src/app.ts', 5),
      share('jose/dist/webapi/sign.js', 100),
      share('@phi-ag/argon2/a.js', 20),
      share('native: (garbage collector)', 50),
      share('native: sign', 40),
    ]
    expect(areasOf({ files }, 10)).toEqual([
      { name: 'jose', micros: 10 },
      { name: 'garbage collection', micros: 5 },
      { name: 'src/mint', micros: 4 },
      { name: 'built in: sign', micros: 4 },
      { name: '@phi-ag/argon2', micros: 2 },
      { name: 'src', micros: 0.5 },
    ])
  })
})

describe('readOptions', () => {
  it('takes one kind of run', () => {
    expect(readOptions([])?.kind).toBe('whole')
    expect(readOptions(['--claims'])?.kind).toBe('claims')
    expect(() => readOptions(['--claims', '--verify'])).toThrow('--claims and --verify')
  })

  it('refuses what is no number of rounds', () => {
    expect(() => readOptions(['--rounds', '0'])).toThrow(RangeError)
    expect(() => readOptions(['--concurrency', '16,x'])).toThrow(RangeError)
  })
})

describe('drivenRows', () => {
  const of = (...args: readonly string[]) => drivenRows(readOptions(args)!)

  it('is every row without a choice', () => {
    expect(of()).toEqual(ROWS)
  })

  it('adds what a chosen row needs, and nothing else', () => {
    expect(of('--only', 'ES256')).toEqual(['client_credentials ES256'])
    expect(of('--only', 'redemption')).toEqual(['authorize with a session', 'code redemption'])
    expect(of('--only', 'userinfo,JWKS')).toEqual(['JWKS', 'userinfo'])
  })
})
