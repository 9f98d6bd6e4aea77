/**
 * The usual run: client_credentials of the product beside a minimal Worker that does only what it must (ceiling.ts).
 * Both are bundled as for production and served by Miniflare's direct socket, each in a workerd of its own; their runs
 * alternate. Linux gives the CPU figures.
 */
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { buildWorker } from './bundle.ts'
import { countOperations } from './counting.ts'
import {
  ALGORITHMS,
  applyMigrations,
  ceilingWorker,
  productWorker,
  setUpProduct,
  type TokenEndpoints,
} from './endpoints.ts'
import { chooseGenerator, drive, type Generator } from './load.ts'
import { measured, type RunFigures } from './measure.ts'
import type { BenchOptions } from './options.ts'
import type { Pinning } from './processes.ts'
import { recordProfile } from './profile.ts'
import { summarizeProfile } from './profile-summary.ts'
import {
  loadTable,
  operationTable,
  profileTables,
  PROFILE_NOTE,
  ratioTable,
  reportExceeded,
  type Comparison,
} from './report.ts'
import type { BenchRun } from './run.ts'
import { startServer, type BenchServer } from './server.ts'
import { verifyToken } from './verification.ts'

interface Side {
  readonly server: BenchServer
  readonly endpoints: TokenEndpoints
}

interface Sides {
  readonly product: Side
  readonly ceiling: Side
}

interface Folders {
  readonly product: string
  readonly ceiling: string
  readonly counting: string
}

/** What wrangler calls the built main modules. */
const MAIN = { product: 'index.js', ceiling: 'ceiling.js' }
const WARM_UP = { connections: 16, seconds: 2 }
/** Above this share of a core for anything else, a run counts as disturbed. */
const DISTURBED = 0.12

async function startSides(
  folders: Folders,
  pinning: Pinning | null,
  inspect: boolean,
): Promise<Sides> {
  const core = pinning?.server ?? null
  const ceiling = await ceilingWorker(folders.ceiling)
  const ceilingServer = await startServer({ worker: ceiling.worker, core, inspect })
  try {
    const worker = productWorker('product', folders.product, MAIN.product)
    const server = await startServer({ worker, core, inspect })
    try {
      await applyMigrations(server.miniflare)
      return {
        product: { server, endpoints: await setUpProduct(server.origin) },
        ceiling: { server: ceilingServer, endpoints: ceiling.endpoints(ceilingServer.origin) },
      }
    } catch (error) {
      console.error(server.lastLines.join('\n'))
      await server.stop()
      throw error
    }
  } catch (error) {
    await ceilingServer.stop()
    throw error
  }
}

const stopSides = (sides: Sides): Promise<unknown> =>
  Promise.all([sides.product.server.stop(), sides.ceiling.server.stop()])

async function compare(
  sides: Sides,
  generator: Generator,
  pinning: Pinning | null,
  { rounds, seconds, concurrency }: BenchOptions,
): Promise<readonly Comparison[]> {
  const core = pinning?.generator ?? null
  const comparisons = ALGORITHMS.flatMap((alg) =>
    concurrency.map((connections) => ({
      alg,
      concurrency: connections,
      product: [] as RunFigures[],
      ceiling: [] as RunFigures[],
    })),
  )
  for (let round = 1; round <= rounds; round++) {
    for (const comparison of comparisons) {
      for (const side of ['product', 'ceiling'] as const) {
        const { server, endpoints } = sides[side]
        const { request } = endpoints[comparison.alg]
        const run = () => drive(generator, request, comparison.concurrency, seconds, core)
        comparison[side].push(await measured(server.pid, run))
      }
    }
    console.error(`round ${round} of ${rounds} done`)
  }
  return comparisons
}

async function prepare(sides: Sides, generator: Generator, pinning: Pinning | null) {
  for (const side of [sides.product, sides.ceiling]) {
    for (const alg of ALGORITHMS) {
      const endpoint = side.endpoints[alg]
      await verifyToken(endpoint, alg)
      const { connections, seconds } = WARM_UP
      const core = pinning?.generator ?? null
      await drive(generator, endpoint.request, connections, seconds, core)
    }
  }
}

function printCircumstances(generator: Generator, pinning: Pinning | null): void {
  if (generator === 'node')
    console.error(
      'wrk is not installed (Debian: apt-get install wrk): driving with a generator in Node',
    )
  const cores = pinning
    ? `servers on core ${pinning.server}, load on core ${pinning.generator}`
    : 'nothing pinned (no taskset, or a single core): the figures include each other'
  // It comes without types.
  const { version }: { version: string } = createRequire(import.meta.url)('workerd')
  const versions = `workerd ${version}, Node ${process.versions.node}`
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}; ${versions}; load from ${generator}; ${cores}\n`,
  )
}

async function runTables(
  folders: Folders,
  generator: Generator,
  pinning: Pinning | null,
  options: BenchOptions,
): Promise<void> {
  const sides = await startSides(folders, pinning, false)
  try {
    await prepare(sides, generator, pinning)
    const comparisons = await compare(sides, generator, pinning, options)
    console.log(`${loadTable(comparisons)}\n\n${ratioTable(comparisons)}\n`)
    const runs = comparisons.flatMap(({ product, ceiling }) => [...product, ...ceiling])
    const disturbed = runs.filter(({ others }) => others > DISTURBED).length
    console.log(
      `${disturbed} of ${runs.length} runs were disturbed (other work above ${DISTURBED * 100} % of a core)\n`,
    )
  } finally {
    await stopSides(sides)
  }
  const counts = await countOperations(folders.product, folders.counting)
  console.log(operationTable(counts, 'operations a token'))
  reportExceeded(counts)
}

async function runProfiles(
  folders: Folders,
  generator: Generator,
  pinning: Pinning | null,
  { seconds }: BenchOptions,
): Promise<void> {
  const sides = await startSides(folders, pinning, true)
  try {
    await prepare(sides, generator, pinning)
    console.log(`${PROFILE_NOTE}\n`)
    for (const alg of ALGORITHMS) {
      for (const side of ['product', 'ceiling'] as const) {
        const { server, endpoints } = sides[side]
        const core = pinning?.generator ?? null
        const { profile, outcome } = await recordProfile(
          await server.miniflare.getInspectorURL(),
          side,
          () => drive(generator, endpoints[alg].request, WARM_UP.connections, seconds, core),
        )
        const summary = summarizeProfile(profile, folders[side], MAIN[side])
        console.log(profileTables(`${alg} ${side}`, summary, outcome.requests))
      }
    }
  } finally {
    await stopSides(sides)
  }
}

/** Prints the tables, or where the time goes. */
export async function runWhole({ product, temporary, pinning, options }: BenchRun): Promise<void> {
  const folder = (name: string): string => join(temporary, name)
  const folders = { product, ceiling: folder('ceiling'), counting: folder('counting') }
  buildWorker(join(import.meta.dirname, 'ceiling.wrangler.toml'), folders.ceiling)
  const generator = chooseGenerator()
  printCircumstances(generator, pinning)
  const run = options.profile ? runProfiles : runTables
  await run(folders, generator, pinning, options)
}
