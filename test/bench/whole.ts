/**
 * The usual run: tokens for machines and flows with people at the product, at a minimal Worker and at other servers, in
 * interleaved rounds; what the product asks of storage; and where its time goes. All is bundled as for production, each
 * party is a process of its own, and Linux gives the CPU figures.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { recordAllocations } from './allocation.ts'
import { machineOf, today } from './circumstances.ts'
import { countOperations } from './counting.ts'
import {
  INSPECTED_CONNECTIONS,
  lookInside,
  profiled,
  profiledSeconds,
  withSides,
} from './inside.ts'
import { startParties, stopParties } from './parties.ts'
import { describePeersNode } from './peer.ts'
import { countPeopleOperations } from './people-counting.ts'
import type { Flow } from './people-load.ts'
import { summarizeAllocations } from './profile-summary.ts'
import { allocationTable, profileTables, PROFILE_NOTE, reportExceeded } from './report.ts'
import { resultsText, type Results } from './results.ts'
import { drivenRows, Driver, isChosen, measuredCells, OTHERS_EVERY } from './rounds.ts'
import type { BenchRun } from './run.ts'

const RESULTS = join(import.meta.dirname, 'RESULTS.md')
/** Above this share of a core for anything else, a run counts as disturbed. */
const DISTURBED = 0.12

function circumstances({ pinning, options }: BenchRun, cells: Results['cells']): readonly string[] {
  const runs = cells.flatMap((cell) => cell.runs)
  const disturbed = runs.filter(({ others }) => others > DISTURBED).length
  return [
    ...machineOf(pinning),
    `peers that run on Node: on ${describePeersNode()}`,
    `rounds: ${options.rounds}, of ${options.seconds} s a row, in every ${OTHERS_EVERY}th also what no aim is judged by; ${disturbed} of ${runs.length} runs were disturbed (other work above ${DISTURBED * 100} % of a core)`,
    'RS256 is the processor’s RSA signature and little else, and OpenSSL’s, in Node, may use instructions that workerd’s BoringSSL does not (AVX-512 IFMA): that a Node peer is faster or slower there says which processor it ran on',
  ]
}

async function measure(run: BenchRun): Promise<Results> {
  const { product, temporary } = run
  const date = today()
  const started = await startParties(run)
  let cells: Results['cells']
  try {
    const parties = started.map(({ party }) => party)
    cells = await measuredCells(run, parties)
  } finally {
    await stopParties(started)
  }
  const counting = join(temporary, 'counting')
  const tokenCounts = await countOperations(product, counting)
  const flowCounts = await countPeopleOperations(product, counting)
  const inside = await lookInside(run)
  const parties = started.map(({ party: { name }, version, what }) => ({ name, version, what }))
  return { date, circumstances: circumstances(run, cells), parties, cells, tokenCounts, flowCounts, inside } // prettier-ignore
}

/** Codes and the like have been used up. */
const isRepeatable = ({ mode }: Flow): boolean => mode === 'again'

/** Profiles the chosen rows at the product and the ceiling; without a choice, the token endpoint. */
function printProfiles(run: BenchRun): Promise<void> {
  const only = run.options.only.length > 0 ? run.options.only : ['client_credentials']
  const options = { ...run.options, only }
  const driver = new Driver(run)
  return withSides(run, async (sides) => {
    console.log(`${PROFILE_NOTE}\n`)
    for (const row of drivenRows(options))
      for (const side of sides) {
        const flow = await driver.offered(side.party, row)
        if (flow === null || typeof flow === 'string') continue
        const load = async (): Promise<number> =>
          (
            await driver.drive(
              side.party,
              row,
              flow,
              INSPECTED_CONNECTIONS,
              profiledSeconds(options),
            )
          ).requests
        if (!isChosen(row, options)) {
          // What it makes is needed by a row that is.
          await load()
          continue
        }
        const { summary, requests } = await profiled(side, load)
        const title = `${row} ${side.party.name}`
        console.log(profileTables(title, summary, requests))
        if (!isRepeatable(flow)) continue
        const allocated = await recordAllocations(side.session, load)
        const shares = summarizeAllocations(allocated.head, side.folder, side.main)
        console.log(allocationTable(title, shares, allocated.requests))
      }
  })
}

/** Prints the tables and writes them down, or prints where the time goes. */
export async function runWhole(run: BenchRun): Promise<void> {
  const { profile, quick, only } = run.options
  if (profile) return printProfiles(run)
  const results = await measure(run)
  const style = await resolveConfig(RESULTS)
  const text = await format(resultsText(results), { ...style, parser: 'markdown' })
  console.log(text)
  reportExceeded(results.tokenCounts)
  if (!quick && only.length === 0) writeFileSync(RESULTS, text)
}
