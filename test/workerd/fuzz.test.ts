/**
 * Hostile input, surface by surface: whatever is sent, the answer is a success or a refusal in its standard's form and
 * no fault; it holds no secret and nothing of the inside; what was not made here is not taken and wakes nobody. A fixed
 * sample of each; `npm run fuzz -- <surface>` asks for any number.
 */
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { untilOver, type AskedFuzz } from '../fuzz/asked.ts'
import { newReport, printProgress, printReport, type Report } from '../fuzz/requests/report.ts'
import { fuzzSurface } from '../fuzz/requests/run.ts'
import type { Surface } from '../fuzz/requests/surface.ts'
import { SURFACES } from '../fuzz/requests/surfaces/index.ts'
import type { World } from '../fuzz/requests/world.ts'
import { ask, listen } from './fuzz-door.ts'
import { aWorld } from './fuzz-world.ts'
import { refuseLoggedSecrets } from './system-log-scan.ts'

const SEED = 20141107

/** What a sample has: fewer where an answer takes the database. */
const SAMPLES: Readonly<Record<string, number>> = {
  form: 1200,
  basic: 1000,
  jwt: 1200,
  json: 400,
  cookies: 1000,
  filters: 300,
  paths: 1200,
}

/** One world lasts so long: codes and tokens expire, and what may be deleted is deleted in time. */
const INPUTS_OF_A_WORLD = 5000

const asked = inject('fuzz')
const surfaces = SURFACES.filter(({ name }) => asked === null || asked.surface === name)

beforeAll(listen)

/** What a world left in the log is looked at and removed: that of a million inputs is more than is read at once. */
async function lookAtLog({ failures }: Report, from: number, count: number): Promise<void> {
  await refuseLoggedSecrets().catch((error: unknown) => {
    failures.push({ index: from, inputs: count, problem: String(error), request: 'one of these' })
  })
  await env.LOG_DB.exec('DELETE FROM events')
}

async function anyNumber(surface: Surface, asked: AskedFuzz): Promise<Report> {
  const { seed, from, inputs } = asked
  const [report, begins] = [newReport(), untilOver(asked)]
  const last = from + inputs
  for (let at = from; at < last; at += INPUTS_OF_A_WORLD) {
    const count = Math.min(INPUTS_OF_A_WORLD, last - at)
    const goesOn = await fuzzSurface(surface, { seed, from: at, count, begins }, await aWorld(), ask, report)
    await lookAtLog(report, at, count)
    if (!goesOn) break
    if (((at - from) / INPUTS_OF_A_WORLD) % 4 === 3) printProgress(report)
  }
  printReport(report)
  return report
} // prettier-ignore

/** A failure as it is run again: its index with the seed, and the request that it was. */
const told = ({ failures }: Report, seed: number): readonly string[] =>
  failures.map(({ index, inputs = 1, problem, request }) => `--seed ${seed} --from ${index} --inputs ${inputs}: ${problem}\n${request}`) // prettier-ignore

describe.runIf(asked !== null).each(surfaces)('$name, as often as it is asked', (surface) => {
  it('is answered, whatever is sent', { timeout: 2 ** 31 - 1 }, async () => {
    expect(told(await anyNumber(surface, asked!), asked!.seed)).toEqual([])
  })
})

describe.runIf(asked === null)('a sample', () => {
  let world: World

  beforeAll(async () => {
    world = await aWorld()
  })

  it.each(surfaces)('of $name is answered, whatever is sent', { timeout: 240_000 }, async (surface) => {
    const report = newReport()
    const count = SAMPLES[surface.name]!
    await fuzzSurface(surface, { seed: SEED, from: 0, count }, world, ask, report)
    expect(told(report, SEED)).toEqual([])
    const statuses = [...report.statuses.values()].flatMap((counts) => [...counts.keys()])
    expect(statuses.some((status) => /^[23]/.test(status))).toBe(true)
    expect(statuses.some((status) => status.startsWith('4'))).toBe(true)
  })
}) // prettier-ignore
