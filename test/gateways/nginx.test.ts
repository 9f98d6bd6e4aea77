/** Debian's nginx in front of an API, with `auth_request` and introspection as it is documented. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { freePort } from '../e2e/product.ts'
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

async function start(introspection: string): Promise<Gateway> {
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
    ['/etc/ssl/certs/ca-certificates.crt', folder.write('ca.pem', inject('certificate'))],
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
