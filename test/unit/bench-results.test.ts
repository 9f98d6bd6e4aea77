/**
 * What the benchmark concludes from its figures: an aim that is called met on the wrong side of a ratio would be
 * believed.
 */
import { describe, expect, it } from 'vitest'
import type { Cell, Run } from '../bench/cells.ts'
import { areasOf } from '../bench/microseconds.ts'
import { cellTable, judgedAims } from '../bench/results.ts'
import { readOptions } from '../bench/options.ts'
import { ROWS } from '../bench/party.ts'
import { drivenRows, isTurn } from '../bench/rounds.ts'

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
    expect(aim).toMatchObject({ other: 'ceiling', concurrency: 16, met: true })
    expect(aim?.reached.median).toBeCloseTo(0.85)
  })

  it('is not met a little below', () => {
    const [aim] = judgedAims([cell('product', [100]), cell('ceiling', [84.9])])
    expect(aim?.met).toBe(false)
  })

  it('holds the product against the peer that takes the least CPU', () => {
    const cells = [
      cell('slow', [900]),
      cell('product', [100]),
      cell('fast', [129]),
      cell('b', [500]),
    ]
    expect(judgedAims(cells)).toMatchObject([{ against: 'best peer', other: 'fast', met: false }])
  })

  it('divides within a round, so that a disturbed round weighs on both', () => {
    const cells = [cell('product', [100, 1000, 100]), cell('peer', [150, 1500, 150])]
    expect(judgedAims(cells)[0]?.reached).toEqual({ median: 1.5, min: 1.5, max: 1.5 })
  })

  it('pairs the rounds that both had their turn in', () => {
    const peer = cell('peer', [])
    peer.runs.push(run(150, 1), run(3000, 2))
    const cells = [cell('product', [1, 100, 2000, 3]), peer]
    expect(judgedAims(cells)[0]?.reached).toEqual({ median: 1.5, min: 1.5, max: 1.5 })
  })

  it('says nothing of what was not measured', () => {
    const failed = cell('peer', [], { because: 'failed' })
    expect(judgedAims([cell('product', [100]), failed])).toEqual([])
    expect(judgedAims([])).toEqual([])
  })

  it('judges each number of connections by itself', () => {
    const cells = [16, 64].flatMap((concurrency) => [
      cell('product', [100], { concurrency }),
      cell('ceiling', [concurrency === 16 ? 95 : 50], { concurrency }),
    ])
    expect(judgedAims(cells).map(({ met }) => met)).toEqual([true, false])
  })
})

describe('isTurn', () => {
  const cells = ['product', 'ceiling', 'dear', 'best'].map((party, index) =>
    cell(party, [[100], [90], [300], [140]][index]!),
  )
  const turns = (round: number, of = cells): readonly string[] =>
    of.filter((one) => isTurn(one, of, round)).map(({ party }) => party)

  it('is everybody’s in the first rounds, and again after a while', () => {
    for (const round of [0, 1, 11, 21]) expect(turns(round)).toHaveLength(4)
  })

  it('is in between that of those whom an aim is judged by', () => {
    for (const round of [2, 10, 12]) expect(turns(round)).toEqual(['product', 'ceiling', 'best'])
  })

  it('is nobody’s in between where there is no aim', () => {
    const others = cells.map((one): Cell => ({ ...one, row: 'userinfo' }))
    expect(turns(2, others)).toEqual([])
    expect(turns(11, others)).toHaveLength(4)
  })
})

describe('cellTable', () => {
  it('gives a word instead of figures where there are none', () => {
    const cells = [cell('product', [100]), cell('peer', [], { because: 'has no passwords' })]
    const lines = cellTable(cells, () => true).split('\n')
    expect(lines[2]).toMatch(/client_credentials ES256: product +\| +16 \| +500 \(500–500\)/)
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
