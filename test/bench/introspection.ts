/**
 * `npm run bench -- --verify`, second part: introspection by a confidential client, beside oidc-provider with its
 * tokens in memory (peers/). The product introspects its JWT with one call of an object; the peer looks an opaque token
 * up. The runs of all take turns, on the same core.
 */
import { ALGORITHMS, applyMigrations, productWorker, setUpProduct } from './endpoints.ts'
import { chooseGenerator, drive, type TokenRequest } from './load.ts'
import { measured, type RunFigures } from './measure.ts'
import { startPeer } from './peer.ts'
import { formatNumber, range, table } from './report.ts'
import type { BenchRun } from './run.ts'
import { startServer } from './server.ts'
import { ratios, summarize } from './statistics.ts'
import { requestToken, tokenOf } from './verification.ts'

interface Subject {
  readonly name: string
  readonly pid: number
  readonly request: TokenRequest
  readonly runs: RunFigures[]
}

const PEER = 'oidc-provider'

/** The introspection of a new token; `request` asks for tokens. */
async function subjectOf(
  name: string,
  pid: number,
  request: TokenRequest,
  url: string,
): Promise<Subject> {
  const token = await tokenOf({ request })
  const form = new URLSearchParams({ token, token_type_hint: 'access_token' }).toString()
  return { name, pid, request: { ...request, url, form }, runs: [] }
}

/** An endpoint that calls every token dead would be fast. */
async function mustBeAlive({ name, request }: Subject): Promise<void> {
  const answer: { active?: unknown } = await (await requestToken(request)).json()
  if (answer.active !== true) throw new Error(`${name} says that its token is not active`)
}

function introspectionTable(subjects: readonly Subject[]): string {
  const head = ['introspection', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs/request', `req/s ÷ ${PEER}`]
  const column = ({ runs }: Subject, key: keyof RunFigures): number[] => runs.map((run) => run[key])
  const peer = subjects.find(({ name }) => name === PEER)
  const rows = subjects.map((subject) => [
    subject.name,
    range(summarize(column(subject, 'perSecond'))),
    formatNumber(summarize(column(subject, 'p50')).median, 2),
    formatNumber(summarize(column(subject, 'p99')).median, 2),
    range(summarize(column(subject, 'cpu'))),
    peer === undefined
      ? 'n/a'
      : range(ratios(column(subject, 'perSecond'), column(peer, 'perSecond')), 2),
  ])
  return table(head, rows)
}

/** Prints what introspection costs. */
export async function runIntrospection(run: BenchRun): Promise<void> {
  const { product, main, pinning, options } = run
  const core = pinning?.server ?? null
  const generator = chooseGenerator()
  const [connections = 1] = options.concurrency
  const load = ({ request }: Subject) =>
    drive(generator, request, connections, options.seconds, pinning?.generator ?? null)
  const peer = await startPeer(PEER, core)
  try {
    const server = await startServer({ worker: productWorker('product', product, main), core })
    try {
      await applyMigrations(server.miniflare)
      const endpoints = await setUpProduct(server.origin)
      const subjects: Subject[] = []
      for (const alg of ALGORITHMS) {
        const { request } = endpoints[alg]
        const url = request.url.replace(/token$/, 'introspect')
        subjects.push(await subjectOf(`product, ${alg}`, server.pid, request, url))
      }
      if (peer !== null)
        subjects.push(await subjectOf(PEER, peer.pid, peer.tokens, peer.introspection))
      for (const subject of subjects) {
        await mustBeAlive(subject)
        await load(subject)
      }
      for (let round = 1; round <= options.rounds; round++) {
        for (const subject of subjects)
          subject.runs.push(await measured(subject.pid, () => load(subject)))
        console.error(`introspection: round ${round} of ${options.rounds} done`)
      }
      for (const subject of subjects) await mustBeAlive(subject)
      console.log(`${connections} connections\n\n${introspectionTable(subjects)}\n`)
    } finally {
      await server.stop()
    }
  } finally {
    peer?.stop()
  }
}
