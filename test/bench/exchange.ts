/**
 * Kept-alive connections over raw sockets that send prepared requests one after the other, so that a generator needs far
 * less CPU than an endpoint.
 */
import { connect } from 'node:net'
import type { LoadFigures } from './load.ts'
import { percentile } from './statistics.ts'

export interface Prepared {
  readonly bytes: Buffer
}

export interface Exchange<Request extends Prepared> {
  readonly url: URL
  readonly connections: number
  readonly seconds: number
  /** Null: nothing is left to send. */
  readonly next: () => Request | null
  /** Whether a whole answer, head and body, is what was asked for. */
  readonly isGood: (request: Request, answer: string) => boolean
}

/** The bytes of a request. */
export function requestBytes(
  url: URL,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const length = method === 'GET' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${url.host}`, ...lines, ...length, '', body]
  return Buffer.from(head.join('\r\n'))
}

/** The end of the first whole answer in `data`, or -1. */
export function answerEnd(data: string): number {
  const blank = data.indexOf('\r\n\r\n')
  if (blank === -1) return -1
  const head = data.slice(0, blank)
  const length = /^content-length: *(\d+)/im.exec(head)?.[1]
  if (length !== undefined) {
    const end = blank + 4 + Number(length)
    return data.length >= end ? end : -1
  }
  const last = data.indexOf('0\r\n\r\n', blank)
  return last === -1 ? -1 : last + 5
}

/** Sends until the time is over or nothing is left. */
export async function exchange<Request extends Prepared>({
  url,
  connections,
  seconds,
  next,
  isGood,
}: Exchange<Request>): Promise<LoadFigures> {
  const latencies: number[] = []
  let refused = 0
  let broken = 0
  const started = performance.now()
  const deadline = started + seconds * 1000

  const drive = (): Promise<void> =>
    new Promise((resolve) => {
      const socket = connect(Number(url.port), url.hostname)
      // One byte a character, so that lengths in the text are lengths on the wire.
      socket.setEncoding('latin1').setNoDelay(true)
      let sent = 0
      let received = ''
      let request: Request | null = null
      const send = (): void => {
        // A first one even where connecting took all of the time.
        request = sent === 0 || performance.now() < deadline ? next() : null
        if (request === null) {
          socket.end()
          return
        }
        sent = performance.now()
        socket.write(request.bytes)
      }
      socket.on('connect', send)
      socket.on('data', (chunk: string) => {
        received += chunk
        const end = answerEnd(received)
        if (end === -1 || request === null) return
        latencies.push((performance.now() - sent) * 1000)
        if (!isGood(request, received.slice(0, end))) refused++
        received = received.slice(end)
        send()
      })
      // The close that follows counts it.
      socket.on('error', () => {})
      socket.on('close', () => {
        if (request !== null) broken++
        resolve()
      })
    })

  await Promise.all(Array.from({ length: connections }, drive))
  const [p50 = 0, p90 = 0, p99 = 0] = [0.5, 0.9, 0.99].map((share) =>
    Math.round(percentile(latencies, share)),
  )
  const micros = Math.round((performance.now() - started) * 1000)
  return { requests: latencies.length, micros, p50, p90, p99, refused, broken }
}
