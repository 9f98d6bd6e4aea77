/** What one row took at one party, round by round, and beside the product. */
import type { RunFigures } from './measure.ts'
import type { RowName } from './party.ts'

export const PRODUCT = 'product'
export const CEILING = 'ceiling'
/** Told for who wonders, but no aim is held against it: it is not how its makers support it. */
export const ON_OUR_NODE = 'oidc-provider, newer Node'

export interface Run extends RunFigures {
  readonly round: number
  /** Operations of KV a request, where they are counted. */
  readonly kv?: number
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

/** A figure of another party's goes into a party's so many times, in each round that both had their turn in. */
export function timesAnother(
  cell: Cell,
  another: Cell,
  of: keyof RunFigures = 'cpu',
): readonly number[] {
  const divisors = new Map(another.runs.map((run) => [run.round, run[of]]))
  return cell.runs.flatMap((run) => {
    const divisor = divisors.get(run.round)
    return divisor === undefined ? [] : [run[of] / divisor]
  })
}
