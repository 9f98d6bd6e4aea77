/**
 * Proves a deployment through its own doors: makes a service app and a scope with the bootstrap API token,
 * mints an access token with them, verifies it against the published keys, and removes both again.
 */
import { createLocalJWKSet, jwtVerify } from 'jose'
import { machineApp } from '../machine-app.ts'
import type { Clockwork } from './discovery.ts'
import { ask, describe, describeCause, textAt, type Answer } from './http.ts'
import { DeployError, type Report } from './report.ts'

const SCOPE = 'deployment:check'
/** Every isolate knows a new app within this time. */
const PATIENCE_MS = 75_000
const PAUSE_MS = 5_000

const APP = machineApp('Deployment check')

export interface MintInput {
  readonly fetcher: typeof fetch
  readonly origin: string
  readonly apiToken: string
  readonly clockwork: Clockwork
  readonly report: Report
}

/** The bootstrap API token was not accepted, which is right when it has been revoked. */
export class TokenRefused extends Error {}

type Removal = () => Promise<void>

function manage(input: MintInput, method: string, path: string, body?: unknown): Promise<Answer> {
  return ask(input.fetcher, `${input.origin}/api/v1${path}`, {
    method,
    headers: {
      accept: 'application/json',
      authorization: `SSWS ${input.apiToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

async function expectDone(input: MintInput, method: string, path: string): Promise<void> {
  const answer = await manage(input, method, path)
  if (answer.status >= 300 && answer.status !== 404)
    throw new DeployError(`${method} /api/v1${path}: ${describe(answer)}`)
}

interface Client {
  readonly id: string
  readonly secret: string
}

async function createApp(input: MintInput, removals: Removal[]): Promise<Client> {
  const answer = await manage(input, 'POST', '/apps', APP)
  if (answer.status === 401) throw new TokenRefused()
  const id = textAt(answer.body, 'id')
  if (answer.status >= 300 || id === '')
    throw new DeployError(`The service app could not be created: ${describe(answer)}`)
  removals.push(async () => {
    await expectDone(input, 'POST', `/apps/${id}/lifecycle/deactivate`)
    await expectDone(input, 'DELETE', `/apps/${id}`)
  })
  const client = ['credentials', 'oauthClient']
  const secret = textAt(answer.body, ...client, 'client_secret')
  input.report.hide(secret)
  return { id: textAt(answer.body, ...client, 'client_id'), secret }
}

const SCOPES = '/authorizationServers/default/scopes'

async function createScope(input: MintInput, removals: Removal[]): Promise<void> {
  const created = await manage(input, 'POST', SCOPES, { name: SCOPE })
  let id = created.status < 300 ? textAt(created.body, 'id') : ''
  if (created.status === 400) {
    // A run that was cut off has left it behind.
    const { list } = (await manage(input, 'GET', SCOPES)).body
    const rows: readonly unknown[] = Array.isArray(list) ? list : []
    id = textAt(
      rows.find((row) => textAt(row, 'name') === SCOPE),
      'id',
    )
  }
  if (id === '') throw new DeployError(`The scope could not be created: ${describe(created)}`)
  removals.push(() => expectDone(input, 'DELETE', `${SCOPES}/${id}`))
}

async function mint(input: MintInput, client: Client): Promise<string> {
  const credentials = [client.id, client.secret].map(encodeURIComponent).join(':')
  const started = input.clockwork.now()
  for (;;) {
    const answer = await ask(input.fetcher, `${input.origin}/oauth2/default/v1/token`, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: SCOPE }).toString(),
    })
    const token = textAt(answer.body, 'access_token')
    input.report.hide(token)
    if (answer.status === 200 && token !== '') return token
    if (input.clockwork.now() - started >= PATIENCE_MS)
      throw new DeployError(`No token was minted: ${describe(answer)}`)
    await input.clockwork.sleep(PAUSE_MS)
  }
}

async function verifyToken(input: MintInput, token: string, client: Client): Promise<void> {
  const issuer = `${input.origin}/oauth2/default`
  const { keys } = (await ask(input.fetcher, `${issuer}/v1/keys`)).body
  const published = createLocalJWKSet({ keys: Array.isArray(keys) ? keys : [] })
  let cid: unknown
  try {
    cid = (await jwtVerify(token, published, { issuer })).payload['cid']
  } catch (cause) {
    throw new DeployError(`The token does not verify: ${describeCause(cause)}`)
  }
  if (cid !== client.id) throw new DeployError('The token names another client')
}

/** Whatever happened before: what was made is removed, and what could not be is named. */
async function removeAll(removals: readonly Removal[], report: Report): Promise<void> {
  for (const remove of removals.toReversed())
    try {
      await remove()
    } catch (cause) {
      await report.detail(`could not be removed, do it by hand: ${describeCause(cause)}`)
    }
}

/** Throws when no good token came out, {@link TokenRefused} when the API token opens nothing. */
export async function checkMint(input: MintInput): Promise<void> {
  const removals: Removal[] = []
  try {
    const client = await createApp(input, removals)
    await createScope(input, removals)
    await verifyToken(input, await mint(input, client), client)
  } finally {
    await removeAll(removals, input.report)
  }
}
