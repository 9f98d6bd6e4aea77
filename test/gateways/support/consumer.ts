/** What holds of whatever stands in front of an API and takes the tokens of a security domain. */
import { request } from 'node:http'
import { expect, it } from 'vitest'
import { FAULTS, mint, type Domain } from './domain.ts'
import type { Asked } from './upstream.ts'

/** Requests the guarded path of the API. */
export function ask(
  origin: string,
  token?: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${origin}/orders/1`, {
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  })
}

export const answer = async (origin: string, token?: string): Promise<[number, string | null]> => {
  const response = await ask(origin, token)
  return [response.status, response.headers.get('www-authenticate')]
}

/** What the API was asked, by a request that came through. */
export async function asked(
  origin: string,
  token: string,
  headers?: Readonly<Record<string, string>>,
): Promise<Asked> {
  const response = await ask(origin, token, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Asked
}

/** Where a consumer cannot do as the specification says. */
export interface Otherwise {
  readonly insufficientScope?: number
}

/** The tests that every consumer passes. */
export function itGuards(
  domain: Domain,
  origin: () => string,
  { insufficientScope = 403 }: Otherwise = {},
): void {
  it('a good token reaches the API', async () => {
    expect((await ask(origin(), domain.good)).status).toBe(200)
  })

  it('[RFC6750-3] no token is answered by a challenge', async () => {
    expect(await answer(origin())).toEqual([401, expect.stringMatching(/^Bearer/)])
  })

  it.each(FAULTS)('[RFC6750-3.1] a token is refused with a challenge: %s', async (fault) => {
    expect(await answer(origin(), domain.refused[fault])).toEqual([
      401,
      expect.stringMatching(/^Bearer .*error="invalid_token"/),
    ])
  })

  it('a token of a million characters comes to nothing, and to no fault', async () => {
    const status = await statusOf(origin(), ['x'.repeat(1_000_000)])
    expect([400, 401, 413, 431, null]).toContain(status)
    expect((await ask(origin(), domain.good)).status).toBe(200)
  })

  it('[RFC6750-3.1] a token without the scope is refused as insufficient_scope', async () => {
    const token = await mint(domain.issuer, domain.machine, 'orders:write')
    expect(await answer(origin(), token)).toEqual([
      insufficientScope,
      expect.stringMatching(/^Bearer .*error="insufficient_scope"/),
    ])
  })
}

/** The status of an answer to headers as they are, or null where the connection is cut. */
function statusOf(
  origin: string,
  authorizations: readonly string[],
  path = '/orders/1',
  method = 'GET',
): Promise<number | null> {
  const lines = authorizations.flatMap((token) => ['Authorization', `Bearer ${token}`])
  const headers = ['Host', new URL(origin).host, ...lines]
  return new Promise((resolve) => {
    const asking = request(`${origin}${path}`, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? null)
    })
    asking.once('error', () => resolve(null))
    asking.end()
  })
}

/** The tests that every gateway passes beside. */
export function itStandsInFront(domain: Domain, origin: () => string): void {
  it.each(['first', 'last'])('two tokens are none, whether the good one is %s', async (place) => {
    const tokens = [domain.good, domain.refused.expired]
    const status = await statusOf(origin(), place === 'first' ? tokens : tokens.toReversed())
    expect([400, 401]).toContain(status)
  })

  it('[RFC6750-2.3] a token in the address is none', async () => {
    expect(await statusOf(origin(), [], `/orders/1?access_token=${domain.good}`)).toBe(401)
  })

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE'])('reading is not: %s', async (method) => {
    expect(await statusOf(origin(), [domain.good], '/orders/1', method)).toBe(405)
  })

  it.each(['/ORDERS/1', '//orders/1', '/x/../orders/1', '/%6frders/1', '/orders', '/orders/'])(
    'no way around it: %s',
    async (path) => {
      expect([401, 404]).toContain(await statusOf(origin(), [], path))
    },
  )
}
