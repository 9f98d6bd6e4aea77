/** An Express app as it is documented, which checks tokens by the published keys. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { Org } from '../browser/support/org.ts'
import { freePort } from '../e2e/product.ts'
import { ask, itGuards } from './support/consumer.ts'
import { AUDIENCE, mint, revoke } from './support/domain.ts'
import { Folder, startGateway, type Gateway } from './support/gateway.ts'

const domain = inject('domains').express
const program = join(import.meta.dirname, '..', 'examples', 'gateways', 'express.mjs')
let app: Gateway

async function start(issuer: string): Promise<Gateway> {
  const port = await freePort()
  const environment = { ISSUER: issuer, AUDIENCE, PORT: String(port) }
  return startGateway(process.execPath, [program], port, new Folder(), environment)
}

beforeAll(async () => {
  app = await start(domain.issuer)
})

afterAll(() => app.stop())

itGuards(domain, () => app.origin)

it('the handler knows whose token it is', async () => {
  const answer = await (await ask(app.origin, domain.good)).json()
  expect(answer).toEqual({ order: '1', subject: domain.machine.clientId })
})

it('a rotation loses no request', async () => {
  const rotate = `/api/v1/authorizationServers/${domain.id}/credentials/lifecycle/keyRotate`
  await new Org(inject('origin')).call('POST', rotate, { use: 'sig' })
  const after = await mint(domain.issuer, domain.machine)
  expect(after.split('.')[0]).not.toBe(domain.good.split('.')[0])
  for (const token of [domain.good, after]) expect((await ask(app.origin, token)).status).toBe(200)
})

it('a revoked token is good until it expires, since nobody is asked', async () => {
  const token = await mint(domain.issuer, domain.machine)
  await revoke(domain, token)
  expect((await ask(app.origin, token)).status).toBe(200)
})

it('nobody gets through while keys cannot be read, and nobody learns why', async () => {
  const away = await start(`http://127.0.0.1:${await freePort()}/oauth2/orders`)
  const response = await ask(away.origin, domain.good)
  expect([response.status, await response.text()]).toEqual([401, 'Unauthorized'])
  await away.stop()
})
