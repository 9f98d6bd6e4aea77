/**
 * The load generator of flows, a process of its own: many prepared requests, each sent once, over and over, or followed
 * by the one that its answer makes possible. The one argument is the file of the plans (people-load.ts), which take turns
 * where they are several; what it prints are their outcomes.
 */
import { readFileSync } from 'node:fs'
import { requestBytes, type Prepared } from './exchange.ts'
import { Lane } from './lane.ts'
import type { Plan, PlanOutcome, PreparedRequest } from './people-load.ts'

/**
 * Long beside what a change of turns costs (cold caches, connections that are not busy yet), and short beside what
 * disturbs a machine.
 */
const SLICE_MILLIS = 50

interface Sendable extends Prepared {
  readonly source: PreparedRequest
}

interface Driven {
  readonly plan: Plan
  readonly lane: Lane<Sendable>
  readonly outcome: () => PlanOutcome
}

async function prepared(plan: Plan): Promise<Driven> {
  const url = new URL(plan.origin)
  const sendable = (source: PreparedRequest): Sendable => {
    const { method, path, headers, body } = source
    return { source, bytes: requestBytes(url, method, path, headers, body) }
  }
  /** RFC 6749 §6: the token that replaces the one of the request. */
  const renewed = ({ source }: Sendable, answer: string): Sendable => {
    const token = /"refresh_token":"([^"]+)"/.exec(answer)?.[1] ?? ''
    const form = new URLSearchParams(source.body)
    form.set('refresh_token', token)
    return sendable({ ...source, body: form.toString() })
  }
  const ready = plan.requests.map(sendable)
  const good = new RegExp(plan.good, 'i')
  const collect = plan.collect === null ? null : new RegExp(plan.collect, 'i')
  const collected: string[] = []
  const refusals: string[] = []
  let at = 0

  const lane = await Lane.open<Sendable>({
    url,
    connections: plan.connections,
    next: () => {
      const request = ready[at++]
      if (plan.mode === 'again' && at === ready.length) at = 0
      return request ?? null
    },
    isGood: (request, answer) => {
      const found = collect?.exec(answer)?.[1]
      if (found !== undefined) collected.push(found)
      if (!good.test(answer)) {
        refusals.push(answer.slice(0, 600))
        return false
      }
      if (plan.mode === 'rotate') ready.push(renewed(request, answer))
      return true
    },
  })
  const outcome = () => ({ figures: lane.figures, collected, refusals: refusals.slice(0, 3) })
  return { plan, lane, outcome }
}

const plans = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as readonly Plan[]
const driven = await Promise.all(plans.map(prepared))
const slices = driven.length === 1 ? 1 : Math.ceil(((plans[0]?.seconds ?? 0) * 1000) / SLICE_MILLIS)
for (let slice = 0; slice < slices; slice++)
  // To and fro, so that nobody always comes after the same one.
  for (const { plan, lane } of slice % 2 === 0 ? driven : driven.toReversed())
    await lane.drive((plan.seconds * 1000) / slices)
for (const { lane } of driven) lane.close()
console.log(JSON.stringify(driven.map(({ outcome }) => outcome())))
