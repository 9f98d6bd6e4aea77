/**
 * Drives every row at every party, round by round: of one row all parties take their turns one after the other, so that
 * what is compared is close in time.
 */
import { isJudgedBy } from './aims.ts'
import { PRODUCT, type Cell } from './cells.ts'
import { measured } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { ROWS, SIGN_INS, type Made, type Party, type RowName } from './party.ts'
import { drivePlan, type Flow } from './people-load.ts'
import type { BenchRun } from './run.ts'

/** How long a run waits for a quiet machine. */
const PATIENCE_MILLIS = 1000
/** What no aim is judged by has its turn in one round of so many: an odd number, so that it is driven to and fro, too. */
export const OTHERS_EVERY = 9

export const isChosen = (row: RowName, { only }: BenchOptions): boolean =>
  only.length === 0 || only.some((text) => row.includes(text))

/** What a row makes for those after it. */
const MAKES: Readonly<Partial<Record<RowName, keyof Made>>> = {
  'authorize with a session': 'codes',
  'code redemption': 'refreshTokens',
}

/** What must be made for a row, chosen or not. */
const NEEDS: Readonly<Partial<Record<RowName, readonly RowName[]>>> = {
  'code redemption': ['authorize with a session'],
  refresh: ['authorize with a session', 'code redemption'],
}

/** The chosen rows and what they need, in their order. */
export function drivenRows(options: BenchOptions): readonly RowName[] {
  const chosen = ROWS.filter((row) => isChosen(row, options))
  const driven = new Set(chosen.flatMap((row) => [row, ...(NEEDS[row] ?? [])]))
  return ROWS.filter((row) => driven.has(row))
}

const isOfTokens = (row: RowName): boolean => row.startsWith('client_credentials')

/** People's flows are driven at the first number of connections. */
export const concurrencyOf = (row: RowName, { concurrency }: BenchOptions): readonly number[] => {
  if (row === 'sign-in') return [SIGN_INS.connections]
  return isOfTokens(row) ? concurrency : concurrency.slice(0, 1)
}

/** Whose turn it is of one row and concurrency, in which order. The first of all rounds warms up. */
export function turnsOf<Turn extends { readonly cell: Cell }>(
  load: readonly Turn[],
  round: number,
): readonly Turn[] {
  const cells = load.map(({ cell }) => cell)
  const isForAll = round <= 1 || round % OTHERS_EVERY === 1
  const turns = isForAll ? load : load.filter(({ cell }) => isJudgedBy(cell, cells))
  // To and fro, so that nobody always comes after the same one.
  return round % 2 === 0 ? turns : turns.toReversed()
}

export class Driver {
  readonly #run: BenchRun
  readonly #made = new Map<Party, Made>()

  constructor(run: BenchRun) {
    this.#run = run
  }

  /** What a party offers of a row, ready to be sent; a word why not otherwise. */
  async offered(party: Party, row: RowName): Promise<Flow | string | null> {
    const offer = party.offers[row]
    if (typeof offer !== 'function') return offer
    return offer(this.#madeBy(party), async (flow) => {
      const { options } = this.#run
      const [connections = 1] = options.concurrency
      return (await this.#drive(party, flow, connections, options.seconds)).collected
    })
  }

  /** Drives a flow and keeps what it makes for the rows after it. */
  async drive(party: Party, row: RowName, flow: Flow, connections: number, seconds: number) {
    const outcome = await this.#drive(party, flow, connections, seconds)
    const made = MAKES[row]
    if (made !== undefined) this.#madeBy(party)[made] = outcome.collected
    return outcome.figures
  }

  #madeBy(party: Party): Made {
    const known = this.#made.get(party)
    if (known !== undefined) return known
    const made = { codes: [], refreshTokens: [] }
    this.#made.set(party, made)
    return made
  }

  #drive({ origin }: Party, flow: Flow, connections: number, seconds: number) {
    const { temporary, pinning } = this.#run
    const plan = { ...flow, origin, connections, seconds }
    return drivePlan(plan, temporary, pinning?.generator ?? null)
  }
}

/** Measures all cells. A peer that fails loses the row; the product must not fail. */
export async function measuredCells(
  run: BenchRun,
  parties: readonly Party[],
): Promise<readonly Cell[]> {
  const { options } = run
  const driver = new Driver(run)
  const loads = drivenRows(options).flatMap((row) =>
    concurrencyOf(row, options).map((concurrency) =>
      parties
        .filter((party) => party.offers[row] !== null)
        .map((party) => ({
          party,
          cell: { row, concurrency, party: party.name, runs: [], because: null } as Cell,
        })),
    ),
  )
  const turn = async (party: Party, cell: Cell, round: number): Promise<void> => {
    const flow = await driver.offered(party, cell.row)
    if (typeof flow === 'string' || flow === null) {
      cell.because = flow
      return
    }
    const patience = options.quick || round === 0 ? 0 : PATIENCE_MILLIS
    const load = () => driver.drive(party, cell.row, flow, cell.concurrency, options.seconds)
    const before = await party.kvOperations?.()
    const figures = await measured(party.pid, load, patience)
    const after = await party.kvOperations?.()
    const kv = after !== undefined && before !== undefined && { kv: (after - before) / figures.requests } // prettier-ignore
    if (round > 0) cell.runs.push({ ...figures, ...kv, round })
  }
  const tried = async (party: Party, cell: Cell, round: number): Promise<void> => {
    const isWarm = cell.concurrency !== concurrencyOf(cell.row, options)[0]
    if (cell.because !== null || (round === 0 && isWarm)) return
    try {
      await turn(party, cell, round)
    } catch (error) {
      console.error(`${cell.row} at ${party.name}: ${String(error)}\n${party.lastLines.join('\n')}`)
      process.exitCode = 1
      if (party.name === PRODUCT) throw error
      cell.because = 'failed'
    }
  }
  // The first round warms up.
  for (let round = options.quick ? 1 : 0; round <= options.rounds; round++) {
    for (const load of loads)
      for (const { party, cell } of turnsOf(load, round)) await tried(party, cell, round)
    console.error(round === 0 ? 'warm' : `round ${round} of ${options.rounds} done`)
  }
  return loads
    .flat()
    .map(({ cell }) => cell)
    .filter(({ row }) => isChosen(row, options))
}
