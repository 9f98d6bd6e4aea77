/**
 * `npm run bench -- --verify`, first part: what the product's Verifier costs on top of jose alone. One workerd verifies
 * the same tokens in each way, thousands in one request, and the ways take turns; the kernel counts the CPU time.
 */
import { decodeProtectedHeader } from 'jose'
import { join } from 'node:path'
import { limits } from '../../src/platform/limits.ts'
import { buildWorker, REPOSITORY } from './bundle.ts'
import { countWarm, operationsOfAnswer, startCountingServer, type OperationCount } from './counting.ts' // prettier-ignore
import { ALGORITHMS, applyMigrations, AUDIENCE, productWorker, setUpProduct, type Algorithm } from './endpoints.ts' // prettier-ignore
import type { BenchOptions } from './options.ts'
import { quietMachine, threadMicros, type Pinning } from './processes.ts'
import { PRODUCT_CONFIGURATION } from './product-configuration.ts'
import { recordProfile } from './profile.ts'
import { summarizeProfile } from './profile-summary.ts'
import { operationTable, profileTables, reportExceeded } from './report.ts'
import { startServer, type BenchServer } from './server.ts'
import { tokenOf, verifyToken } from './verification.ts'
import { verificationTable, type Verification } from './verify-report.ts'
import { writeDown } from './write-down.ts'
import { VERIFY_PATH, VERIFY_SIDES, type VerifyDone, type VerifySide, type VerifySubject, type VerifyTokens, type VerifyWork } from './verify-work.ts' // prettier-ignore

export interface VerifyRun {
  /** For the built Worker, and for the one that counts. */
  readonly folder: string
  readonly counting: string
  readonly pinning: Pinning | null
  readonly options: BenchOptions
}

const SOURCE = join(REPOSITORY, 'test', 'bench', 'verify-worker.ts')
const NAME = 'verify'
const MAIN = 'verify-worker.js'
/** More than are known at once. */
const TOKENS = limits.genuineTokens.keptMax + 100
const CALLS_A_REQUEST = 1000
const WARM_UP_SECONDS = 2

async function subjectsOf(origin: string): Promise<readonly VerifySubject[]> {
  const endpoints = await setUpProduct(origin)
  const subjectOf = async (alg: Algorithm): Promise<VerifySubject> => {
    const endpoint = endpoints[alg]
    await verifyToken(endpoint, alg)
    const tokens: string[] = []
    while (tokens.length < TOKENS) tokens.push(await tokenOf(endpoint))
    const { kid } = decodeProtectedHeader(tokens[0]!)
    const key = (await endpoint.jwks()).keys.find((one) => one.kid === kid)
    if (key === undefined) throw new Error(`${endpoint.issuer} does not publish its key`)
    const { issuer } = endpoint
    const body = JSON.stringify({ issuer, tokens } satisfies VerifyTokens)
    await fetch(origin + VERIFY_PATH, { method: 'PUT', body })
    return { issuer, audience: AUDIENCE, alg, key }
  }
  return Promise.all(ALGORITHMS.map(subjectOf))
}

const send = (origin: string, work: VerifyWork): Promise<Response> =>
  fetch(origin + VERIFY_PATH, { method: 'POST', body: JSON.stringify(work) })

/** Verifies a few thousand times within one request. */
async function verifyMany(
  origin: string,
  subject: VerifySubject,
  side: VerifySide,
): Promise<VerifyDone> {
  const answer = await send(origin, { ...subject, side, calls: CALLS_A_REQUEST })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`${side} got ${answer.status}: ${text}`)
  const done: VerifyDone = JSON.parse(text)
  return done
}

/** Repeats until the time is over; how often, and what the last one gave. */
async function repeated<T>(seconds: number, work: () => Promise<T>): Promise<[number, T]> {
  const deadline = performance.now() + seconds * 1000
  for (let times = 1; ; times++) {
    const outcome = await work()
    if (performance.now() >= deadline) return [times, outcome]
  }
}

async function profiled(
  { miniflare, origin }: BenchServer,
  subjects: readonly VerifySubject[],
  { folder, options: { seconds } }: VerifyRun,
): Promise<void> {
  for (const subject of subjects)
    for (const side of VERIFY_SIDES) {
      const work = () => repeated(seconds, () => verifyMany(origin, subject, side))
      const inspector = await miniflare.getInspectorURL()
      const { profile, outcome } = await recordProfile(inspector, NAME, work)
      const summary = summarizeProfile(profile, folder, MAIN)
      console.log(profileTables(`${subject.alg} ${side}`, summary, outcome[0] * CALLS_A_REQUEST))
    }
}

interface Round {
  /** Microseconds of CPU a call, by side. */
  readonly cpu: readonly number[]
  readonly pulls: number
}

/** All sides take turns request by request, so that what disturbs one disturbs the others. */
async function round(
  { origin, pid }: BenchServer,
  subject: VerifySubject,
  seconds: number,
): Promise<Round> {
  await quietMachine(3000)
  const used = VERIFY_SIDES.map(() => 0)
  const [times, pulls] = await repeated(seconds * VERIFY_SIDES.length, async () => {
    let pulls = 0
    for (const [at, side] of VERIFY_SIDES.entries()) {
      const before = threadMicros(pid)
      ;({ pulls } = await verifyMany(origin, subject, side))
      used[at]! += threadMicros(pid) - before
    }
    return pulls
  })
  return { cpu: used.map((micros) => micros / (times * CALLS_A_REQUEST)), pulls }
}

async function measuredVerification(
  server: BenchServer,
  subjects: readonly VerifySubject[],
  { rounds, seconds }: BenchOptions,
): Promise<Verification> {
  const cpu = new Map<VerifySubject, (readonly number[])[]>(
    subjects.map((subject) => [subject, []]),
  )
  let pulls = 0
  for (const subject of subjects) ({ pulls } = await round(server, subject, WARM_UP_SECONDS))
  const before = pulls
  const began = performance.now()
  for (let index = 1; index <= rounds; index++) {
    for (const [subject, measured] of cpu) {
      const figures = await round(server, subject, seconds)
      measured.push(figures.cpu)
      ;({ pulls } = figures)
    }
    console.error(`verification: round ${index} of ${rounds} done`)
  }
  const rows = [...cpu].flatMap(([{ alg }, measured]) =>
    VERIFY_SIDES.map((side, at) => ({ alg, side, cpu: measured.map((one) => one[at]!) })),
  )
  return {
    rows,
    pulls: (pulls - before) / subjects.length,
    elapsed: (performance.now() - began) / 1000,
  }
}

/** What one call asks of the platform. */
async function countVerification({ folder, counting }: VerifyRun): Promise<OperationCount> {
  const server = await startCountingServer(folder, counting, MAIN)
  try {
    const [subject] = await subjectsOf(server.origin)
    return await countWarm('Verifier.verify', async () => {
      const answer = await send(server.origin, { ...subject!, side: 'Verifier, again', calls: 1 })
      return operationsOfAnswer(answer, await answer.text())
    })
  } finally {
    await server.stop()
  }
}

/** Prints what a verified token costs, or where the time goes. */
export async function runVerify(run: VerifyRun): Promise<void> {
  const { folder, pinning, options } = run
  buildWorker(PRODUCT_CONFIGURATION, folder, SOURCE)
  const worker = productWorker(NAME, folder, MAIN)
  const server = await startServer({ worker, core: pinning?.server ?? null, inspect: options.profile }) // prettier-ignore
  let verification: Verification
  try {
    await applyMigrations(server.miniflare)
    const subjects = await subjectsOf(server.origin)
    if (options.profile) {
      await profiled(server, subjects, run)
      return
    }
    verification = await measuredVerification(server, subjects, options)
  } catch (error) {
    console.error(server.lastLines.join('\n'))
    throw error
  } finally {
    await server.stop()
  }
  const counts = [await countVerification(run)]
  const tables = [verificationTable(verification), operationTable(counts, 'operations a call')]
  await writeDown(run, 'verify', 'What Verifier costs on top of jose', tables.join('\n\n'))
  reportExceeded(counts)
}
