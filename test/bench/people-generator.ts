/**
 * The load generator of flows with people, a process of its own: many prepared requests, each sent once, over and over,
 * or followed by the one that its answer makes possible. The one argument is the file of a plan (people-load.ts); what
 * it prints is a PlanOutcome.
 */
import { readFileSync } from 'node:fs'
import { exchange, requestBytes, type Prepared } from './exchange.ts'
import type { Plan, PlanOutcome, PreparedRequest } from './people-load.ts'

interface Sendable extends Prepared {
  readonly source: PreparedRequest
}

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Plan
const url = new URL(plan.origin)

const sendable = (source: PreparedRequest): Sendable => {
  const { method, path, headers, body } = source
  return { source, bytes: requestBytes(url, method, path, headers, body) }
}

const ready = plan.requests.map(sendable)
const good = new RegExp(plan.good, 'i')
const collect = plan.collect === null ? null : new RegExp(plan.collect, 'i')
const collected: string[] = []
const refusals: string[] = []
let at = 0

/** RFC 6749 §6: the token that replaces the one of the request. */
function renewed({ source }: Sendable, answer: string): Sendable {
  const token = /"refresh_token":"([^"]+)"/.exec(answer)?.[1] ?? ''
  const form = new URLSearchParams(source.body)
  form.set('refresh_token', token)
  return sendable({ ...source, body: form.toString() })
}

const figures = await exchange<Sendable>({
  url,
  connections: plan.connections,
  seconds: plan.seconds,
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
const outcome: PlanOutcome = { figures, collected, refusals: refusals.slice(0, 3) }
console.log(JSON.stringify(outcome))
