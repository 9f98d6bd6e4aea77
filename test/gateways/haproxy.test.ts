/** Debian's HAProxy in front of an API, which checks tokens by keys in files, as they are documented. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { Org } from '../browser/support/org.ts'
import { freePort } from '../e2e/product.ts'
import { ask, itGuards } from './support/consumer.ts'
import { AUDIENCE, mint, revoke, SCOPE } from './support/domain.ts'
import { Folder, startGateway, type Gateway } from './support/gateway.ts'
import { snippet } from './support/snippet.ts'
import { Upstream } from './support/upstream.ts'

const domain = inject('domains').haproxy
const folder = new Folder()
let upstream: Upstream
let gateway: Gateway

/** As it is documented: run once a day, before HAProxy is reloaded. */
const writeKeys = (): void => {
  const program = join(import.meta.dirname, '..', 'examples', 'gateways', 'keys-to-pem.mjs')
  execFileSync(process.execPath, [program, `${domain.issuer}/v1/keys`, join(folder.path, 'keys')])
}

beforeAll(async () => {
  upstream = await Upstream.start()
  writeKeys()
  const port = await freePort()
  const path = folder.write(
    'haproxy.cfg',
    snippet('haproxy.cfg', [
      ['/etc/haproxy/orders', join(folder.path, 'keys')],
      ['bind :8000', `bind 127.0.0.1:${port}`],
      ['https://login.example.com/oauth2/orders', domain.issuer],
      [AUDIENCE, AUDIENCE],
      [SCOPE, SCOPE],
      ['127.0.0.1:8080', upstream.address],
    ]),
  )
  // In master-worker mode it reads its files again when it is told to.
  gateway = await startGateway(inject('programs').haproxy, ['-W', '-f', path], port, folder)
})

afterAll(async () => {
  await gateway.stop()
  upstream.stop()
})

itGuards(domain, () => gateway.origin)

it('a revoked token is good until it expires, since nobody is asked', async () => {
  const token = await mint(domain.issuer, domain.machine)
  await revoke(domain, token)
  expect((await ask(gateway.origin, token)).status).toBe(200)
})

it('a rotation loses no request: the next key is among the files before it signs', async () => {
  const rotate = `/api/v1/authorizationServers/${domain.id}/credentials/lifecycle/keyRotate`
  const before = await mint(domain.issuer, domain.machine)
  await new Org(inject('origin')).call('POST', rotate, { use: 'sig' })
  const after = await mint(domain.issuer, domain.machine)
  expect(after.split('.')[0]).not.toBe(before.split('.')[0])
  for (const token of [before, after]) expect((await ask(gateway.origin, token)).status).toBe(200)
})

it('a key that was published later signs good tokens after a reload', async () => {
  const rotate = `/api/v1/authorizationServers/${domain.id}/credentials/lifecycle/keyRotate`
  await new Org(inject('origin')).call('POST', rotate, { use: 'sig' })
  const token = await mint(domain.issuer, domain.machine)
  expect((await ask(gateway.origin, token)).status).toBe(401)
  writeKeys()
  gateway.signal('SIGUSR2')
  await expect
    .poll(async () => (await ask(gateway.origin, token).catch(() => null))?.status, {
      timeout: 10_000,
    })
    .toBe(200)
})
