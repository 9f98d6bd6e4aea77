/** What one row took at one party, round by round, and beside the product. */
import type { RunFigures } from './measure.ts'
import type { RowName } from './party.ts'
import { ratios, type Summary } from './statistics.ts'

export const PRODUCT = 'product'
export const CEILING = 'ceiling'

export interface Run extends RunFigures {
  readonly round: number
}

export interface Cell {
  readonly row: RowName
  readonly concurrency: number
  readonly party: string
  readonly runs: Run[]
  /** Why there are no runs. */
  because: string | null
}

export const column = ({ runs }: Pick<Cell, 'runs'>, of: keyof RunFigures): number[] =>
  runs.map((run) => run[of])

/** How many times the product's CPU time a request takes there, in the rounds that both had their turn in. */
export function timesTheProduct(cell: Cell, product: Cell): Summary {
  const products = new Map(product.runs.map((run) => [run.round, run.cpu]))
  const shared = cell.runs.flatMap(({ round, cpu }) => {
    const own = products.get(round)
    return own === undefined ? [] : [[cpu, own] as const]
  })
  return ratios(
    shared.map(([cpu]) => cpu),
    shared.map(([, own]) => own),
  )
}

/** Of the cells of one row and concurrency, the peer that takes the least CPU; undefined: there is none yet. */
export function bestPeer(cells: readonly Cell[]): Cell | undefined {
  const product = cells.find(({ party }) => party === PRODUCT)
  if (product === undefined) return undefined
  const dearness = (cell: Cell): number => timesTheProduct(cell, product).median
  return cells
    .filter(({ party, runs }) => party !== PRODUCT && party !== CEILING && runs.length > 0)
    .toSorted((a, b) => dearness(a) - dearness(b))[0]
}
