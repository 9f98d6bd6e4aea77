/**
 * The generator of requests at a constant rate, a process of its own. The one argument is the file of a plan
 * (open-loop.ts); what it prints are ArrivalFigures.
 */
import { readFileSync } from 'node:fs'
import { arrive } from './arrivals.ts'
import { requestBytes } from './exchange.ts'
import type { ArrivalPlan } from './open-loop.ts'

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as ArrivalPlan
const url = new URL(plan.origin)
const ready = plan.requests.map(({ method, path, headers, body }) => ({
  bytes: requestBytes(url, method, path, headers, body),
}))
const good = new RegExp(plan.good, 'i')
let at = 0

const { perSecond, seconds, connections } = plan
const figures = await arrive({
  url,
  perSecond,
  seconds,
  connections,
  next: () => ready[at++ % ready.length]!,
  isGood: (_, answer) => good.test(answer),
})
console.log(JSON.stringify(figures))
