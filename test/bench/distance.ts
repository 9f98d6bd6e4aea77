/**
 * `npm run bench -- --distance`: how many round trips to storage each request waits for, one after the other. The
 * counting Worker (counting.ts) puts every call to D1 and to a Durable Object at a distance, those that objects make
 * too; what a request takes longer for it, divided by the distance, are its round trips: what goes in parallel is one.
 * Warm, an isolate knows the server, the client and the keys; cold, it knows nothing. Fails where the design is missed.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { meeting, startCountingServer } from './counting.ts'
import { setUpDistance, type DistantFlow } from './distance-flows.ts'
import { sendOne } from './client-flows.ts'
import { formatNumber, table } from './report.ts'
import { writeDown } from './write-down.ts'
import type { BenchRun } from './run.ts'
import { median } from './statistics.ts'

/** In milliseconds. */
const DISTANCES = [0, 50, 150, 300] as const
const REPETITIONS = { full: 3, quick: 1 }
/** What is left to do after an answer is done by then, and delays nobody. */
const REST_MILLIS = 30

const STATES = ['warm', 'cold'] as const
type State = (typeof STATES)[number]

interface Distant {
  readonly flow: DistantFlow
  readonly state: State
  /** Median milliseconds by distance, in their order. */
  readonly millis: readonly number[]
}

/** Sends a request that is made anew at no distance; resolves to its milliseconds. */
async function timed(
  origin: string,
  flow: DistantFlow,
  millisAway: number,
  isolate: number,
): Promise<number> {
  const request = await flow.request()
  await sleep(REST_MILLIS)
  const headers = { ...request.headers, ...meeting(millisAway, isolate) }
  const began = performance.now()
  const answer = await sendOne(origin, { ...request, headers })
  const text = await answer.text()
  const millis = performance.now() - began
  const seen = `HTTP/1.1 ${answer.status} \r\nlocation: ${answer.headers.get('location')}\r\n${text}`
  if (!new RegExp(flow.good, 'i').test(seen))
    throw new Error(`${flow.name} answered ${seen.slice(0, 500)}`)
  return millis
}

/** What all requests of a run share. */
interface Journey {
  readonly origin: string
  readonly repetitions: number
  /** The number of the isolate that began last. */
  isolate: number
}

async function distant(journey: Journey, flow: DistantFlow, state: State): Promise<Distant> {
  const { origin, repetitions } = journey
  const millis: number[] = []
  for (const distance of DISTANCES) {
    const times: number[] = []
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const isolate = ++journey.isolate
      if (state === 'warm') await timed(origin, flow, 0, isolate)
      times.push(await timed(origin, flow, distance, isolate))
    }
    millis.push(median(times))
  }
  return { flow, state, millis }
}

/** By each distance but the first, which is none. */
const tripsOf = ({ millis }: Distant): readonly number[] =>
  DISTANCES.slice(1).map((distance, at) => (millis[at + 1]! - millis[0]!) / distance)

const allowed = ({ flow, state }: Distant): number | null => flow.trips?.[state] ?? null

/** Told by the greatest distance, beside which what a machine computes meanwhile is little. */
const isMet = (one: Distant): boolean => Math.round(tripsOf(one).at(-1) ?? NaN) === allowed(one)

function distanceTable(all: readonly Distant[]): string {
  const head = [
    'request',
    ...DISTANCES.map((distance) => `${distance} ms away`),
    ...DISTANCES.slice(1).map((distance) => `trips at ${distance} ms`),
    'design',
    '',
  ]
  const rows = all.map((one) => [
    `${one.flow.name}, ${one.state}`,
    ...one.millis.map((millis) => `${formatNumber(millis, 0)} ms`),
    ...tripsOf(one).map((trips) => formatNumber(trips, 1)),
    allowed(one) === null ? '–' : String(allowed(one)),
    allowed(one) === null ? '' : isMet(one) ? 'met' : 'not met',
  ])
  return table(head, rows)
}

const note = (
  repetitions: number,
): string => `Medians of ${repetitions} requests, one at a time. "trips" is the time that the distance adds, divided by it: calls in parallel are one
trip. The design: warm client_credentials waits for no storage, an assertion for one object, each flow of a person for the
person's object, an authorization for two calls of it; a cold isolate for one trip more, a D1 batch and the key ring at once.`

/** Prints how many round trips every request waits for, and fails where they are not those of the design. */
export async function runDistance(run: BenchRun): Promise<void> {
  const { product, temporary, options } = run
  const server = await startCountingServer(product, join(temporary, 'counting'))
  try {
    const flows = await setUpDistance(server.origin)
    const repetitions = options.quick ? REPETITIONS.quick : REPETITIONS.full
    const journey = { origin: server.origin, repetitions, isolate: 0 }
    const all: Distant[] = []
    for (const flow of flows) {
      for (const state of STATES) all.push(await distant(journey, flow, state))
      console.error(`${flow.name} done`)
    }
    const missed = all.filter((one) => allowed(one) !== null && !isMet(one))
    for (const { flow, state } of missed)
      console.error(`Not the round trips of the design: ${flow.name}, ${state}`)
    if (missed.length > 0) process.exitCode = 1
    await writeDown(
      run,
      'distance',
      'Storage far away',
      `${distanceTable(all)}\n\n${note(repetitions)}`,
    )
  } catch (error) {
    console.error(server.lastLines.join('\n'))
    throw error
  } finally {
    await server.stop()
  }
}
