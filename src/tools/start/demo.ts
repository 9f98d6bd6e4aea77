/**
 * The demo scope and app behind the printed line, made through the management API like anybody else's. Their
 * credentials stay with the local state. What exists is never written over.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machineApp } from '../machine-app.ts'
import type { CallManagement } from './management.ts'

const SCOPE = 'demo:read'
const LABEL = 'Demo service app'

interface DemoClient {
  readonly clientId: string
  readonly clientSecret: string
}

/** The line that mints a token. It is tried before it is printed. */
export async function ensureDemo(
  listening: string,
  stateDir: string,
  call: CallManagement,
): Promise<string> {
  const file = join(stateDir, 'demo-client.json')
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoClient) : null
  if (kept !== null && (await mints(listening, kept))) return curlLine(listening, kept)
  const made = await makeDemo(call)
  if (made === null || !(await mints(listening, made)))
    return `(the demo app is gone; create an app and a scope, then POST to ${listening}/oauth2/default/v1/token)`
  mkdirSync(stateDir, { recursive: true })
  writeFileSync(file, JSON.stringify(made), { mode: 0o600 })
  return curlLine(listening, made)
}

const curlLine = (listening: string, { clientId, clientSecret }: DemoClient): string =>
  `curl -s -u '${clientId}:${clientSecret}' -d grant_type=client_credentials -d scope=${SCOPE} ${listening}/oauth2/default/v1/token`

async function mints(listening: string, client: DemoClient): Promise<boolean> {
  const response = await fetch(`${listening}/oauth2/default/v1/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: `grant_type=client_credentials&scope=${encodeURIComponent(SCOPE)}`,
  })
  await response.arrayBuffer()
  return response.status === 200
}

/** Null when the API token is not accepted any more. */
async function makeDemo(call: CallManagement): Promise<DemoClient | null> {
  const scopes = '/api/v1/authorizationServers/default/scopes'
  const listed = (await call('GET', `${scopes}?q=${SCOPE}`)) as { name: string }[] | null
  if (listed === null) return null
  if (!listed.some((scope) => scope.name === SCOPE))
    await call('POST', scopes, { name: SCOPE, description: 'Read the demo API' })
  const app = (await call('POST', '/api/v1/apps', machineApp(LABEL))) as {
    credentials: { oauthClient: { client_id: string; client_secret: string } }
  } | null
  if (app === null) return null
  const { client_id: clientId, client_secret: clientSecret } = app.credentials.oauthClient
  return { clientId, clientSecret }
}
