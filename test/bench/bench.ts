/**
 * `npm run bench`: builds the product as for production and measures it. Without more it is the usual run (whole.ts);
 * an option chooses another kind of run, each a file of its own, by the table below.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWorker } from './bundle.ts'
import { runClaims } from './claims.ts'
import { runDistance } from './distance.ts'
import { runGrowth } from './growth.ts'
import { runIsolate } from './isolate.ts'
import { runManagement } from './management.ts'
import { readOptions, USAGE, type BenchOptions, type Kind } from './options.ts'
import { runOpenLoop } from './open-loop.ts'
import { choosePinning } from './processes.ts'
import { PRODUCT_CONFIGURATION } from './product-configuration.ts'
import type { BenchRun } from './run.ts'
import { runVerify } from './verify.ts'
import { runWhole } from './whole.ts'

/** Where Linux keeps files in memory. */
const MEMORY = '/dev/shm'

const KINDS_OF_RUN: Readonly<Record<Kind, (run: BenchRun) => Promise<void>>> = {
  whole: runWhole,
  claims: runClaims,
  management: runManagement,
  growth: runGrowth,
  isolate: runIsolate,
  distance: runDistance,
  'open-loop': runOpenLoop,
  verify: ({ temporary, pinning, options }) => {
    const folders = { folder: join(temporary, 'verify'), counting: join(temporary, 'counting') }
    return runVerify({ ...folders, pinning, options })
  },
}

async function bench(options: BenchOptions): Promise<void> {
  // Objects and D1 write to files, and no disk of ours is what is measured.
  if (existsSync(MEMORY)) process.env['TMPDIR'] = MEMORY
  const temporary = mkdtempSync(join(tmpdir(), 'edgemint-bench-'))
  try {
    const product = join(temporary, 'product')
    buildWorker(PRODUCT_CONFIGURATION, product)
    const run = { product, main: 'index.js', temporary, pinning: choosePinning(), options }
    await KINDS_OF_RUN[options.kind](run)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

async function main(): Promise<void> {
  let options: BenchOptions | null
  try {
    options = readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    process.exitCode = 2
    return
  }
  if (options === null) console.log(USAGE)
  else await bench(options)
}

await main()
