/** One of everything that the management API manages, under the names that its paths have for them. */
import { aClient, aPolicy, aRule, aServer, made, unique, type TestClient } from './support.ts'
import { aUser } from './user-support.ts'

export interface ManagedThings {
  readonly ids: Readonly<Record<string, string>>
  readonly target: TestClient
}

/** What paths of the management API name: things that may be changed and deleted at will. */
export async function managedThings(): Promise<ManagedThings> {
  const server = await aServer()
  const base = `/api/v1/authorizationServers/${server.id}`
  const claim = await made(201, 'POST', `${base}/claims`, {
    name: 'claim',
    claimType: 'RESOURCE',
    valueType: 'EXPRESSION',
    value: 'user.login',
    conditions: { scopes: [] },
  })
  const policy = await made(201, 'POST', `${base}/policies`, aPolicy())
  const rule = await made(201, 'POST', `${base}/policies/${policy['id']}/rules`, aRule())
  const scope = await made(201, 'POST', `${base}/scopes`, { name: 'third' })
  const user = await aUser()
  const group = await made(200, 'POST', '/api/v1/groups', { profile: { name: unique('group') } })
  const app = await aClient()
  const hook = await made(200, 'POST', '/api/v1/inlineHooks', {
    name: unique('hook'),
    type: 'com.okta.oauth2.tokens.transform',
    version: '1.0.0',
    channel: { type: 'HTTP', version: '1.0.0', config: { uri: 'https://hooks.example/x' } },
  })
  const origin = `https://${unique('spa')}.example`
  const trusted = await made(200, 'POST', '/api/v1/trustedOrigins', {
    name: origin,
    origin,
    scopes: [{ type: 'CORS' }],
  })
  const ids = {
    authServerId: server.id,
    policyId: policy['id'],
    ruleId: rule['id'],
    claimId: claim['id'],
    scopeId: scope['id'],
    userId: user['id'],
    groupId: group['id'],
    appId: app.id,
    clientId: app.clientId,
    inlineHookId: hook['id'],
    trustedOriginId: trusted['id'],
  }
  return { ids, target: app }
}

/** A path with the ids in the place of its parameters. */
export const filled = (path: string, ids: Readonly<Record<string, string>>): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? 'default')
