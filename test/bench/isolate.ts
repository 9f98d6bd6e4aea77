/**
 * `npm run bench -- --isolate`: what one isolate holds while 10,000 authorization servers are hit at random, and how
 * many storage operations a token takes when they are hit as in the world, by a Zipf distribution. Each server has a
 * ring of its own, made at its first use, and a client of its own. Objects live in the same isolate here, so that what is
 * held by them counts as well, and so does the little with which the counting Worker (counting.ts) stands around it.
 */
import { join } from 'node:path'
import { buildCountingWorker, COUNTING_MAIN, totalsOf } from './counting.ts'
import { applyMigrations, productWorker, setUpProduct } from './endpoints.ts'
import { copiedClient, fill, grownTokenRequest, type CopiedClient } from './growth-fill.ts'
import { Heap, mebibytes, type Memory } from './heap.ts'
import { setUpPeople } from './people-flows.ts'
import { drivePlan, type Plan, type PreparedRequest } from './people-load.ts'
import { formatNumber, table } from './report.ts'
import { writeDown } from './write-down.ts'
import type { BenchRun } from './run.ts'
import { startServer, type BenchServer, type ServerOptions } from './server.ts'
import { seededRandom, zipf } from './zipf.ts'

/** Servers, tokens of servers at random after one of each, and the seconds of the Zipf distribution with those before it. */
const FULL = { servers: 10_000, hits: 5000, seconds: 40, warm: 10 }
const QUICK: typeof FULL = { servers: 300, hits: 700, seconds: 3, warm: 1 }
const CONNECTIONS = 16
/** Ranks that are drawn for the Zipf distribution, half of them for the time before. */
const DRAWN = 120_000
const BOUND_MIB = 96
/**
 * What V8 may take for objects. The platform limits the heap, which makes V8 collect in time; by itself workerd sets no
 * limit, and garbage stands for as long as there is memory.
 */
const HEAP_MIB = 64
/** Storage operations a token; how many there are depends on the rate, so that a slower machine tells nothing. */
const OPERATIONS_BOUND = 1
const JUDGED_PER_SECOND = 500
const SAMPLE_MILLIS = 500
const OK = '^HTTP/1\\.1 200 [^]*"access_token"'

interface Stage {
  readonly worker: ServerOptions['worker']
  /** Where D1 and the objects keep what one stage leaves to the next. */
  readonly state: string
  readonly core: number | null
  readonly generator: number | null
  readonly temporary: string
  readonly scale: typeof FULL
}

/** Runs on the state that the stage before left, in an isolate that begins anew. */
async function inStage<T>(
  { worker, state, core }: Stage,
  work: (server: BenchServer) => Promise<T>,
  watched: Pick<ServerOptions, 'inspect' | 'heapMiB'> = {},
): Promise<T> {
  const server = await startServer({ worker, core, state, ...watched })
  try {
    return await work(server)
  } catch (error) {
    console.error(server.lastLines.join('\n'))
    throw error
  } finally {
    await server.stop()
  }
}

const drive = (
  server: BenchServer,
  requests: readonly PreparedRequest[],
  of: Pick<Plan, 'mode' | 'seconds'>,
  { temporary, generator }: Stage,
) => {
  const flow = { requests, good: OK, collect: null, origin: server.origin }
  return drivePlan({ ...flow, ...of, connections: CONNECTIONS }, temporary, generator)
}

/** Every server is used once, which makes its ring. */
async function prepare(stage: Stage): Promise<CopiedClient> {
  const { scale } = stage
  return inStage(stage, async (server) => {
    await applyMigrations(server.miniflare)
    const { ES256 } = await setUpProduct(server.origin)
    const client = copiedClient('m', ES256.request.authorization)
    await fill(server.miniflare, { endpoint: ES256, clients: [client], login: null }, scale.servers)
    const requests = Array.from({ length: scale.servers }, (_, at) => grownTokenRequest(client, at))
    await drive(server, requests, { mode: 'once', seconds: 600 }, stage)
    return client
  })
}

/** What counts against the limit of an isolate; the memory of WebAssembly modules stands outside the heap. */
const sizeOf = ({ used, buffers, platform }: Memory, modules: number): number =>
  used + buffers + platform + modules

const memoryRow = (moment: string, memory: Memory, modules: number): readonly string[] => [
  moment,
  ...[
    sizeOf(memory, modules),
    memory.used,
    modules,
    memory.buffers,
    memory.platform,
    memory.reserved,
    memory.resident,
  ].map((bytes) => formatNumber(mebibytes(bytes), 1)),
]

async function signInOnce(server: BenchServer): Promise<void> {
  const { ES256 } = await setUpProduct(server.origin)
  await setUpPeople(server.origin, ES256, 1)
}

/** Each server once, in an order of chance, and then servers by chance. */
function serversAtRandom({ servers, hits }: Stage['scale']): readonly number[] {
  const random = seededRandom(1)
  const each = Array.from({ length: servers }, (_, at) => ({ at, order: random() }))
  const shuffled = each.toSorted((a, b) => a.order - b.order).map(({ at }) => at)
  return [...shuffled, ...Array.from({ length: hits }, () => Math.floor(random() * servers))]
}

/** What the isolate held when it held most, while `work` went on. */
async function mostDuring<T>(
  heap: Heap,
  size: (memory: Memory) => number,
  work: () => Promise<T>,
): Promise<{ most: Memory; outcome: T }> {
  let most = await heap.now()
  const timer = setInterval(() => {
    void heap.now().then((memory) => {
      if (size(memory) > size(most)) most = memory
    })
  }, SAMPLE_MILLIS)
  try {
    return { outcome: await work(), most }
  } finally {
    clearInterval(timer)
  }
}

async function memoryAtRandom(stage: Stage, client: CopiedClient): Promise<string> {
  const requests = serversAtRandom(stage.scale).map((at) => grownTokenRequest(client, at))
  const measured = async (server: BenchServer): Promise<string> => {
    await signInOnce(server)
    const inspector = await server.miniflare.getInspectorURL()
    const heap = await Heap.of(inspector, stage.worker.name, server.pid)
    try {
      const { moduleBytes } = await totalsOf(server.origin)
      const size = (memory: Memory): number => sizeOf(memory, moduleBytes)
      const before = await heap.collected()
      const { most, outcome } = await mostDuring(heap, size, () =>
        drive(server, requests, { mode: 'once', seconds: 600 }, stage),
      )
      const { requests: tokens } = outcome.figures
      if (tokens < requests.length)
        throw new Error(`${requests.length - tokens} servers were not hit in time`)
      const row = (moment: string, memory: Memory) => memoryRow(moment, memory, moduleBytes)
      const rows = [
        row('after one sign-in, collected', before),
        row('most at any moment, with garbage', most),
        row('afterwards, collected', await heap.collected()),
      ]
      const reached = mebibytes(size(most))
      if (reached >= BOUND_MIB) process.exitCode = 1
      return memoryText(tokens, stage.scale.servers, rows, reached)
    } finally {
      heap.close()
    }
  }
  return inStage(stage, measured, { inspect: true, heapMiB: HEAP_MIB })
}

const MEMORY_HEAD = ['MiB', 'isolate', 'objects', 'modules', 'buffers', 'platform', 'reserved', 'process'] // prettier-ignore

const memoryText = (
  tokens: number,
  servers: number,
  rows: readonly (readonly string[])[],
  reached: number,
): string => `${formatNumber(tokens)} tokens of ${formatNumber(servers)} servers, of each at least one, at random, ${CONNECTIONS} connections:

${table(MEMORY_HEAD, rows)}

"isolate" is the sum of the next four: objects of JavaScript, the memory of WebAssembly modules (one hashes passwords),
buffers, and the platform's objects behind them. "reserved" is what V8 has taken for objects, "process" what the kernel counts, with D1, the files of
all objects and the engine itself. As on the platform, V8's heap is limited, here to ${HEAP_MIB} MiB, above which V8 ends the process: without a limit it lets
garbage stand. Aim: below ${BOUND_MIB} MiB at any moment; ${formatNumber(reached, 1)} MiB: ${reached < BOUND_MIB ? 'met' : 'not met'}.`

async function operationsUnderZipf(stage: Stage, client: CopiedClient): Promise<string> {
  const { servers, seconds, warm } = stage.scale
  return inStage(stage, async (server) => {
    const draw = zipf(servers, seededRandom(2))
    const drawn = Array.from({ length: DRAWN }, draw)
    const requests = drawn.map((at) => grownTokenRequest(client, at))
    const half = DRAWN / 2
    await drive(server, requests.slice(0, half), { mode: 'again', seconds: warm }, stage)
    const before = await totalsOf(server.origin)
    const rest = requests.slice(half)
    const { figures } = await drive(server, rest, { mode: 'again', seconds }, stage)
    const after = await totalsOf(server.origin)
    const [d1, objects] = [after.d1 - before.d1, after.durableObject - before.durableObject]
    const tokens = figures.requests
    const perToken = (d1 + objects) / tokens
    const perSecond = tokens / (figures.micros / 1_000_000)
    const isJudged = perSecond >= JUDGED_PER_SECOND
    const met = perToken < OPERATIONS_BOUND
    if (isJudged && !met) process.exitCode = 1
    const each = (count: number): string => formatNumber(count / tokens, 3)
    const rows = [
      ['D1 batches', formatNumber(d1), each(d1)],
      ['Durable Object calls', formatNumber(objects), each(objects)],
      ['both', formatNumber(d1 + objects), each(d1 + objects)],
      [
        'rows that D1 read',
        formatNumber(after.rowsRead - before.rowsRead),
        each(after.rowsRead - before.rowsRead),
      ],
    ]
    return `${formatNumber(tokens)} tokens by a Zipf distribution over ${formatNumber(servers)} servers, ${formatNumber(perSecond)} a second, after ${warm} s of the same:

${table(['storage', 'operations', 'a token'], rows)}

Background refreshes and the log's batches count. Aim at ${JUDGED_PER_SECOND} tokens a second and more: fewer than ${OPERATIONS_BOUND} a token; ${formatNumber(perToken, 3)}: ${isJudged ? (met ? 'met' : 'not met') : 'the machine was too slow to tell'}.
The busier an isolate, the fewer they are: what is asked for at least every ten seconds is read once in ten seconds.`
  })
}

/** Prints what an isolate holds and what it asks of storage, and fails where an aim is missed. */
export async function runIsolate(run: BenchRun): Promise<void> {
  const { product, main, temporary, pinning, options } = run
  const common = {
    state: join(temporary, 'state'),
    core: pinning?.server ?? null,
    generator: pinning?.generator ?? null,
    temporary,
    scale: options.quick ? QUICK : FULL,
  }
  const built = buildCountingWorker(product, join(temporary, 'counting'), main)
  const stage: Stage = { ...common, worker: productWorker('counting', built, COUNTING_MAIN) }
  const client = await prepare(stage)
  console.error(`${stage.scale.servers} servers have their rings`)
  const memory = await memoryAtRandom(stage, client)
  console.error('memory done')
  const storage = await operationsUnderZipf(stage, client)
  await writeDown(
    run,
    'isolate',
    'One isolate and 10,000 authorization servers',
    `${memory}\n\n${storage}`,
  )
}
