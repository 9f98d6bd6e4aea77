/** Requests and answers as bytes on the wire, so that a generator needs far less CPU than an endpoint. */
import { connect, type Socket } from 'node:net'

export interface Prepared {
  readonly bytes: Buffer
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

/** A connection, once it is there. */
export const opened = (url: URL): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(url.port), url.hostname)
    // One byte a character, so that lengths in the text are lengths on the wire.
    socket.setEncoding('latin1').setNoDelay(true)
    socket.once('connect', () => resolve(socket)).once('error', reject)
  })
