/** Histories by a seed, until one is found that nothing explains, which is then made as short as it gets. */
import fc from 'fast-check'
import type { Batch } from './drafts.ts'
import type { Controls } from './controls.ts'
import { count, History, type Counts } from './history.ts'
import { TooOpen } from './model/history.ts'
import { makeOrg } from './org.ts'
import { history } from './stories.ts'

export interface Campaign {
  readonly seed: number
  /** Of a history that was found before, and how it was made shorter. */
  readonly path?: string
  readonly histories: number
  /** Parts of the longest history: batches, and stories of several. */
  readonly longest: number
  /** After which no further history is begun. One that was begun by then and fails is made shorter for a while. */
  readonly milliseconds?: number
}

/** How much longer a history that was found may be made shorter. */
const SHRINKING_MILLISECONDS = 5 * 60_000

/** Between two histories, so that no isolate takes anything of one for true in the next. */
const PAUSE_SECONDS = 61

async function run(controls: Controls, counts: Counts, batches: readonly Batch[]): Promise<void> {
  await controls.moveClock(controls.now + PAUSE_SECONDS)
  const org = await makeOrg(controls.administer)
  count(counts, 'histories')
  try {
    await new History(controls, org, counts).run(batches)
  } catch (error) {
    if (!(error instanceof TooOpen)) throw error
    count(counts, 'histories given up')
  }
}

export interface Found {
  /** What was asked and answered, and why that cannot be. */
  readonly what: string
  readonly seed: number
  readonly path: string
}

/** Null: everything could be explained. */
export async function soak(
  controls: Controls,
  counts: Counts,
  { seed, path, histories, longest, milliseconds = Infinity }: Campaign,
): Promise<Found | null> {
  const end = performance.now() + milliseconds
  let isFound = false
  const property = fc.asyncProperty(history(longest), async (batches) => {
    if (!isFound && performance.now() >= end) return
    try {
      await run(controls, counts, batches)
    } catch (error) {
      isFound = true
      throw error
    }
  })
  const result = await fc.check(property, {
    seed,
    ...(path !== undefined && { path }),
    numRuns: histories,
    ...(milliseconds !== Infinity && {
      interruptAfterTimeLimit: milliseconds + SHRINKING_MILLISECONDS,
    }),
  })
  if (result.interrupted && !result.failed) count(counts, 'histories given up')
  if (!result.failed || result.counterexample === null) return null
  const { errorInstance, counterexamplePath } = result
  const what = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  return { what, seed, path: counterexamplePath ?? '' }
}
