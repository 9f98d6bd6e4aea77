/**
 * Kept-alive connections to one endpoint that ask again as soon as they are answered, for a slice of time at once: so
 * one generator drives several endpoints in turn, and what disturbs the machine for longer than a slice weighs on all.
 */
import type { Socket } from 'node:net'
import { answerEnd, opened, type Prepared } from './exchange.ts'
import type { LoadFigures } from './load.ts'
import { percentile } from './statistics.ts'

export interface LaneOptions<Request extends Prepared> {
  readonly url: URL
  readonly connections: number
  /** Null: nothing is left to send. */
  readonly next: () => Request | null
  /** Whether a whole answer, head and body, is what was asked for. */
  readonly isGood: (request: Request, answer: string) => boolean
}

/** One connection, which asks until its time is over. */
class Asker<Request extends Prepared> {
  readonly #options: LaneOptions<Request>
  readonly #answered: (sent: number, isGood: boolean) => void
  readonly #socket: Socket
  #request: Request | null = null
  #sent = 0
  #received = ''
  #deadline = 0
  #done = (): void => {}
  #isClosed = false
  /** Whether it was closed under a request, or before one could be sent. */
  isBroken = false

  constructor(
    socket: Socket,
    options: LaneOptions<Request>,
    answered: (sent: number, isGood: boolean) => void,
  ) {
    this.#options = options
    this.#answered = answered
    this.#socket = socket
    socket.on('data', (chunk: string) => this.#receive(chunk))
    // The close that follows counts it.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#isClosed = true
      this.isBroken ||= this.#request !== null
      this.#done()
    })
  }

  /** Asks once and until then again, and resolves with the last answer. */
  drive(deadline: number): Promise<void> {
    return new Promise((resolve) => {
      this.#deadline = deadline
      this.#done = resolve
      this.#send()
    })
  }

  close(): void {
    this.#socket.end()
  }

  #send(): void {
    this.#request = this.#options.next()
    this.isBroken ||= this.#isClosed && this.#request !== null
    if (this.#request === null || this.#isClosed) return this.#done()
    this.#sent = performance.now()
    this.#socket.write(this.#request.bytes)
  }

  #receive(chunk: string): void {
    this.#received += chunk
    const end = answerEnd(this.#received)
    if (end === -1 || this.#request === null) return
    const answer = this.#received.slice(0, end)
    this.#answered(this.#sent, this.#options.isGood(this.#request, answer))
    this.#received = this.#received.slice(end)
    this.#request = null
    if (performance.now() < this.#deadline) this.#send()
    else this.#done()
  }
}

export class Lane<Request extends Prepared> {
  readonly #askers: readonly Asker<Request>[]
  /** Microseconds, of all slices. */
  #driven = 0
  #sliceBegan = 0
  /** Whoever is asked at the same time as all others at the beginning of a slice is answered sooner than later ones. */
  readonly #firstLatencies: number[] = []
  readonly #latencies: number[] = []
  #refused = 0

  private constructor(sockets: readonly Socket[], options: LaneOptions<Request>) {
    const answered = (sent: number, isGood: boolean): void => {
      const latencies = sent < this.#sliceBegan ? this.#firstLatencies : this.#latencies
      latencies.push((performance.now() - sent) * 1000)
      if (!isGood) this.#refused++
    }
    this.#askers = sockets.map((socket) => new Asker(socket, options, answered))
  }

  /** Rejects where the endpoint does not take so many connections. */
  static async open<Request extends Prepared>(
    options: LaneOptions<Request>,
  ): Promise<Lane<Request>> {
    const { url, connections } = options
    const sockets = await Promise.all(Array.from({ length: connections }, () => opened(url)))
    return new Lane(sockets, options)
  }

  /** Sends until the time is over or nothing is left, and waits for what is under way then. */
  async drive(millis: number): Promise<void> {
    const began = performance.now()
    const done = this.#askers.map((asker) => asker.drive(began + millis))
    this.#sliceBegan = performance.now()
    await Promise.all(done)
    this.#driven += (performance.now() - began) * 1000
  }

  close(): void {
    for (const asker of this.#askers) asker.close()
  }

  get figures(): LoadFigures {
    const all = [...this.#latencies, ...this.#firstLatencies]
    const later = this.#latencies.length > 0 ? this.#latencies : all
    const [p50 = 0, p90 = 0, p99 = 0] = [0.5, 0.9, 0.99].map((share) =>
      Math.round(percentile(later, share)),
    )
    const broken = this.#askers.filter(({ isBroken }) => isBroken).length
    const micros = Math.round(this.#driven)
    return { requests: all.length, micros, p50, p90, p99, refused: this.#refused, broken }
  }
}
