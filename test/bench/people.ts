/**
 * `npm run bench -- --people`: what flows with people cost, beside client_credentials of the same round at the same
 * server. Codes, refresh tokens and waiting sign-ins are made ahead by the running product: the codes that one run
 * asks for are what the next one redeems, and of those come the tokens that are refreshed. Objects and D1 run in the
 * measured process, so that their work is part of every figure.
 */
import { join } from 'node:path'
import { ALGORITHMS, applyMigrations, productWorker, setUpProduct, type Algorithm } from './endpoints.ts' // prettier-ignore
import { measured, type RunFigures } from './measure.ts'
import { countPeopleOperations } from './people-counting.ts'
import { PeopleFlows, setUpPeople, type GivenTokens } from './people-flows.ts'
import { drivePlan, type Flow } from './people-load.ts'
import { flowTable, type FlowRuns } from './people-report.ts'
import { recordProfile } from './profile.ts'
import { summarizeProfile } from './profile-summary.ts'
import { profileTables } from './report.ts'
import type { BenchRun } from './run.ts'
import { startServer, type BenchServer } from './server.ts'

const PEOPLE = 24
/** One after the other, since what they cost is computing: more at once would only wait for each other. */
const SIGN_INS = { count: 30, connections: 1 }

type Drive = (flow: Flow, connections?: number) => Promise<{ figures: RunFigures; collected: readonly string[] }> // prettier-ignore

/** Tokens that last for all rounds. */
type Lasting = readonly GivenTokens[]

/** One round at one server: every flow once, in the order in which one makes what the next one needs. */
async function round(
  flows: PeopleFlows,
  lasting: Lasting,
  drive: Drive,
  add: (name: string, figures: RunFigures) => void,
): Promise<void> {
  const run = async (
    name: string,
    flow: Flow,
    connections?: number,
  ): Promise<readonly string[]> => {
    const { figures, collected } = await drive(flow, connections)
    add(name, figures)
    return collected
  }
  const accessTokens = lasting.map(({ access_token }) => access_token)
  const staticTokens = lasting.map(({ refresh_token }) => refresh_token)
  await run('client_credentials', flows.clientCredentials())
  const codes = await run('authorize with a session', flows.authorize('ROTATE'))
  const tokens = await run('code redemption', flows.redeem('ROTATE', codes))
  await run('refresh, ROTATE', flows.refresh('ROTATE', tokens))
  await run('refresh, STATIC', flows.refresh('STATIC', staticTokens))
  await run('userinfo', flows.userinfo(accessTokens))
  await run('introspection', flows.introspect(accessTokens))
  await run('sign-in', await flows.signIn(SIGN_INS.count), SIGN_INS.connections)
}

async function prepared(server: BenchServer) {
  await applyMigrations(server.miniflare)
  const people = await setUpPeople(server.origin, await setUpProduct(server.origin), PEOPLE)
  const at = async (alg: Algorithm) => {
    const flows = new PeopleFlows(server.origin, people, alg)
    return { alg, flows, lasting: await flows.given('STATIC') }
  }
  return [await at(ALGORITHMS[0]), await at(ALGORITHMS[1])]
}

/** Prints the tables of flows with people. */
export async function runPeople(run: BenchRun): Promise<void> {
  const { product, main, temporary, pinning, options } = run
  const worker = productWorker('product', product, main)
  const server = await startServer({ worker, core: pinning?.server ?? null, inspect: options.profile }) // prettier-ignore
  const [usual = 1] = options.concurrency
  const drive: Drive = async (flow, connections = usual) => {
    const plan = { ...flow, origin: server.origin, connections, seconds: options.seconds }
    let collected: readonly string[] = []
    const figures = await measured(server.pid, async () => {
      const outcome = await drivePlan(plan, temporary, pinning?.generator ?? null)
      collected = outcome.collected
      return outcome.figures
    })
    return { figures, collected }
  }
  try {
    const servers = await prepared(server)
    if (options.profile) {
      await profilePeople(run, server, servers[1]!, drive)
      return
    }
    const runs: FlowRuns = new Map()
    for (let index = 0; index <= options.rounds; index++) {
      for (const { alg, flows, lasting } of servers)
        await round(flows, lasting, drive, (name, figures) => {
          // The first round warms up.
          if (index === 0) return
          const key = `${alg} ${name}`
          runs.set(key, [...(runs.get(key) ?? []), figures])
        })
      console.error(index === 0 ? 'warm' : `round ${index} of ${options.rounds} done`)
    }
    const counts = await countPeopleOperations(product, join(temporary, 'counting'))
    console.log(
      `${usual} connections; ${SIGN_INS.connections} for sign-ins\n\n${flowTable(ALGORITHMS, runs, counts)}\n`,
    )
  } catch (error) {
    console.error(server.lastLines.join('\n'))
    throw error
  } finally {
    await server.stop()
  }
}

/** Where the CPU time of redemptions and refreshes goes. */
async function profilePeople(
  { product, main }: BenchRun,
  server: BenchServer,
  { flows }: { readonly flows: PeopleFlows },
  drive: Drive,
): Promise<void> {
  const { collected } = await drive(flows.authorize('ROTATE'))
  await drive(flows.redeem('ROTATE', collected))
  const profiled = async (name: string, flow: Flow): Promise<readonly string[]> => {
    let requests = 0
    let collected: readonly string[] = []
    const inspector = await server.miniflare.getInspectorURL()
    const { profile } = await recordProfile(inspector, 'product', async () => {
      const outcome = await drive(flow)
      requests = outcome.figures.requests
      collected = outcome.collected
    })
    console.log(profileTables(name, summarizeProfile(profile, product, main), requests))
    return collected
  }
  const codes = await profiled('authorize with a session', flows.authorize('ROTATE'))
  const tokens = await profiled('code redemption', flows.redeem('ROTATE', codes))
  await profiled('refresh, ROTATE', flows.refresh('ROTATE', tokens))
}
