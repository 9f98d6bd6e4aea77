/** What the management API shows of an org in which everything is there: no secret of it, as it was given or is kept. */
import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { managementRoutes } from '../../src/management/routes.ts'
import { testBindings } from '../bindings.ts'
import { anAdministrator, aPublicJwk, assign, grant, keysPath } from './app-support.ts'
import { aConsent } from './held-support.ts'
import { createHook } from './hook-support.ts'
import { aRelation, link } from './linked-object-support.ts'
import { filled, managedThings } from './managed-things.ts'
import { aPerson } from './principals.ts'
import { postJson, sessionTokenOf } from './session-support.ts'
import { aSignInApp, PASSWORD } from './sign-in-support.ts'
import { api, made, type Json } from './support.ts'
import { aPeopleServer, tokensFor } from './token-support.ts'
import { aProfile, USERS } from './user-support.ts'

const ANSWER = 'Trinity-1835-answer'
const HOOK_SECRET = 'shared-secret-of-a-hook-1843'

/** Where a secret is kept, and the column that keeps it. */
const KEPT = [
  ['app_secrets', 'mac'],
  ['app_secrets', 'envelope'],
  ['api_tokens', 'mac'],
  ['inline_hooks', 'secret'],
  ['user_credentials', 'password_hash'],
  ['user_credentials', 'recovery_answer_hash'],
] as const

/** Texts in a value that could be told apart from others. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return value.length < 16 ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

const parsed = (text: string): unknown =>
  text.startsWith('{') ? (JSON.parse(text) as unknown) : text

let ids: Readonly<Record<string, string>>
/** A service app that administers, whose secrets are guarded more than those of others. */
let administrator: Readonly<Record<string, string>>
let clientSecret = ''
const given: string[] = []
const kept: string[] = []

async function somebody(): Promise<{ readonly id: string; readonly login: string }> {
  const profile = aProfile()
  const credentials = {
    password: { value: PASSWORD },
    recovery_question: { question: 'Where?', answer: ANSWER },
  }
  const { id } = await made(200, 'POST', USERS, { profile, credentials })
  return { id, login: profile['login'] }
}

/** What belongs to a person and an app at a server. */
async function held(): Promise<Readonly<Record<string, string>>> {
  const server = await aPeopleServer()
  const [person, app] = [await somebody(), await aSignInApp()]
  const tokens = await tokensFor(server.issuer, app, person, { scope: 'openid offline_access' })
  await aConsent(server.id, app.clientId, person.id, 'read')
  await made(201, 'POST', keysPath(app.id), await aPublicJwk())
  await made(201, 'POST', `${USERS}/${person.id}/roles`, { type: 'HELP_DESK_ADMIN' })
  const relation = await aRelation()
  await link(person.id, relation, (await somebody()).id)
  const sessionToken = await sessionTokenOf(person)
  const session = (await (await postJson('/api/v1/sessions', { sessionToken })).json()) as Json
  const caller = await aPerson('SUPER_ADMIN')
  clientSecret = app.secret
  given.push(tokens['refresh_token'], tokens['access_token'], tokens['id_token'], sessionToken)
  given.push(caller.authorization.replace('SSWS ', ''))
  return {
    authServerId: server.id,
    policyId: server.policyId,
    ruleId: server.ruleId,
    appId: app.id,
    clientId: app.clientId,
    userId: person.id,
    apiTokenId: caller.tokenId,
    sessionId: session['id'],
    relationshipName: relation.primary,
    linkedObjectName: relation.primary,
  }
}

async function collectKept(): Promise<void> {
  for (const [table, column] of KEPT) {
    const { results } = await env.DB.prepare(`SELECT ${column} AS value FROM ${table}`).all<{
      value: string | null
    }>()
    const texts = results.flatMap(({ value }) => (value === null ? [] : textsIn(parsed(value))))
    expect([table, column, texts.length > 0]).toEqual([table, column, true])
    kept.push(...texts)
  }
  await runInDurableObject(env.KEY_RING.getByName(ids['authServerId']!), (_, state) => {
    const rows = state.storage.sql.exec<{ record: string }>('SELECT record FROM keys').toArray()
    for (const { record } of rows) kept.push(...textsIn((JSON.parse(record) as Json)['wrapped']))
  })
}

const SERVERS = '/api/v1/authorizationServers'

beforeAll(async () => {
  const things = await managedThings()
  const { scopeId: _, claimId: __, ...rest } = things.ids
  administrator = { appId: rest['appId']!, clientId: rest['clientId']! }
  await grant(rest['appId']!, 'okta.apps.read')
  await assign(rest['clientId']!, 'READ_ONLY_ADMIN')
  const authScheme = { type: 'HEADER', key: 'Authorization', value: HOOK_SECRET }
  const hook = await createHook({ authScheme })
  ids = { ...rest, ...(await held()), inlineHookId: hook['id'], schemaId: 'default', typeId: 'default' }
  const server = `${SERVERS}/${ids['authServerId']}`
  await made(200, 'PUT', filled('/api/v1/apps/:appId/groups/:groupId', ids), {})
  await made(204, 'PUT', filled('/api/v1/groups/:groupId/users/:userId', ids))
  await made(200, 'POST', `${server}/associatedServers`, { trusted: [rest['authServerId']] })
  const { kid, kty, n, e } = await aPublicJwk('RSA-OAEP-256')
  const key = { kid, kty, n, e, use: 'enc', status: 'INACTIVE' }
  await made(201, 'POST', `${server}/resourceservercredentials/keys`, key)
  given.push(PASSWORD, ANSWER, HOOK_SECRET, testBindings.KEY_ENCRYPTION_KEY)
  given.push(testBindings.BOOTSTRAP_API_TOKEN, testBindings.BOOTSTRAP_ADMIN_PASSWORD)
  await collectKept()
}) // prettier-ignore

/** A path to something that is there: what has no id yet is the first of its list. */
async function pathTo(path: string): Promise<string> {
  const named = /clients\/:clientId\/roles|apps\/:appId\/grants/.test(path) ? { ...ids, ...administrator } : ids
  let found = ''
  for (const segment of path.split('/').slice(1)) {
    if (!segment.startsWith(':')) found += `/${segment}`
    else {
      const known = named[segment.slice(1)]
      const [first] = known === undefined ? ((await made(200, 'GET', found)) as unknown as Json[]) : []
      found += `/${known ?? first?.['id'] ?? first?.['kid']}`
    }
  }
  return found
} // prettier-ignore

const routes = managementRoutes.filter(({ method }) => method === 'GET').map(({ path }) => path)

const SECRETS = [
  '/api/v1/apps/:appId/credentials/secrets',
  '/api/v1/apps/:appId/credentials/secrets/:secretId',
]

/** The routes whose answers hold one of these texts. */
async function showing(texts: readonly string[], authorization?: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const path of routes) {
    const response = await api('GET', await pathTo(path), undefined, authorization)
    if (authorization === undefined) expect([path, response.status]).toEqual([path, 200])
    const text = await response.text()
    if (texts.some((one) => text.includes(one))) found.push(path)
  }
  return found
} // prettier-ignore

describe('every answer to GET', () => {
  it('holds no password, answer, token or secret of a hook, and nothing of what is kept of them', async () => {
    expect(await showing([...given, ...kept])).toEqual([])
  })

  it('holds no secret of a client but for those who may manage it, where secrets are listed', async () => {
    expect(await showing([clientSecret])).toEqual(SECRETS)
    const scopes = [...new Set(managementRoutes.map(({ scope }) => scope))]
    const reader = await anAdministrator('READ_ONLY_ADMIN', ...scopes)
    expect(await showing([clientSecret], reader)).toEqual([])
  })
})
