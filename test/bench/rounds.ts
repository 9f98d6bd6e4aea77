/**
 * Drives every row at every party, round by round: of one row all parties take their turns one after the other, and those
 * of whom an aim is judged in slices of milliseconds, so that what is compared is close in time.
 */
import { isDrivenInSlices } from './aims.ts'
import { PRODUCT, type Cell } from './cells.ts'
import type { LoadFigures } from './load.ts'
import { measuredTogether } from './measure.ts'
import type { BenchOptions } from './options.ts'
import { ROWS, SIGN_INS, type Made, type Party, type RowName } from './party.ts'
import { drivePlan, drivePlans, type Flow } from './people-load.ts'
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

/**
 * Whose turn it is of one row and concurrency, in which order: first those that are driven at once, in slices, then each
 * of the others. The first of all rounds warms up, and in the second even the slowest is by itself.
 */
export function turnsOf<Turn extends { readonly cell: Cell }>(
  load: readonly Turn[],
  round: number,
): readonly (readonly Turn[])[] {
  const cells = load.map(({ cell }) => cell)
  // To and fro, so that nobody always comes after the same one.
  const turns = round % 2 === 0 ? load : load.toReversed()
  if (round <= 1) return turns.map((turn) => [turn])
  const sliced = turns.filter(({ cell }) => isDrivenInSlices(cell, cells))
  const others = round % OTHERS_EVERY === 1 ? turns.filter((turn) => !sliced.includes(turn)) : []
  return [sliced, ...others.map((turn) => [turn])].filter(({ length }) => length > 0)
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

  /** Drives what makes nothing at several parties, in slices. */
  async driveTogether(
    flows: readonly { readonly party: Party; readonly flow: Flow }[],
    connections: number,
    seconds: number,
  ): Promise<readonly LoadFigures[]> {
    const { temporary, pinning } = this.#run
    const plans = flows.map(({ party, flow }) => ({ ...flow, origin: party.origin, connections, seconds })) // prettier-ignore
    const outcomes = await drivePlans(plans, temporary, pinning?.generator ?? null)
    return outcomes.map(({ figures }) => figures)
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

interface Turn {
  readonly party: Party
  readonly cell: Cell
}

/** Drives those whose turn it is, all at once where they are several, and notes what it took. */
async function takeTurns(
  { options }: BenchRun,
  driver: Driver,
  turns: readonly Turn[],
  round: number,
): Promise<void> {
  const ready: (Turn & { readonly flow: Flow })[] = []
  for (const { party, cell } of turns) {
    const flow = await driver.offered(party, cell.row)
    if (typeof flow === 'string' || flow === null) cell.because = flow
    else ready.push({ party, cell, flow })
  }
  const [first, ...others] = ready
  if (first === undefined) return
  const { row, concurrency } = first.cell
  const load = async () =>
    others.length > 0
      ? driver.driveTogether(ready, concurrency, options.seconds)
      : [await driver.drive(first.party, row, first.flow, concurrency, options.seconds)]
  const kvOperations = () => Promise.all(ready.map(async ({ party }) => party.kvOperations?.()))
  const before = await kvOperations()
  const pids = ready.map(({ party }) => party.pid)
  const patience = options.quick || round === 0 ? 0 : PATIENCE_MILLIS
  const figures = await measuredTogether(pids, load, patience)
  const after = await kvOperations()
  if (round === 0) return
  for (const [index, { cell }] of ready.entries()) {
    const { [index]: own } = figures
    const [had, has] = [before[index], after[index]]
    const kv = had !== undefined && has !== undefined && { kv: (has - had) / own!.requests }
    cell.runs.push({ ...own!, ...kv, round })
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
        .map((party): Turn => ({
          party,
          cell: { row, concurrency, party: party.name, runs: [], because: null },
        })),
    ),
  )
  const tried = async (turns: readonly Turn[], round: number): Promise<void> => {
    const taken = turns.filter(({ cell: { because, concurrency, row } }) => {
      const isWarm = concurrency !== concurrencyOf(row, options)[0]
      return because === null && !(round === 0 && isWarm)
    })
    try {
      await takeTurns(run, driver, taken, round)
    } catch (error) {
      const [{ party, cell } = taken[0]!, ...others] = taken
      // By themselves, it is seen whose fault it was.
      if (others.length > 0) {
        for (const turn of taken) await tried([turn], round)
        return
      }
      console.error(`${cell.row} at ${party.name}: ${String(error)}\n${party.lastLines.join('\n')}`)
      process.exitCode = 1
      if (party.name === PRODUCT) throw error
      cell.because = 'failed'
    }
  }
  // The first round warms up.
  for (let round = options.quick ? 1 : 0; round <= options.rounds; round++) {
    for (const load of loads) for (const turns of turnsOf(load, round)) await tried(turns, round)
    console.error(round === 0 ? 'warm' : `round ${round} of ${options.rounds} done`)
  }
  return loads
    .flat()
    .map(({ cell }) => cell)
    .filter(({ row }) => isChosen(row, options))
}
