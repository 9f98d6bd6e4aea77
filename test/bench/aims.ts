/** What the product should reach, and what that is judged by. */
import { CEILING, ON_OUR_NODE, PRODUCT, timesAnother, type Cell } from './cells.ts'
import type { RowName } from './party.ts'
import { median, medianInterval, sum } from './statistics.ts'

interface Aim {
  readonly row: RowName
  /** The ceiling's time over the product's is the share of the ceiling that is reached. */
  readonly against: 'ceiling' | 'best peer'
  readonly least: number
}

const AIMS: readonly Aim[] = [
  { row: 'client_credentials RS256', against: 'ceiling', least: 0.9 },
  { row: 'client_credentials ES256', against: 'ceiling', least: 0.85 },
  { row: 'client_credentials ES256', against: 'best peer', least: 1.3 },
  { row: 'client_credentials EdDSA', against: 'best peer', least: 1.3 },
]

export interface Judged extends Aim {
  readonly concurrency: number
  /** The name of the best peer, or of the ceiling. */
  readonly other: string
  /** How many both had their turn in. */
  readonly rounds: number
  /** The median of the rounds, and where it lies for certain enough. */
  readonly reached: number
  readonly interval: readonly [low: number, high: number]
  /** What the ceiling reaches of an aim that is held against a peer. */
  readonly ceiling: number | null
  /** The CPU time of all those rounds over the product's, garbage collection included that most rounds are spared. */
  readonly together: number
  /** The same of the time that half and nine tenths of the answers took at most. */
  readonly p50: number
  readonly p90: number
}

/** A peer that takes more CPU than the best so far, so many times, will not be the best. */
const CONTENDS = 1.5
/** Before, nothing is said of who will. */
const ROUNDS_LEAST = 3

const NO_PEERS: readonly string[] = [PRODUCT, CEILING, ON_OUR_NODE]

/** The peers of one row and concurrency, the one that takes the least CPU first, each with how much. */
function peersOf(cells: readonly Cell[]): readonly { cell: Cell; times: number }[] {
  const product = cells.find(({ party }) => party === PRODUCT)
  if (product === undefined) return []
  return cells
    .filter(
      ({ party, runs, because }) =>
        !NO_PEERS.includes(party) && runs.length > 0 && because === null,
    )
    .map((cell) => ({ cell, times: median(timesAnother(cell, product)) }))
    .toSorted((a, b) => a.times - b.times)
}

/** Whether an aim is judged by a cell, or may be, or a reader will want to know it as exactly. */
export function isDrivenInSlices(cell: Cell, ofSameLoad: readonly Cell[]): boolean {
  const aims = AIMS.filter(({ row }) => row === cell.row)
  if (cell.party === PRODUCT || cell.party === CEILING) return aims.length > 0
  if (!aims.some(({ against }) => against === 'best peer')) return false
  if (cell.because !== null) return false
  if (cell.party === ON_OUR_NODE || cell.runs.length < ROUNDS_LEAST) return true
  const peers = peersOf(ofSameLoad)
  const times = peers.find((peer) => peer.cell === cell)?.times ?? Infinity
  return times <= (peers[0]?.times ?? Infinity) * CONTENDS
}

/** CPU time a request, of all rounds that another had its turn in, too. */
function cpuOfAll({ runs }: Cell, other: Cell): number {
  const rounds = new Set(other.runs.map(({ round }) => round))
  const paired = runs.filter(({ round }) => rounds.has(round))
  const requests = sum(paired.map((run) => run.requests))
  return sum(paired.map((run) => run.cpu * run.requests)) / requests
}

/** The aims as far as there are figures for them. */
export function judgedAims(all: readonly Cell[]): readonly Judged[] {
  return AIMS.flatMap((aim) => {
    const cells = all.filter(({ row }) => row === aim.row)
    const concurrencies = [...new Set(cells.map(({ concurrency }) => concurrency))]
    return concurrencies.flatMap((concurrency) => {
      const here = cells.filter((cell) => cell.concurrency === concurrency)
      const product = here.find(({ party }) => party === PRODUCT)
      const ceiling = here.find(({ party, runs }) => party === CEILING && runs.length > 0)
      const other = aim.against === 'ceiling' ? ceiling : peersOf(here)[0]?.cell
      if (product === undefined || other === undefined) return []
      const times = timesAnother(other, product)
      const medianOf = (of: 'p50' | 'p90'): number => median(timesAnother(other, product, of))
      return [
        {
          ...aim,
          concurrency,
          other: other.party,
          rounds: times.length,
          reached: median(times),
          interval: medianInterval(times),
          ceiling:
            ceiling === undefined || ceiling === other
              ? null
              : median(timesAnother(other, ceiling)),
          together: cpuOfAll(other, product) / cpuOfAll(product, other),
          p50: medianOf('p50'),
          p90: medianOf('p90'),
        },
      ]
    })
  })
}
