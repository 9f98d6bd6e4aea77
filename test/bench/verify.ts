/**
 * `npm run bench -- --verify`, first part: what the product's Verifier costs on top of jose alone. One workerd verifies
 * the same tokens in each way, thousands in one request, and the ways take turns; the kernel counts the CPU time.
 */
import { decodeProtectedHeader } from 'jose'
import { join } from 'node:path'
import { buildWorker, REPOSITORY } from './bundle.ts'
import { countWarm, operationsOfAnswer, startCountingServer, type OperationCount } from './counting.ts' // prettier-ignore
import { ALGORITHMS, applyMigrations, AUDIENCE, productWorker, setUpProduct, type Algorithm } from './endpoints.ts' // prettier-ignore
import { watched } from './measure.ts'
import type { BenchOptions } from './options.ts'
import type { Pinning } from './processes.ts'
import { PRODUCT_CONFIGURATION } from './product-configuration.ts'
import { recordProfile } from './profile.ts'
import { summarizeProfile } from './profile-summary.ts'
import { operationTable, profileTables, reportExceeded } from './report.ts'
import { startServer, type BenchServer } from './server.ts'
import { tokenOf, verifyToken } from './verification.ts'
import { verificationTable, type Verification } from './verify-report.ts'
import { VERIFY_PATH, VERIFY_SIDES, type VerifyDone, type VerifySide, type VerifyWork } from './verify-work.ts' // prettier-ignore

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
const TOKENS = 20
const CALLS_A_REQUEST = 2000
const WARM_UP_SECONDS = 2

type Subject = Omit<VerifyWork, 'side' | 'calls'>

async function subjectsOf(origin: string): Promise<readonly Subject[]> {
  const endpoints = await setUpProduct(origin)
  const subjectOf = async (alg: Algorithm): Promise<Subject> => {
    const endpoint = endpoints[alg]
    await verifyToken(endpoint, alg)
    const tokens: string[] = []
    while (tokens.length < TOKENS) tokens.push(await tokenOf(endpoint))
    const { kid } = decodeProtectedHeader(tokens[0]!)
    const key = (await endpoint.jwks()).keys.find((one) => one.kid === kid)
    if (key === undefined) throw new Error(`${endpoint.issuer} does not publish its key`)
    return { issuer: endpoint.issuer, audience: AUDIENCE, alg, key, tokens }
  }
  return Promise.all(ALGORITHMS.map(subjectOf))
}

const send = (origin: string, work: VerifyWork): Promise<Response> =>
  fetch(origin + VERIFY_PATH, { method: 'POST', body: JSON.stringify(work) })

/** Verifies for so many seconds, and says how many calls it were. */
async function drive(
  origin: string,
  subject: Subject,
  side: VerifySide,
  seconds: number,
): Promise<VerifyDone & { readonly calls: number }> {
  const deadline = performance.now() + seconds * 1000
  for (let calls = CALLS_A_REQUEST; ; calls += CALLS_A_REQUEST) {
    const answer = await send(origin, { ...subject, side, calls: CALLS_A_REQUEST })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${side} got ${answer.status}: ${text}`)
    const done: VerifyDone = JSON.parse(text)
    if (performance.now() >= deadline) return { ...done, calls }
  }
}

async function profiled(server: BenchServer, subjects: readonly Subject[], run: VerifyRun) {
  for (const subject of subjects)
    for (const side of VERIFY_SIDES) {
      const { profile, outcome } = await recordProfile(
        await server.miniflare.getInspectorURL(),
        NAME,
        () => drive(server.origin, subject, side, run.options.seconds),
      )
      const summary = summarizeProfile(profile, run.folder, MAIN)
      console.log(profileTables(`${subject.alg} ${side}`, summary, outcome.calls))
    }
}

async function measuredVerification(
  { origin, pid }: BenchServer,
  subjects: readonly Subject[],
  { rounds, seconds }: BenchOptions,
): Promise<Verification> {
  const rows = subjects.flatMap((subject) =>
    VERIFY_SIDES.map((side) => ({ subject, alg: subject.alg, side, cpu: [] as number[] })),
  )
  for (const { subject, side } of rows) await drive(origin, subject, side, WARM_UP_SECONDS)
  const began = performance.now()
  let first: number | null = null
  let last = 0
  for (let round = 1; round <= rounds; round++) {
    for (const { subject, side, cpu } of rows) {
      const work = () => drive(origin, subject, side, seconds)
      const { outcome, server } = await watched(pid, work)
      cpu.push(server / outcome.calls)
      last = outcome.pulls
      first ??= last
    }
    console.error(`verification: round ${round} of ${rounds} done`)
  }
  const elapsed = (performance.now() - began) / 1000
  return { rows, pulls: (last - (first ?? last)) / subjects.length, elapsed }
}

/** What one call asks of the platform. */
async function countVerification({ folder, counting }: VerifyRun): Promise<OperationCount> {
  const server = await startCountingServer(folder, counting, MAIN)
  try {
    const [subject] = await subjectsOf(server.origin)
    return await countWarm('Verifier.verify', async () => {
      const answer = await send(server.origin, { ...subject!, side: 'Verifier', calls: 1 })
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
  try {
    await applyMigrations(server.miniflare)
    const subjects = await subjectsOf(server.origin)
    if (options.profile) {
      await profiled(server, subjects, run)
      return
    }
    const verification = await measuredVerification(server, subjects, options)
    console.log(`${verificationTable(verification)}\n`)
  } catch (error) {
    console.error(server.lastLines.join('\n'))
    throw error
  } finally {
    await server.stop()
  }
  const counts = [await countVerification(run)]
  console.log(`${operationTable(counts, 'operations a call')}\n`)
  reportExceeded(counts)
}
