/**
 * What apps may do to the management API: granted scopes that meet assigned roles, who may give them, and that nobody
 * reaches a role through the app that holds it.
 */
import { describe, expect, it } from 'vitest'
import {
  anAdministrator,
  anApp,
  assign,
  bearer,
  grant,
  grantsPath,
  orgToken,
  refusal,
  rolesPath,
} from './app-support.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  api,
  made,
  ORIGIN,
  type Json,
  type TestClient,
} from './support.ts'

async function status(
  method: string,
  path: string,
  authorization: string,
  body?: Json,
): Promise<number> {
  return (await api(method, path, body, authorization)).status
}

describe('grants of okta.* scopes', () => {
  it('a grant is made, listed, read and revoked', async () => {
    const { id, clientId } = await aKeyedClient()
    const made1 = await grant(id, 'okta.apps.read')
    expect(made1).toMatchObject({
      status: 'ACTIVE',
      issuer: ORIGIN,
      clientId,
      scopeId: 'okta.apps.read',
      source: 'ADMIN',
      createdBy: { type: 'User' },
    })
    expect(made1['id']).toMatch(/^oag/)
    expect(made1['createdBy']['id']).toMatch(/^00u/)
    expect(await made(200, 'GET', `${grantsPath(id)}?expand=scope`)).toEqual([made1])
    expect(await made(200, 'GET', `${grantsPath(id)}/${made1['id']}`)).toEqual(made1)
    await made(204, 'DELETE', `${grantsPath(id)}/${made1['id']}`)
    expect(await made(200, 'GET', grantsPath(id))).toEqual([])
    expect((await api('DELETE', `${grantsPath(id)}/${made1['id']}`)).status).toBe(404)
  })

  it('refuses unknown scopes, foreign issuers and a second time', async () => {
    const { id } = await aKeyedClient()
    const path = grantsPath(id)
    for (const scopeId of ['okta.unknown.read', 'openid', 'constructor'])
      expect(await refusal('POST', path, { scopeId, issuer: ORIGIN })).toContain('scopeId')
    for (const issuer of ['https://elsewhere.example', `${ORIGIN}/`, `${ORIGIN}/oauth2/default`])
      expect(await refusal('POST', path, { scopeId: 'okta.apps.read', issuer })).toContain('issuer')
    await grant(id, 'okta.apps.read')
    expect(await refusal('POST', path, { scopeId: 'okta.apps.read', issuer: ORIGIN })).toContain(
      'scopeId',
    )
    const both = ['okta.roles.read', 'okta.roles.read'].map((scopeId) =>
      api('POST', path, { scopeId, issuer: ORIGIN }),
    )
    expect((await Promise.all(both)).map((one) => one.status).sort()).toEqual([201, 400])
  })

  it('what a person granted is never told of an app, whatever client_id somebody chooses', async () => {
    const { id } = await aKeyedClient()
    const granted = await grant(id, 'okta.apps.read')
    const { id: granter } = granted['createdBy']
    const authorization = await anAdministrator('APP_ADMIN', 'okta.apps.manage')
    const namesake = anApp({}, { client_id: granter })
    expect(await status('POST', '/api/v1/apps', authorization, namesake)).toBe(400)
    expect(await made(200, 'GET', `${grantsPath(id)}/${granted['id']}`)).toEqual(granted)
  })

  it('a grant of another app is not found', async () => {
    const [one, other] = [await aKeyedClient(), await aKeyedClient()]
    const { id } = await grant(other.id, 'okta.apps.read')
    for (const method of ['GET', 'DELETE']) {
      const [code, error] = await answered(await api(method, `${grantsPath(one.id)}/${id}`))
      expect([code, error['errorSummary']]).toEqual([
        404,
        `Not found: Resource not found: ${id} (OAuth2ScopeConsentGrant)`,
      ])
    }
  })
})

describe('roles of service apps', () => {
  it('a role is assigned, listed, read and taken away', async () => {
    const { id, clientId } = await aClient(
      'client_secret_basic',
      {},
      { client_id: `client-${crypto.randomUUID()}` },
    )
    const role = await assign(clientId, 'API_ACCESS_MANAGEMENT_ADMIN')
    expect(role).toMatchObject({
      label: 'API Access Management Administrator',
      type: 'API_ACCESS_MANAGEMENT_ADMIN',
      status: 'ACTIVE',
      assignmentType: 'CLIENT',
      _links: { assignee: { href: `${ORIGIN}/api/v1/apps/${id}` } },
    })
    expect(await made(200, 'GET', rolesPath(clientId))).toEqual([role])
    expect(await made(200, 'GET', `${rolesPath(clientId)}/${role['id']}`)).toEqual(role)
    expect(await refusal('POST', rolesPath(clientId), { type: role['type'] })).toContain('type')
    await made(204, 'DELETE', `${rolesPath(clientId)}/${role['id']}`)
    const [code, error] = await answered(await api('GET', `${rolesPath(clientId)}/${role['id']}`))
    expect([code, error['errorSummary']]).toEqual([
      404,
      `Not found: Resource not found: ${role['id']} (RoleAssignment)`,
    ])
  })

  it('refuses unknown roles, unknown clients and apps that are not service apps', async () => {
    const { clientId } = await aClient()
    for (const type of ['EMPEROR', 'constructor', 'CUSTOM'])
      expect(await refusal('POST', rolesPath(clientId), { type })).toContain('type')
    expect((await api('POST', rolesPath('nobody'), { type: 'SUPER_ADMIN' })).status).toBe(404)
    const web = await aClient('client_secret_basic', {
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['https://app.example/cb'],
    })
    expect(await refusal('POST', rolesPath(web.clientId), { type: 'SUPER_ADMIN' })).toContain(
      'service',
    )
  })

  it('deleting an app ends its roles: a new app of the same client_id has none', async () => {
    const client_id = `client-${crypto.randomUUID()}`
    const { id } = await aClient('client_secret_basic', {}, { client_id })
    await assign(client_id, 'SUPER_ADMIN')
    await made(200, 'POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
    await made(204, 'DELETE', `/api/v1/apps/${id}`)
    await aClient('client_secret_basic', {}, { client_id })
    expect(await made(200, 'GET', rolesPath(client_id))).toEqual([])
  })
})

describe('authority is scope and role together', () => {
  it('a granted scope without a role does nothing, and neither does a role without the scope', async () => {
    const client = await aKeyedClient()
    expect((await orgToken(client, 'okta.apps.read')).status).toBe(400)
    await grant(client.id, 'okta.apps.read')
    const authorization = await bearer(client, 'okta.apps.read')
    expect(await status('GET', '/api/v1/apps', authorization)).toBe(403)
    await assign(client.clientId, 'APP_ADMIN')
    expect(await status('GET', '/api/v1/apps', authorization)).toBe(200)
    expect(await status('POST', '/api/v1/apps', authorization, {})).toBe(403)
    expect(await status('GET', '/api/v1/authorizationServers', authorization)).toBe(403)
  })

  it('revoking the grant or the role ends the authority of tokens already out', async () => {
    const client = await aKeyedClient()
    const { id: grantId } = await grant(client.id, 'okta.apps.read')
    const { id: roleId } = await assign(client.clientId, 'READ_ONLY_ADMIN')
    const authorization = await bearer(client, 'okta.apps.read')
    expect(await status('GET', '/api/v1/apps', authorization)).toBe(200)
    await made(204, 'DELETE', `${rolesPath(client.clientId)}/${roleId}`)
    expect(await status('GET', '/api/v1/apps', authorization)).toBe(403)
    await assign(client.clientId, 'READ_ONLY_ADMIN')
    expect(await status('GET', '/api/v1/apps', authorization)).toBe(200)
    await made(204, 'DELETE', `${grantsPath(client.id)}/${grantId}`)
    expect(await status('GET', '/api/v1/apps', authorization)).toBe(403)
  })

  it('tokens issued before a deactivation stay dead after reactivation, new ones live', async () => {
    const client = await aKeyedClient()
    await grant(client.id, 'okta.apps.read')
    await assign(client.clientId, 'READ_ONLY_ADMIN')
    const before = await bearer(client, 'okta.apps.read')
    expect(await status('GET', '/api/v1/apps', before)).toBe(200)
    const lifecycle = `/api/v1/apps/${client.id}/lifecycle`
    await made(200, 'POST', `${lifecycle}/deactivate`)
    expect(await status('GET', '/api/v1/apps', before)).toBe(401)
    expect((await orgToken(client, 'okta.apps.read')).status).toBe(401)
    await made(200, 'POST', `${lifecycle}/activate`)
    expect(await status('GET', '/api/v1/apps', before)).toBe(401)
    await new Promise((done) => setTimeout(done, 1100))
    const after = await bearer(client, 'okta.apps.read')
    expect(await status('GET', '/api/v1/apps', after)).toBe(200)
    await made(200, 'POST', `${lifecycle}/activate`)
    expect(await status('GET', '/api/v1/apps', after)).toBe(200)
  })

  it('only a SUPER_ADMIN grants scopes and assigns roles', async () => {
    const scopes = ['okta.appGrants.manage', 'okta.roles.manage', 'okta.apps.manage'] as const
    const target = await aKeyedClient()
    const body = { scopeId: 'okta.apps.read', issuer: ORIGIN }
    for (const role of [
      'APP_ADMIN',
      'ORG_ADMIN',
      'API_ACCESS_MANAGEMENT_ADMIN',
      'READ_ONLY_ADMIN',
    ]) {
      const authorization = await anAdministrator(role, ...scopes)
      expect(await status('POST', grantsPath(target.id), authorization, body)).toBe(403)
      expect(await status('POST', rolesPath(target.clientId), authorization, { type: role })).toBe(
        403,
      )
    }
    const superAdmin = await anAdministrator('SUPER_ADMIN', ...scopes)
    expect(await status('POST', grantsPath(target.id), superAdmin, body)).toBe(201)
    const made1 = (await made(200, 'GET', grantsPath(target.id)))[0]
    expect(made1['createdBy']['type']).toBe('PublicClientApp')
    expect(
      await status('POST', rolesPath(target.clientId), superAdmin, { type: 'APP_ADMIN' }),
    ).toBe(200)
  })

  it.each([
    ['a role', (client: TestClient) => assign(client.clientId, 'SUPER_ADMIN')],
    ['an okta.* scope', (client: TestClient) => grant(client.id, 'okta.roles.manage')],
  ] as const)('whoever administers apps cannot take over one that holds %s', async (_, give) => {
    const privileged = await aClient()
    await give(privileged)
    const plain = await aClient()
    const path = `/api/v1/apps/${privileged.id}`
    const app = await made(200, 'GET', path)
    const secretId = (await made(200, 'GET', `${path}/credentials/secrets`))[0]['id']
    const { jwk } = await aKeyedClient()
    const keyId = (await made(201, 'POST', `${path}/credentials/jwks`, jwk))['id']
    const below = [`/credentials/secrets/${secretId}`, `/credentials/jwks/${keyId}`]
    const calls: readonly (readonly [string, string, Json?])[] = [
      ['GET', '/credentials/secrets'],
      ['GET', below[0]!],
      ['POST', '/credentials/secrets', {}],
      ['POST', '/credentials/jwks', { ...jwk, kid: 'mine' }],
      ...below.flatMap((one): readonly (readonly [string, string])[] => [
        ['POST', `${one}/lifecycle/activate`],
        ['POST', `${one}/lifecycle/deactivate`],
        ['DELETE', one],
      ]),
      ['PUT', '', app],
      ['POST', '/lifecycle/activate'],
      ['POST', '/lifecycle/deactivate'],
      ['DELETE', ''],
    ]
    for (const [role, ...scopes] of [
      ['APP_ADMIN', 'okta.apps.manage'],
      ['API_ACCESS_MANAGEMENT_ADMIN', 'okta.apps.manage'],
      // A role alone is not the authority: the scopes must let the caller give what the app holds.
      ['SUPER_ADMIN', 'okta.apps.manage'],
      ['SUPER_ADMIN', 'okta.apps.manage', 'okta.roles.manage'],
      ['SUPER_ADMIN', 'okta.apps.manage', 'okta.appGrants.manage'],
    ] as const) {
      const authorization = await anAdministrator(role, ...scopes)
      for (const [method, suffix, body] of calls) {
        const code = await status(method, path + suffix, authorization, body)
        expect([method, suffix, code]).toEqual([method, suffix, 403])
      }
      expect(await status('GET', path, authorization)).toBe(200)
      expect(
        await status('GET', `/api/v1/apps/${plain.id}/credentials/secrets`, authorization),
      ).toBe(200)
    }
  })

  it('an administrator of all that an app holds may change it', async () => {
    const privileged = await aClient()
    await assign(privileged.clientId, 'APP_ADMIN')
    const path = `/api/v1/apps/${privileged.id}`
    const scopes = ['okta.apps.manage', 'okta.roles.manage', 'okta.appGrants.manage'] as const
    const authorization = await anAdministrator('SUPER_ADMIN', ...scopes)
    const { jwk } = await aKeyedClient()
    expect(await status('POST', `${path}/credentials/jwks`, authorization, jwk)).toBe(201)
    expect(await status('GET', `${path}/credentials/secrets`, authorization)).toBe(200)
    expect(await status('POST', `${path}/lifecycle/deactivate`, authorization)).toBe(200)
  })

  it('whoever only reads apps does not read their secrets', async () => {
    const { id } = await aClient()
    const path = `/api/v1/apps/${id}/credentials/secrets`
    const secretId = (await made(200, 'GET', path))[0]['id']
    for (const role of ['READ_ONLY_ADMIN', 'ORG_ADMIN']) {
      const authorization = await anAdministrator(role, 'okta.apps.read')
      expect(await status('GET', `/api/v1/apps/${id}`, authorization)).toBe(200)
      for (const one of [path, `${path}/${secretId}`]) {
        const [code, error] = await answered(await api('GET', one, undefined, authorization))
        expect([role, code, error['errorCode']]).toEqual([role, 403, 'E0000006'])
      }
    }
    const manager = await anAdministrator('APP_ADMIN', 'okta.apps.read')
    expect(await status('GET', path, manager)).toBe(200)
  })
})
