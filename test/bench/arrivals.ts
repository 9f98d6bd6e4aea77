/**
 * Requests that arrive at a constant rate whatever becomes of those before, which is how the world asks. The time of an
 * answer counts from when its request was to be sent, so that whoever has to wait for a connection waits in the figures.
 */
import type { Socket } from 'node:net'
import { answerEnd, opened, type Prepared } from './exchange.ts'
import { percentile } from './statistics.ts'

export interface Arrivals<Request extends Prepared> {
  readonly url: URL
  readonly perSecond: number
  readonly seconds: number
  readonly connections: number
  readonly next: () => Request
  readonly isGood: (request: Request, answer: string) => boolean
}

/** Times in milliseconds. */
export interface ArrivalFigures {
  readonly requests: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly most: number
  /** How late the generator itself was while it had a connection to send on, at the 99.9th percentile. */
  readonly lateness: number
  /** Answers that were not what was asked for. */
  readonly refused: number
}

const DRAIN_MILLIS = 10_000

class Connection<Request> {
  readonly socket: Socket
  request: Request | null = null
  due = 0
  received = ''

  constructor(socket: Socket) {
    this.socket = socket
  }
}

/** Sends for so many seconds and waits for what is under way then. Rejects when a connection breaks. */
export async function arrive<Request extends Prepared>({
  url,
  perSecond,
  seconds,
  connections: count,
  next,
  isGood,
}: Arrivals<Request>): Promise<ArrivalFigures> {
  const latencies: number[] = []
  const lateness: number[] = []
  let refused = 0
  let broken: Error | null = null
  const idle: Connection<Request>[] = []
  /** Since when one has been idle: a server that keeps all of them waiting makes nobody late but itself. */
  let idleSince = -Infinity

  const answered = (connection: Connection<Request>, chunk: string): void => {
    connection.received += chunk
    const end = answerEnd(connection.received)
    const { request } = connection
    if (end === -1 || request === null) return
    latencies.push(performance.now() - connection.due)
    if (!isGood(request, connection.received.slice(0, end))) refused++
    connection.received = connection.received.slice(end)
    connection.request = null
    if (idle.length === 0) idleSince = performance.now()
    idle.push(connection)
  }
  for (let index = 0; index < count; index++) {
    const connection = new Connection<Request>(await opened(url))
    connection.socket
      .on('data', (chunk: string) => answered(connection, chunk))
      .on('error', (error) => (broken = error))
      .on('close', () => (broken ??= new Error('a connection was closed')))
    idle.push(connection)
  }
  const all = [...idle]

  const total = Math.floor(perSecond * seconds)
  const began = performance.now()
  const giveUp = began + seconds * 1000 + DRAIN_MILLIS
  let sent = 0
  const send = (now: number): void => {
    while (sent < total && idle.length > 0) {
      const due = began + (sent * 1000) / perSecond
      if (due > now) return
      const connection = idle.pop()!
      connection.due = due
      connection.request = next()
      connection.socket.write(connection.request.bytes)
      lateness.push(now - Math.max(due, idleSince))
      sent++
    }
  }
  // Timers are too coarse: this looks at the clock between all that happens.
  await new Promise<void>((resolve, reject) => {
    const turn = (): void => {
      const now = performance.now()
      if (broken !== null) reject(broken)
      else if (now > giveUp) reject(new Error(`${sent - latencies.length} answers did not come`))
      else if (latencies.length === total) resolve()
      else {
        send(now)
        setImmediate(turn)
      }
    }
    turn()
  })
  for (const { socket } of all) socket.removeAllListeners('close').destroy()
  const [p50 = 0, p99 = 0, p999 = 0] = [0.5, 0.99, 0.999].map((share) => percentile(latencies, share)) // prettier-ignore
  const most = percentile(latencies, 1)
  return { requests: total, p50, p99, p999, most, lateness: percentile(lateness, 0.999), refused }
}
