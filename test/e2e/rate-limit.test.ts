/** The management API's brake over HTTP, as the Okta SDK reads it. */
import okta from '@okta/okta-sdk-nodejs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { API_TOKEN, startRuntime, type Runtime } from './runtime.ts'

const LIMIT = 3

let runtime: Runtime

beforeAll(async () => {
  runtime = await startRuntime(1, { RATE_LIMIT_PER_MINUTE: String(LIMIT) })
})

afterAll(() => runtime.stop())

const list = (): Promise<Response> =>
  fetch(`${runtime.isolates[0]!.origin}/api/v1/authorizationServers`, {
    headers: { authorization: `SSWS ${API_TOKEN}` },
  })

it('tells the SDK how long to wait: one reset, one date, and no more than a minute between them', async () => {
  let refused = await list()
  // A minute that ends meanwhile begins the count anew.
  for (let call = 0; refused.status !== 429 && call < 3 * LIMIT; call++) refused = await list()
  expect([refused.status, ((await refused.json()) as Json)['errorCode']]).toEqual([429, 'E0000047'])
  // Two headers of a name would be joined by a comma.
  for (const name of ['limit', 'remaining', 'reset'])
    expect(refused.headers.get(`x-rate-limit-${name}`)).toMatch(/^\d+$/)
  expect(refused.headers.get('x-okta-request-id')).toMatch(/^req\w+$/)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)

  const executor = new okta.DefaultRequestExecutor() as unknown as Json
  expect(executor['validateRetryResponseHeaders'](refused)).toBe(true)
  const delay = executor['getRetryDelayMs'](refused)
  expect(delay).toBeGreaterThan(0)
  expect(delay).toBeLessThanOrEqual(61_000)
})
