/**
 * What drives the benchmark's endpoints: figures are only worth something when every answer was looked at and nothing
 * goes on outside of a slice.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { requestBytes } from '../bench/exchange.ts'
import { Lane } from '../bench/lane.ts'

const servers: Server[] = []

/** Answers by the number of the request; null breaks its connection. */
async function served(respond: (count: number) => string | null): Promise<URL> {
  let count = 0
  const server = createServer((request, response) => {
    const body = respond(++count)
    if (body === null) request.socket.destroy()
    else response.end(body)
  })
  servers.push(server)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

async function laneTo(url: URL, most = Infinity) {
  const bytes = requestBytes(url, 'GET', '/', {}, '')
  const answers: string[] = []
  let left = most
  const lane = await Lane.open({
    url,
    connections: 4,
    next: () => (left-- > 0 ? { bytes } : null),
    isGood: (_, answer) => {
      answers.push(answer)
      return answer.endsWith('good')
    },
  })
  return { lane, answers }
}

describe('Lane', () => {
  it('asks over all connections until nothing is left, and counts every answer', async () => {
    const url = await served(() => 'good')
    const { lane, answers } = await laneTo(url, 10)
    await lane.drive(60_000)
    expect(answers).toHaveLength(10)
    expect(lane.figures).toMatchObject({ requests: 10, refused: 0, broken: 0 })
    expect(answers.every((answer) => answer.startsWith('HTTP/1.1 200'))).toBe(true)
    lane.close()
  })

  it('is silent between slices, and goes on with the next', async () => {
    let asked = 0
    const url = await served(() => {
      asked++
      return 'good'
    })
    const { lane } = await laneTo(url)
    await lane.drive(20)
    const first = asked
    expect(lane.figures.requests).toBe(first)
    await pause(30)
    expect(asked).toBe(first)
    await lane.drive(20)
    expect(asked).toBeGreaterThan(first)
    expect(lane.figures.requests).toBe(asked)
    lane.close()
  })

  it('asks once over each connection even when its time is over before it begins', async () => {
    const { lane } = await laneTo(await served(() => 'good'))
    await lane.drive(0)
    expect(lane.figures.requests).toBe(4)
    lane.close()
  })

  it('counts only the time of its slices', async () => {
    const { lane } = await laneTo(await served(() => 'good'), 1)
    await lane.drive(60_000)
    const { micros } = lane.figures
    await pause(30)
    expect(lane.figures.micros).toBe(micros)
    lane.close()
  })

  it('counts answers that are not good, and connections that break under a request', async () => {
    const url = await served((count) => (count === 3 ? 'bad' : count === 5 ? null : 'good'))
    const { lane } = await laneTo(url, 20)
    await lane.drive(60_000)
    expect(lane.figures).toMatchObject({ requests: 19, refused: 1, broken: 1 })
    await lane.drive(0)
    expect(lane.figures.broken).toBe(1)
    lane.close()
  })

  it('counts a connection that was closed between slices, and does not wait for it', async () => {
    const { lane } = await laneTo(await served(() => 'good'), 100)
    await lane.drive(0)
    servers[0]!.closeAllConnections()
    await pause(30)
    await lane.drive(60_000)
    expect(lane.figures).toMatchObject({ requests: 4, broken: 4 })
  })

  it('rejects where nobody listens', async () => {
    await expect(laneTo(new URL('http://127.0.0.1:1'))).rejects.toThrow('ECONNREFUSED')
  })
})
