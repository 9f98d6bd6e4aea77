/** What holds of whatever stands in front of an API and takes the tokens of a security domain. */
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

  it('[RFC6750-3.1] a token without the scope is refused as insufficient_scope', async () => {
    const token = await mint(domain.issuer, domain.machine, 'orders:write')
    expect(await answer(origin(), token)).toEqual([
      insufficientScope,
      expect.stringMatching(/^Bearer .*error="insufficient_scope"/),
    ])
  })
}
