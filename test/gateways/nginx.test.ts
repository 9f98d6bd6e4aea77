/** Debian's nginx in front of an API, with `auth_request` and introspection as it is documented. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { freePort } from '../e2e/product.ts'
import { TlsProxy } from '../e2e/tls-proxy.ts'
import { ask, asked, itGuards, itStandsInFront } from './support/consumer.ts'
import { AUDIENCE, mint, revoke, SCOPE } from './support/domain.ts'
import { Folder, startGateway, type Gateway } from './support/gateway.ts'
import { snippet } from './support/snippet.ts'
import { Upstream } from './support/upstream.ts'

const domain = inject('domains').nginx
const EXAMPLE = 'https://login.example.com/oauth2/orders'
let upstream: Upstream
let gateway: Gateway

/** What Debian's own configuration says otherwise, in a folder. */
const frame = (server: string): string => `
load_module /usr/lib/nginx/modules/ngx_http_js_module.so;
daemon off;
worker_processes 1;
user www-data;
pid nginx.pid;
error_log error.log;
events {}
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
${server}
}
`

async function start(introspection: string, certificate = inject('certificate')): Promise<Gateway> {
  const [folder, port] = [new Folder(), await freePort()]
  const { clientId, secret } = domain.app
  const script = folder.write(
    'introspection.js',
    snippet('nginx-introspection.js', [
      [AUDIENCE, AUDIENCE],
      [SCOPE, SCOPE],
    ]),
  )
  const server = snippet('nginx.conf', [
    ['/etc/nginx/introspection.js', script],
    ['listen 8000', `listen 127.0.0.1:${port}`],
    ['127.0.0.1:8080', upstream.address],
    ['YXBwOnNlY3JldA==', Buffer.from(`${clientId}:${secret}`).toString('base64')],
    ['/etc/ssl/certs/ca-certificates.crt', folder.write('ca.pem', certificate)],
    [`${EXAMPLE}/v1/introspect`, introspection],
  ])
  const path = folder.write('nginx.conf', frame(server))
  return startGateway(inject('programs').nginx, ['-p', folder.path, '-c', path], port, folder)
}

const introspection = `${domain.issuer.replace(inject('origin'), inject('secureOrigin'))}/v1/introspect`

beforeAll(async () => {
  upstream = await Upstream.start()
  gateway = await start(introspection)
})

afterAll(async () => {
  await gateway.stop()
  upstream.stop()
})

itGuards(domain, () => gateway.origin)
itStandsInFront(domain, () => gateway.origin)

it('the API is told whose token it is, and by nobody else', async () => {
  for (const forged of [{}, { 'token-subject': 'somebody else' }]) {
    const { headers } = await asked(gateway.origin, domain.good, forged)
    expect(headers['token-subject']).toBe(domain.machine.clientId)
  }
})

it('a revoked token is refused at once', async () => {
  const token = await mint(domain.issuer, domain.machine)
  expect((await ask(gateway.origin, token)).status).toBe(200)
  await revoke(domain, token)
  expect((await ask(gateway.origin, token)).status).toBe(401)
})

it('nobody gets through, and nobody is refused, while nobody can say', async () => {
  const away = await start(`https://127.0.0.1:${await freePort()}/v1/introspect`)
  const response = await ask(away.origin, domain.good)
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
  await away.stop()
})

describe('an authorization server that answers as it likes', () => {
  const good = { active: true, jti: 'AT.1', aud: AUDIENCE, scope: SCOPE, sub: 'ada' }
  let says: string
  let heard: IncomingHttpHeaders
  let server: Server
  let proxy: TlsProxy
  let other: Gateway

  beforeAll(async () => {
    server = createServer(({ headers }, response) => {
      heard = headers
      response.end(says)
    })
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    proxy = await TlsProxy.start((server.address() as AddressInfo).port)
    const { port, certificate } = proxy
    other = await start(`https://localhost:${port}/v1/introspect`, certificate)
  })

  afterAll(async () => {
    await other.stop()
    proxy.stop()
    server.close()
  })

  it.each<readonly [string, unknown, number]>([
    ['what is good', good, 200],
    ['not active', { ...good, active: false }, 401],
    ['active by name only', { ...good, active: 'true' }, 401],
    ['no jti', { ...good, jti: undefined }, 401],
    ['a jti that is no text', { ...good, jti: 1 }, 401],
    ['no audience', { ...good, aud: undefined }, 401],
    ['the audience among others', { ...good, aud: [AUDIENCE] }, 401],
    ['a scope that begins like it', { ...good, scope: `${SCOPE}:all` }, 403],
    ['a scope that is no text', { ...good, scope: 1 }, 403],
    ['no scope', { ...good, scope: undefined }, 403],
    ['a subject with a header behind it', { ...good, sub: 'ada\r\nForged: 1' }, 401],
    ['a subject with the end of a line', { ...good, sub: 'ada\r' }, 401],
    ['a subject of another language', { ...good, sub: 'ädä@例え.example' }, 200],
    ['null', null, 503],
    ['a number', 1, 401],
    ['no JSON', undefined, 503],
  ])('%s', async (_, answer, status) => {
    says = JSON.stringify(answer) ?? 'nothing'
    expect((await ask(other.origin, 'token')).status).toBe(status)
  })

  it('is told nothing of the caller but the token', async () => {
    says = JSON.stringify(good)
    await ask(other.origin, 'token', {
      cookie: 'a=b',
      accept: 'application/token-introspection+jwt',
    })
    expect(Object.keys(heard).toSorted()).toEqual([
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
    ])
  })
})
