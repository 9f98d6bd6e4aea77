/**
 * A load generator for machines without wrk: raw sockets and one prepared request, so that it needs
 * far less CPU than a token endpoint. It runs as a process of its own and prints what token.lua prints.
 * Arguments: url, Authorization header, form, connections, seconds.
 */
import { connect } from 'node:net'
import { percentile } from './statistics.ts'

const [, , address = '', authorization = '', form = '', connections = '1', seconds = '1'] =
  process.argv
const url = new URL(address)
const request = Buffer.from(
  [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: ${authorization}`,
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${Buffer.byteLength(form)}`,
    '',
    form,
  ].join('\r\n'),
)

const latencies: number[] = []
let refused = 0
let broken = 0
const started = performance.now()
const deadline = started + Number(seconds) * 1000

/** The end of the first whole answer in `data`, or -1. */
function answerEnd(data: string): number {
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

function drive(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname)
    // One byte a character, so that lengths in the text are lengths on the wire.
    socket.setEncoding('latin1').setNoDelay(true)
    let sent = 0
    let received = ''
    const send = (): void => {
      sent = performance.now()
      socket.write(request)
    }
    socket.on('connect', send)
    socket.on('data', (chunk: string) => {
      received += chunk
      const end = answerEnd(received)
      if (end === -1) return
      const now = performance.now()
      latencies.push((now - sent) * 1000)
      if (!received.startsWith('HTTP/1.1 200')) refused++
      received = received.slice(end)
      if (now < deadline) send()
      else socket.end()
    })
    // The close that follows counts it.
    socket.on('error', () => {})
    socket.on('close', () => {
      if (performance.now() < deadline) broken++
      resolve()
    })
  })
}

await Promise.all(Array.from({ length: Number(connections) }, drive))
const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => Math.round(percentile(latencies, share)))
const micros = Math.round((performance.now() - started) * 1000)
console.log(JSON.stringify({ requests: latencies.length, micros, p50, p90, p99, refused, broken }))
