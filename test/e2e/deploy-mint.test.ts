/** The last step of `npm run deploy` against the product itself: what it makes, mints with and removes again. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkMint, TokenRefused } from '../../src/tools/deploy/mint.ts'
import { Report } from '../../src/tools/deploy/report.ts'
import { API_TOKEN, ORIGIN, startRuntime, type Runtime } from './runtime.ts'

let runtime: Runtime

beforeAll(async () => {
  runtime = await startRuntime(1)
})

afterAll(() => runtime.stop())

/** Reaches the deployment's origin at the socket of this machine. */
const fetcher: typeof fetch = (input, init) => {
  const at = runtime.isolates[0]?.origin ?? ''
  return fetch(String(input instanceof Request ? input.url : input).replace(ORIGIN, at), init)
}

const clockwork = { now: Date.now, sleep: async (): Promise<void> => undefined }

const input = (apiToken: string) => ({
  fetcher,
  origin: ORIGIN,
  apiToken,
  clockwork,
  report: new Report(async () => undefined),
})

it('mints a token that verifies, and leaves nothing behind', async () => {
  await checkMint(input(API_TOKEN))
  const headers = { authorization: `SSWS ${API_TOKEN}` }
  const apps = await (await fetcher(`${ORIGIN}/api/v1/apps`, { headers })).json()
  expect(apps).toEqual([])
  const path = '/api/v1/authorizationServers/default/scopes?q=deployment'
  expect(await (await fetcher(ORIGIN + path, { headers })).json()).toEqual([])
})

it('says so when the API token is refused', async () => {
  await expect(checkMint(input('00nobody'))).rejects.toBeInstanceOf(TokenRefused)
})
