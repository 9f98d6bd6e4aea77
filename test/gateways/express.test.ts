/** An Express app as it is documented, which checks tokens by the published keys. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { freePort } from '../e2e/product.ts'
import { ask, itGuards } from './support/consumer.ts'
import { AUDIENCE } from './support/domain.ts'
import { Folder, startGateway, type Gateway } from './support/gateway.ts'

const domain = inject('domains').express
const program = join(import.meta.dirname, '..', 'examples', 'gateways', 'express.mjs')
let app: Gateway

beforeAll(async () => {
  const port = await freePort()
  app = await startGateway(process.execPath, [program], port, new Folder(), {
    ISSUER: domain.issuer,
    AUDIENCE,
    PORT: String(port),
  })
})

afterAll(() => app.stop())

itGuards(domain, () => app.origin)

it('the handler knows whose token it is', async () => {
  const answer = await (await ask(app.origin, domain.good)).json()
  expect(answer).toEqual({ order: '1', subject: domain.machine.clientId })
})
