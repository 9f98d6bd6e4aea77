/** Debian's Apache as an OAuth 2.0 resource server, which checks tokens by the published keys or by introspection. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { Org } from '../browser/support/org.ts'
import { freePort } from '../e2e/product.ts'
import { startApache } from './support/apache.ts'
import { answer, ask, asked, itGuards, itStandsInFront } from './support/consumer.ts'
import { AUDIENCE, mint, revoke, SCOPE, type Domain, type Machine } from './support/domain.ts'
import type { Gateway } from './support/gateway.ts'
import { snippet } from './support/snippet.ts'
import { Upstream } from './support/upstream.ts'

const EXAMPLE = 'https://login.example.com/oauth2/orders'
const PASSPHRASE = 'exec:/bin/cat /etc/apache2/oidc-passphrase'
const UPSTREAM = '127.0.0.1:8080'
const ROTATIONS = 2
const REQUESTS = 20

const { apacheJwks, apacheIntrospection } = inject('domains')
let upstream: Upstream
const gateways: Gateway[] = []

beforeAll(async () => {
  upstream = await Upstream.start()
})

afterAll(async () => {
  for (const gateway of gateways) await gateway.stop()
  upstream.stop()
})

async function start(configuration: string): Promise<Gateway> {
  const gateway = await startApache(() => configuration)
  gateways.push(gateway)
  return gateway
}

/** What a server's tokens say, where they are not of a security domain of the tests. */
interface Expected {
  readonly issuer: string
  readonly keys: string
  readonly audience: string
  readonly scope: string
}

const ofDomain = ({ issuer }: Domain): Expected => ({
  issuer,
  keys: `${issuer}/v1/keys`,
  audience: AUDIENCE,
  scope: SCOPE,
})

const ofOrg: Expected = {
  issuer: inject('origin'),
  keys: `${inject('origin')}/oauth2/v1/keys`,
  audience: inject('origin'),
  scope: 'openid',
}

/** Apache takes keys over https only, so from where TLS ends. The issuer of the tokens is the product's own. */
const byKeys = ({ issuer, keys, audience, scope }: Expected): Promise<Gateway> =>
  start(
    snippet('apache-jwks.conf', [
      [`${EXAMPLE}/v1/keys`, keys.replace(inject('origin'), inject('secureOrigin'))],
      [EXAMPLE, issuer],
      [AUDIENCE, audience],
      [SCOPE, scope],
      [PASSPHRASE, 'a passphrase of the tests only'],
      [UPSTREAM, upstream.address],
    ]),
  )

const byIntrospection = (
  { issuer, audience, scope }: Expected,
  { clientId, secret }: Machine,
): Promise<Gateway> =>
  start(
    snippet('apache-introspection.conf', [
      [EXAMPLE, issuer],
      [AUDIENCE, audience],
      [SCOPE, scope],
      ['ClientID apache', `ClientID ${clientId}`],
      ['exec:/bin/cat /etc/apache2/oidc-client-secret', secret],
      [PASSPHRASE, 'a passphrase of the tests only'],
      [UPSTREAM, upstream.address],
    ]),
  )

const WAYS = [
  ['by the published keys', apacheJwks, byKeys],
  ['by introspection', apacheIntrospection, byIntrospection],
] as const

describe.each(WAYS)('%s', (_, domain, open) => {
  let gateway: Gateway

  beforeAll(async () => {
    gateway = await open(ofDomain(domain), domain.app)
  })

  itGuards(domain, () => gateway.origin, { insufficientScope: 401 })
  itStandsInFront(domain, () => gateway.origin)

  it('the API is told the claims of the token, and by nobody else', async () => {
    const forged = { oidc_claim_sub: 'somebody else', 'oidc-claim-scp': 'everything' }
    const { path, headers } = await asked(gateway.origin, domain.good, forged)
    expect([path, headers['oidc_claim_sub'], headers['oidc-claim-scp']]).toEqual([
      '/orders/1',
      domain.machine.clientId,
      undefined,
    ])
  })

  it('key rotation loses no request', async () => {
    const kids = new Set<string>()
    const request = async (): Promise<number> => {
      const token = await mint(domain.issuer, domain.machine)
      kids.add(token.split('.')[0]!)
      return (await ask(gateway.origin, token)).status
    }
    const rotate = `/api/v1/authorizationServers/${domain.id}/credentials/lifecycle/keyRotate`
    for (let round = 0; round < ROTATIONS; round++) {
      const [statuses] = await Promise.all([
        Promise.all(Array.from({ length: REQUESTS }, request)),
        new Org(inject('origin')).call('POST', rotate, { use: 'sig' }),
      ])
      expect(statuses).toEqual(statuses.map(() => 200))
      expect([(await ask(gateway.origin, domain.good)).status, await request()]).toEqual([200, 200])
    }
    expect(kids.size).toBeGreaterThan(ROTATIONS)
  })
})

describe('a revoked token', () => {
  it.each([
    ['by introspection is refused at once', apacheIntrospection, byIntrospection, 401],
    ['by the published keys is good until it expires', apacheJwks, byKeys, 200],
  ] as const)('%s', async (_, domain, open, status) => {
    const gateway = await open(ofDomain(domain), domain.app)
    const token = await mint(domain.issuer, domain.machine)
    expect((await ask(gateway.origin, token)).status).toBe(200)
    await revoke(domain, token)
    expect((await ask(gateway.origin, token)).status).toBe(status)
  })
})

it.each(WAYS)('nobody gets through while nobody can say: %s', async (_, domain, open) => {
  const away = `https://127.0.0.1:${await freePort()}/oauth2/orders`
  const gateway = await open({ ...ofDomain(domain), issuer: away, keys: away }, domain.app)
  expect((await ask(gateway.origin, domain.good)).status).toBeGreaterThanOrEqual(400)
})

describe('a token of the org server', () => {
  const token = apacheJwks.refused['of the org server']

  it('cannot be checked by keys, since those that sign it are not published', async () => {
    expect(await answer((await byKeys(ofOrg)).origin, token)).toEqual([
      401,
      expect.stringMatching(/^Bearer .*error="invalid_token"/),
    ])
  })

  it('is good by introspection', async () => {
    const gateway = await byIntrospection(ofOrg, apacheJwks.machine)
    expect((await ask(gateway.origin, token)).status).toBe(200)
  })
})
