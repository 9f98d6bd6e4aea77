/**
 * `npm run soak`: the product is asked at random, by several at once, while its clock is moved and its storage fails, and
 * a model says whether what it answers can be right. What the model cannot explain is made as short as it gets.
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { soak, type Found } from './campaign.ts'
import { Controls } from './controls.ts'
import type { Counts } from './history.ts'
import { reportOf } from './report.ts'

const USAGE = `npm run soak -- [options]

  --minutes <n>   how long (10)
  --seed <n>      what decides the histories (a fresh one)
  --path <text>   only this history of the seed, as a failure names it
  --longest <n>   parts of the longest history (40)
`

/** The product writes little and waits for each write, so that its files are better off here. */
const MEMORY = '/dev/shm'
/** Histories of one seed. The next ones have the seed after it. */
const HISTORIES = 25
const PROGRESS_MILLISECONDS = 60_000

function numberOf(name: string, text: string, least: number): number {
  const value = Number(text)
  if (!Number.isFinite(value) || value < least)
    throw new RangeError(`--${name} takes a number from ${least}, not "${text}"`)
  return value
}

function tell(found: Found, longest: number): void {
  const { what, seed, path } = found
  console.log(`\nNothing explains the last of these:\n\n${what}\n`)
  console.log(`Again: npm run soak -- --seed ${seed} --path ${path} --longest ${longest}`)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string' },
      path: { type: 'string' },
      longest: { type: 'string', default: '40' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const minutes = numberOf('minutes', values.minutes, 0)
  const longest = numberOf('longest', values.longest, 1)
  const fresh = crypto.getRandomValues(new Uint16Array(1))[0]!
  const first = numberOf('seed', values.seed ?? String(fresh), 0)
  console.log(`--seed ${first}, for ${minutes} minutes`)

  if (existsSync(MEMORY)) process.env['TMPDIR'] = MEMORY
  const counts: Counts = new Map()
  const controls = await Controls.start()
  const began = performance.now()
  const left = (): number => began + minutes * 60_000 - performance.now()
  const progress = setInterval(
    () =>
      console.error(
        `${counts.get('histories') ?? 0} histories, ${Math.max(0, Math.ceil(left() / 60_000))} minutes left`,
      ),
    PROGRESS_MILLISECONDS,
  )
  try {
    let found: Found | null = null
    for (let seed = first; found === null && left() > 0; seed++) {
      const path = seed === first ? values.path : undefined
      const milliseconds = left()
      const histories = HISTORIES
      found = await soak(controls, counts, { seed, histories, longest, milliseconds, ...(path !== undefined && { path }) }) // prettier-ignore
      if (path !== undefined) break
    }
    console.log(reportOf(counts, (performance.now() - began) / 1000))
    if (found !== null) {
      tell(found, longest)
      process.exitCode = 1
    }
  } finally {
    clearInterval(progress)
    await controls.stop()
  }
}

try {
  await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 2
}
