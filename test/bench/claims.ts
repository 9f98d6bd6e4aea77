/**
 * `npm run bench -- --claims`: what claims with expressions add to a client_credentials token. Servers that differ in
 * their claims only stand in one workerd and take turns, so that each round holds them against the server without
 * claims. The row of constants shows what the larger token costs by itself.
 */
import { decodeJwt } from 'jose'
import { MIX, PROFILE } from './claims-mix.ts'
import { ALGORITHMS, applyMigrations, productWorker, setUpProduct, type Algorithm, type TokenEndpoint } from './endpoints.ts' // prettier-ignore
import { chooseGenerator, drive } from './load.ts'
import { measured, type RunFigures } from './measure.ts'
import { recordProfile } from './profile.ts'
import { summarizeProfile } from './profile-summary.ts'
import { formatNumber, profileTables, range, table } from './report.ts'
import type { BenchRun } from './run.ts'
import { startServer, type BenchServer } from './server.ts'
import { differences, ratios, summarize } from './statistics.ts'
import { tokenOf, verifyToken } from './verification.ts'
import { writeDown } from './write-down.ts'

const expressions = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => MIX[at % MIX.length]!)

/** What each server's claims are; the values of the constants are those that the expressions give. */
const KINDS: readonly (readonly [kind: string, expressions: readonly string[]])[] = [
  ['no claims', []],
  ['10 expressions', expressions(10)],
  ['50 expressions', expressions(50)],
]
const CONSTANTS = '50 constants'
const [LEAST] = KINDS[0]!
const MOST = '50 expressions'

interface Subject {
  readonly alg: Algorithm
  readonly kind: string
  readonly endpoint: TokenEndpoint
  readonly bytes: number
  readonly runs: RunFigures[]
}

const nameOf = (at: number): string => `claim${String(at).padStart(2, '0')}`

/** A value of JSON as an expression. */
const constant = (value: unknown): string =>
  Array.isArray(value) ? `{${value.map(constant).join(', ')}}` : JSON.stringify(value)

async function subjectsOf(server: BenchServer): Promise<readonly Subject[]> {
  const subjects: Subject[] = []
  const add = async (kind: string, sources: readonly string[]): Promise<readonly unknown[]> => {
    const claims = sources.map((value, at) => [nameOf(at), value] as const)
    const endpoints = await setUpProduct(server.origin, { profile: PROFILE, claims })
    for (const alg of ALGORITHMS) {
      const endpoint = endpoints[alg]
      await verifyToken(endpoint, alg)
      const token = await tokenOf(endpoint)
      subjects.push({ alg, kind, endpoint, bytes: token.length, runs: [] })
    }
    const carried = decodeJwt(await tokenOf(endpoints.ES256))
    return claims.map(([name]) => {
      if (carried[name] === undefined) throw new Error(`the token of ${kind} has no ${name}`)
      return carried[name]
    })
  }
  let given: readonly unknown[] = []
  for (const [kind, sources] of KINDS) given = await add(kind, sources)
  await add(CONSTANTS, given.map(constant))
  // Those of one algorithm take turns, so that what is compared is close in time.
  return ALGORITHMS.flatMap((alg) => subjects.filter((subject) => subject.alg === alg))
}

function claimsTable(subjects: readonly Subject[]): string {
  const head = ['claims', 'req/s', 'CPU µs/token', `CPU ÷ ${LEAST}`, 'CPU µs more', 'bytes']
  const cpuOf = ({ runs }: Subject): number[] => runs.map(({ cpu }) => cpu)
  const rows = subjects.map((subject) => {
    const { alg, kind, bytes, runs } = subject
    const least = subjects.find((one) => one.alg === alg && one.kind === LEAST)!
    return [
      `${alg} ${kind}`,
      range(summarize(runs.map(({ perSecond }) => perSecond))),
      range(summarize(cpuOf(subject))),
      range(ratios(cpuOf(subject), cpuOf(least)), 3),
      formatNumber(differences(cpuOf(subject), cpuOf(least)).median, 1),
      formatNumber(bytes),
    ]
  })
  return table(head, rows)
}

const NOTE = `Medians of the rounds, the extremes in parentheses; ratios and differences are taken within a round. The constants are what the
50 expressions give, and show what the larger token costs by itself.`

/** Prints what claims add to a token. */
export async function runClaims(run: BenchRun): Promise<void> {
  const { product, main, pinning, options } = run
  const worker = productWorker('product', product, main)
  const server = await startServer({ worker, core: pinning?.server ?? null, inspect: options.profile }) // prettier-ignore
  const generator = chooseGenerator()
  const [connections = 1] = options.concurrency
  const load = ({ endpoint }: Subject) =>
    drive(generator, endpoint.request, connections, options.seconds, pinning?.generator ?? null)
  try {
    await applyMigrations(server.miniflare)
    const subjects = await subjectsOf(server)
    for (const subject of subjects) await load(subject)
    if (options.profile) {
      for (const subject of subjects.filter(({ alg, kind }) => alg === 'ES256' && kind === MOST)) {
        const inspector = await server.miniflare.getInspectorURL()
        const { profile, outcome } = await recordProfile(inspector, 'product', () => load(subject))
        console.log(profileTables(MOST, summarizeProfile(profile, product, main), outcome.requests))
      }
      return
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const subject of subjects)
        subject.runs.push(await measured(server.pid, () => load(subject)))
      console.error(`round ${round} of ${options.rounds} done`)
    }
    const text = `${connections} connections, ${options.rounds} rounds of ${options.seconds} s:\n\n${claimsTable(subjects)}\n\n${NOTE}`
    await writeDown(run, 'claims', 'What claims with expressions add to a token', text)
  } catch (error) {
    console.error(server.lastLines.join('\n'))
    throw error
  } finally {
    await server.stop()
  }
}
