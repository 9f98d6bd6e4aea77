/** Peers that are Workers themselves: built as the product is, and served in the same way. */
import { join } from 'node:path'
import { buildOnce, readModules } from '../bundle.ts'
import {
  basic,
  CALLBACK,
  ClientFlows,
  codeFlow,
  documentFlow,
  postForm,
  sendOne,
} from '../client-flows.ts'
import { noOffers, SIGN_INS, tokenOffers, type Party, type Prepare } from '../party.ts'
import { PEERS_FOLDER, verifiedEndpoints } from '../peer.ts'
import { KV_OPERATIONS_PATH } from '../peers/counted-kv.ts'
import { cookiesOf } from '../people-flows.ts'
import type { Flow, PreparedRequest } from '../people-load.ts'
import { readProductConfiguration } from '../product-configuration.ts'
import type { BenchRun } from '../run.ts'
import { startServer, type BenchServer, type ServerOptions } from '../server.ts'
import { verifySignature } from '../verification.ts'

type Bindings = Pick<ServerOptions['worker'], 'bindings' | 'kvNamespaces'>

async function startWorker(
  { temporary, pinning }: BenchRun,
  name: string,
  script: string,
  bindings: Bindings,
): Promise<BenchServer> {
  const folder = join(temporary, script)
  buildOnce(join(PEERS_FOLDER, `${script}.wrangler.toml`), folder)
  const { compatibility_date: compatibilityDate } = readProductConfiguration()
  const worker = { name, compatibilityDate, ...readModules(folder, `${script}.js`), ...bindings }
  return startServer({ worker, core: pinning?.server ?? null })
}

const kvOperationsOf =
  (origin: string): NonNullable<Party['kvOperations']> =>
  async () =>
    Number(await (await fetch(origin + KV_OPERATIONS_PATH)).text())

const CLIENT = { id: 'bench', secret: 'secret-of-the-bench-0123456789-abcdefgh' }
const PASSWORD = 'Correct-Horse-7-battery'
const PEOPLE = 24

/** What it sets to remember what was asked for, while somebody signs in. */
const ASKED = 'set-cookie: (authorization=[^;\\s]+)'

const openauthFlows = (provider: string): ClientFlows =>
  new ClientFlows({
    token: '/token',
    authorize: '/authorize',
    userinfo: '',
    introspection: '',
    authorization: '',
    query: { client_id: CLIENT.id, provider },
    form: { client_id: CLIENT.id },
  })

/** With its storage in KV or in memory. */
export async function startOpenauth(run: BenchRun, storage: 'KV' | 'memory'): Promise<Party> {
  const name = storage === 'KV' ? 'openauth, KV' : 'openauth, memory'
  const server = await startWorker(run, `openauth-${storage}`, 'openauth', {
    bindings: { CLIENT_ID: CLIENT.id, CLIENT_SECRET: CLIENT.secret, PASSWORD },
    ...(storage === 'KV' && { kvNamespaces: ['KV'] }),
  })
  const { origin, pid, stop, lastLines } = server
  const jwks = '/.well-known/jwks.json'
  const machine = {
    grant_type: 'client_credentials',
    provider: 'machine',
    client_id: CLIENT.id,
    client_secret: CLIENT.secret,
  }
  const request = {
    url: `${origin}/token`,
    authorization: '',
    form: new URLSearchParams(machine).toString(),
  }
  const ES256 = { request, issuer: origin, audience: CLIENT.id, jwks: origin + jwks }
  const endpoints = await verifiedEndpoints({ ES256 })
  await fetch(`${origin}/bench/people?count=${PEOPLE}`)
  const welcome = openauthFlows('welcome')
  const byPassword = openauthFlows('password')

  /** In two steps: the first says in a cookie what was asked for. */
  const codes = async (prepare: Prepare): Promise<readonly string[]> => {
    const asking: Flow = { requests: [welcome.authorizeRequest('')], mode: 'again', good: '^HTTP/1\\.1 302 ', collect: ASKED } // prettier-ignore
    const cookies = await prepare(asking)
    const welcomed = cookies.map((cookie): PreparedRequest => ({ method: 'GET', path: '/welcome/authorize', headers: { cookie }, body: '' })) // prettier-ignore
    return prepare(codeFlow(welcomed, 'once'))
  }
  const [code] = await codes(async ({ requests: [request], collect }) => {
    const answer = await sendOne(origin, request!)
    const head = [...answer.headers].map(([header, value]) => `${header}: ${value}`).join('\n')
    return [new RegExp(collect ?? '').exec(head)?.[1] ?? '']
  })
  const redemption = await sendOne(origin, welcome.redeem([code!]).requests[0]!)
  const { access_token }: { access_token: string } = JSON.parse(await redemption.text())
  await verifySignature(endpoints.ES256!, 'ES256', access_token)

  const signIns = async (): Promise<Flow> => {
    const requests: PreparedRequest[] = []
    for (let at = 0; at < SIGN_INS.count; at++) {
      const cookie = cookiesOf(await sendOne(origin, byPassword.authorizeRequest('')))
      const form = { email: `person-${at % PEOPLE}@bench.example`, password: PASSWORD }
      requests.push(postForm('/password/authorize', { cookie }, form))
    }
    return codeFlow(requests, 'once')
  }
  return {
    name,
    origin,
    pid,
    stop,
    lastLines,
    ...(storage === 'KV' && { kvOperations: kvOperationsOf(origin) }),
    offers: {
      ...tokenOffers(endpoints, 'signs ES256 only'),
      discovery: () => documentFlow('/.well-known/oauth-authorization-server', 'jwks_uri'),
      JWKS: () => documentFlow(jwks, 'keys'),
      'authorize with a session': 'has no sessions',
      'code redemption': async (_, prepare) => welcome.redeem(await codes(prepare)),
      refresh: ({ refreshTokens }) => welcome.refresh(refreshTokens, true),
      'refresh, not rotated': 'always rotates them',
      userinfo: 'has no userinfo',
      introspection: 'has no introspection',
      'sign-in': () => signIns(),
    },
  }
}

export async function startWorkersOAuthProvider(run: BenchRun): Promise<Party> {
  const name = 'workers-oauth-provider'
  const server = await startWorker(run, name, name, { kvNamespaces: ['OAUTH_KV'] })
  const { origin, pid, stop, lastLines } = server
  const answer = await fetch(`${origin}/bench/client?redirect_uri=${encodeURIComponent(CALLBACK)}`)
  const { clientId, clientSecret }: { clientId: string; clientSecret: string } = JSON.parse(
    await answer.text(),
  )
  const flows = new ClientFlows({
    token: '/token',
    authorize: '/authorize',
    userinfo: '',
    introspection: '',
    authorization: basic(clientId, clientSecret),
    query: { client_id: clientId, scope: 'read offline_access' },
    form: {},
  })
  return {
    name,
    origin,
    pid,
    stop,
    lastLines,
    kvOperations: kvOperationsOf(origin),
    offers: {
      ...noOffers('has no endpoint'),
      ...tokenOffers({}, 'has no client_credentials'),
      discovery: () => documentFlow('/.well-known/oauth-authorization-server', 'token_endpoint'),
      JWKS: 'signs no tokens',
      'authorize with a session': 'has no sessions',
      'code redemption': async (_, prepare) => flows.redeem(await prepare(flows.authorize(['']))),
      refresh: ({ refreshTokens }) => flows.refresh(refreshTokens, true),
      'refresh, not rotated': 'always rotates them',
      'sign-in': 'no passwords itself',
    },
  }
}
