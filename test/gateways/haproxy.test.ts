/** Debian's HAProxy in front of an API, which checks tokens by keys in files, as they are documented. */
import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { Json } from '../json.ts'
import { Org } from '../browser/support/org.ts'
import { freePort, remove } from '../e2e/product.ts'
import { ask, itGuards, itStandsInFront } from './support/consumer.ts'
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

async function start(keys: string): Promise<Gateway> {
  const [own, port] = [new Folder(), await freePort()]
  const path = own.write(
    'haproxy.cfg',
    snippet('haproxy.cfg', [
      ['/etc/haproxy/orders', keys],
      ['bind :8000', `bind 127.0.0.1:${port}`],
      ['https://login.example.com/oauth2/orders', domain.issuer],
      [AUDIENCE, AUDIENCE],
      [SCOPE, SCOPE],
      ['127.0.0.1:8080', upstream.address],
    ]),
  )
  // In master-worker mode it reads its files again when it is told to.
  return startGateway(inject('programs').haproxy, ['-W', '-f', path], port, own)
}

beforeAll(async () => {
  upstream = await Upstream.start()
  writeKeys()
  gateway = await start(join(folder.path, 'keys'))
})

afterAll(async () => {
  await gateway.stop()
  remove(folder.path)
  upstream.stop()
})

itGuards(domain, () => gateway.origin)
itStandsInFront(domain, () => gateway.origin)

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

describe('what a token says is read exactly', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: domain.issuer, aud: AUDIENCE, scope: SCOPE, exp: now + 600 }
  let keys: Folder
  let other: Gateway

  const token = (changes: Json, header: Json = {}): Promise<string> =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...header })
      .sign(privateKey)

  beforeAll(async () => {
    keys = new Folder()
    for (const name of ['1.pem', '2.pem', '3.pem', '4.pem'])
      keys.write(name, publicKey.export({ type: 'spki', format: 'pem' }).toString())
    other = await start(keys.path)
  })

  afterAll(async () => {
    await other.stop()
    remove(keys.path)
  })

  it.each<readonly [string, Json, number]>([
    ['what is good', {}, 200],
    ['the scope among others', { scope: `a ${SCOPE} b` }, 200],
    ['a scope that begins like it', { scope: `${SCOPE}:all` }, 403],
    ['a scope that ends like it', { scope: `my.${SCOPE}` }, 403],
    ['no scope', { scope: undefined }, 403],
    ['no exp', { exp: undefined }, 401],
    ['exp is over', { exp: now }, 401],
    ['[RFC7519-4.1.5] nbf is over', { nbf: now }, 200],
    ['[RFC7519-4.1.5] nbf is to come', { nbf: now + 60 }, 401],
    ['an issuer that begins like it', { iss: `${claims.iss}2` }, 401],
    ['no audience', { aud: undefined }, 401],
  ])('%s', async (_, changes, status) => {
    expect((await ask(other.origin, await token(changes))).status).toBe(status)
  })

  it.each(['JWT', 'logout+jwt', undefined])('[RFC9068-4] of the type %s', async (typ) => {
    expect((await ask(other.origin, await token({}, { typ }))).status).toBe(401)
  })
})
