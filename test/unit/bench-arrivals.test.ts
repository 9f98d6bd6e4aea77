/** Load for the benchmark: how often which server is asked for, and what an open loop counts. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrive } from '../bench/arrivals.ts'
import { requestBytes } from '../bench/exchange.ts'
import { seededRandom, zipf } from '../bench/zipf.ts'

describe('a Zipf distribution', () => {
  it('asks for each rank as often as its share says, and for the last as well', () => {
    const draw = zipf(4, seededRandom(1))
    const counts = [0, 0, 0, 0]
    for (let at = 0; at < 50_000; at++) counts[draw()]!++
    const shares = [12 / 25, 6 / 25, 4 / 25, 3 / 25]
    for (const [rank, share] of shares.entries()) expect(counts[rank]! / 50_000).toBeCloseTo(share, 2) // prettier-ignore
  })

  it('reaches both of its ends and nothing beyond', () => {
    expect(zipf(10, () => 0)()).toBe(0)
    expect(zipf(10, () => 1 - Number.EPSILON)()).toBe(9)
  })
})

describe('requests at a constant rate', () => {
  const STALL_MILLIS = 200
  let answers = 0
  const server = createServer((_, response) => {
    const wait = ++answers === 1 ? STALL_MILLIS : 0
    setTimeout(() => response.end('good'), wait)
  })
  let url: URL

  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  })

  afterAll(() => server.close())

  const request = () => ({ bytes: requestBytes(url, 'GET', '/', {}, '') })
  const good = (_: unknown, answer: string): boolean => answer.endsWith('good')

  it('wait in the figures for a server that stalls, whoever stalled it', async () => {
    answers = 0
    const load = { url, perSecond: 100, seconds: 0.1, connections: 1, next: request, isGood: good }
    const figures = await arrive(load)
    expect(figures).toMatchObject({ requests: 10, refused: 0 })
    // The fifth was due 40 ms after the first, for which all of them had to wait.
    expect(figures.p50).toBeGreaterThanOrEqual(STALL_MILLIS - 60)
    expect(figures.most).toBeGreaterThanOrEqual(STALL_MILLIS - 1)
  })

  it(
    'are not late themselves where the server keeps all connections waiting',
    { retry: 3 },
    async () => {
      answers = 0
      const load = {
        url,
        perSecond: 100,
        seconds: 0.1,
        connections: 1,
        next: request,
        isGood: good,
      }
      const { lateness, most } = await arrive(load)
      expect(lateness).toBeLessThan(most - STALL_MILLIS / 4)
    },
  )

  it('count what is not the answer that was asked for', async () => {
    const load = { url, perSecond: 100, seconds: 0.05, connections: 2, next: request }
    expect(await arrive({ ...load, isGood: () => false })).toMatchObject({
      requests: 5,
      refused: 5,
    })
  })
})
