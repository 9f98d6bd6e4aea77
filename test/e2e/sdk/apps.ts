/** Apps of each type with their secrets, keys, grants, groups and roles. */
import { exportJWK, generateKeyPair } from 'jose'
import { expect } from 'vitest'
import type { Json } from '../../json.ts'
import { aUser, removeUser } from './users.ts'
import { all, expectGone, expectNothing, idsOf, paged, type Life, type World } from './life.ts'

const TYPES: Readonly<Record<string, Json>> = {
  service: { grant_types: ['client_credentials'], response_types: ['token'] },
  web: { grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: ['https://app.example/callback'] }, // prettier-ignore
  browser: { grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: ['https://app.example/callback'] }, // prettier-ignore
  native: { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], redirect_uris: ['com.example.app:/callback'] }, // prettier-ignore
}

const application = (label: string, type: string, more: Json = {}): Json => ({
  name: 'oidc_client',
  label,
  signOnMode: 'OPENID_CONNECT',
  credentials: {
    oauthClient: {
      token_endpoint_auth_method:
        type === 'browser' || type === 'native' ? 'none' : 'client_secret_basic',
      autoKeyRotation: true,
    },
  },
  settings: { oauthClient: { application_type: type, ...TYPES[type], ...more } },
})

export async function anApp({ client, unique }: World, type = 'service'): Promise<Json> {
  return client['applicationApi'].createApplication({
    application: application(unique(type), type),
  })
}

/** An app that is there for the time of a life. */
export async function withApp(
  world: World,
  live: (at: { readonly appId: string }, app: Json) => Promise<void>,
  type = 'service',
): Promise<void> {
  const api = world.client['applicationApi']
  const app = await anApp(world, type)
  const at = { appId: app['id'] as string }
  await live(at, app)
  await api.deactivateApplication(at)
  await expectNothing(api.deleteApplication(at))
}

async function apps(world: World): Promise<void> {
  const { client, unique } = world
  const api = client['applicationApi']
  const label = unique('app')
  const made: Json[] = []
  for (const type of Object.keys(TYPES))
    made.push(await api.createApplication({ application: application(`${label}-${type}`, type) }))
  const one = made[1]!
  const at = { appId: one['id'] }
  expect(one).toMatchObject({
    status: 'ACTIVE',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { client_id: expect.any(String), client_secret: expect.any(String) } }, // prettier-ignore
  })
  expect(await api.getApplication(at)).toMatchObject({ id: one['id'], label: one['label'] })
  const replaced = await api.replaceApplication({
    ...at,
    application: { ...one, label: `${label}-renamed` },
  })
  expect(replaced).toMatchObject({ id: one['id'], label: `${label}-renamed` })
  const listed = await paged(world, 4, () => api.listApplications({ q: label, limit: 1 }))
  expect(idsOf(listed).toSorted()).toEqual(idsOf(made).toSorted())
  await api.deactivateApplication(at)
  expect((await api.getApplication(at)).status).toBe('INACTIVE')
  await api.activateApplication(at)
  expect((await api.getApplication(at)).status).toBe('ACTIVE')
  await expect(api.deleteApplication(at)).rejects.toMatchObject({ status: 403, errorCode: 'E0000056' }) // prettier-ignore
  for (const { id } of made) {
    await api.deactivateApplication({ appId: id })
    await expectNothing(api.deleteApplication({ appId: id }))
  }
  await expectGone(api.getApplication(at))
}

const secrets = (world: World): Promise<void> =>
  withApp(world, async (at) => {
    const api = world.client['applicationSSOPublicKeysApi'] ?? world.client['applicationSSOCredentialOAuth2ClientAuthApi'] // prettier-ignore
    const made = await api.createOAuth2ClientSecret({ ...at, oAuth2ClientSecretRequestBody: {} })
    const here = { ...at, secretId: made.id }
    expect(made).toMatchObject({ status: 'ACTIVE', client_secret: expect.any(String) })
    expect((await api.getOAuth2ClientSecret(here)).id).toBe(made.id)
    expect(await all(api.listOAuth2ClientSecrets(at))).toHaveLength(2)
    expect((await api.deactivateOAuth2ClientSecret(here)).status).toBe('INACTIVE')
    expect((await api.activateOAuth2ClientSecret(here)).status).toBe('ACTIVE')
    await api.deactivateOAuth2ClientSecret(here)
    await expectNothing(api.deleteOAuth2ClientSecret(here))
    expect(await all(api.listOAuth2ClientSecrets(at))).toHaveLength(1)
  })

const keys = (world: World): Promise<void> =>
  withApp(world, async (at) => {
    const api = world.client['applicationSSOPublicKeysApi']
    const { publicKey } = await generateKeyPair('RS256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid: 'sdk', alg: 'RS256', use: 'sig' }
    const made = await api.addJwk({ ...at, addJwkRequest: { ...jwk, status: 'ACTIVE' } })
    const here = { ...at, keyId: made.id }
    expect(made).toMatchObject({ kid: 'sdk', status: 'ACTIVE' })
    expect((await api.getJwk(here)).kid).toBe('sdk')
    // Okta's description has an array, where this version of the SDK reads an object with `keys`.
    await expect(api.listJwk(at)).rejects.toThrow('data is not iterable')
    const path = `/api/v1/apps/${at.appId}/credentials/jwks`
    expect(await world.call('GET', path)).toMatchObject([{ id: made.id, kid: 'sdk' }])
    const { settings } = await world.client['applicationApi'].getApplication(at)
    expect(settings.oauthClient.jwks.keys).toMatchObject([{ kid: 'sdk', status: 'ACTIVE' }])
    expect((await api.deactivateOAuth2ClientJsonWebKey(here)).status).toBe('INACTIVE')
    expect((await api.activateOAuth2ClientJsonWebKey(here)).status).toBe('ACTIVE')
    await api.deactivateOAuth2ClientJsonWebKey(here)
    await expectNothing(api.deletejwk(here))
    await expectGone(api.getJwk(here))
  })

const grants = (world: World): Promise<void> =>
  withApp(world, async (at) => {
    const api = world.client['applicationApi']
    const grant = await api.grantConsentToScope({
      ...at,
      oAuth2ScopeConsentGrant: { issuer: world.origin, scopeId: 'okta.users.read' },
    })
    const here = { ...at, grantId: grant.id }
    expect(await api.getScopeConsentGrant(here)).toMatchObject({ id: grant.id, scopeId: 'okta.users.read' }) // prettier-ignore
    expect(idsOf(await all(api.listScopeConsentGrants(at)))).toEqual([grant.id])
    await expectNothing(api.revokeScopeConsentGrant(here))
    await expectGone(api.getScopeConsentGrant(here))
  })

const clientRoles = (world: World): Promise<void> =>
  withApp(world, async (_at, app) => {
    const api = world.client['roleAssignmentApi']
    const of = { clientId: app['credentials']['oauthClient']['client_id'] }
    const role = await api.assignRoleToClient({ ...of, assignRoleRequest: { type: 'APP_ADMIN' } })
    const here = { ...of, roleAssignmentId: role.id }
    expect(role).toMatchObject({ type: 'APP_ADMIN', assignmentType: 'CLIENT' })
    expect((await api.retrieveClientRole(here)).type).toBe('APP_ADMIN')
    expect(idsOf(await all(await api.listRolesForClient(of)))).toEqual([role.id])
    await expectNothing(api.deleteRoleFromClient(here))
    await expectGone(api.retrieveClientRole(here))
  })

const groups = (world: World): Promise<void> =>
  withApp(world, async (at) => {
    const { client, unique } = world
    const api = client['applicationApi']
    const ids: string[] = []
    for (let count = 0; count < 3; count++) {
      const group = await client['groupApi'].createGroup({ group: { profile: { name: unique('of-app') } } }) // prettier-ignore
      ids.push(group.id)
      const assigned = await api.assignGroupToApplication({
        ...at,
        groupId: group.id,
        applicationGroupAssignment: { priority: count, profile: {} },
      })
      expect(assigned).toMatchObject({ id: group.id })
    }
    const groupId = ids[0]!
    expect((await api.getApplicationGroupAssignment({ ...at, groupId })).id).toBe(groupId)
    const listed = await paged(world, 3, () => api.listApplicationGroupAssignments({ ...at, limit: 1 })) // prettier-ignore
    expect(idsOf(listed).toSorted()).toEqual(ids.toSorted())
    const jsonPatchOperation = [{ op: 'replace', path: '/priority', value: 2 }]
    await api.updateGroupAssignmentToApplication({ ...at, groupId, jsonPatchOperation })
    await withApp(world, async (other) => {
      await api.assignGroupToApplication({ ...other, groupId, applicationGroupAssignment: {} })
      const list = (): Promise<Json> => client['groupApi'].listAssignedApplicationsForGroup({ groupId, limit: 1 }) // prettier-ignore
      expect(idsOf(await paged(world, 2, list)).toSorted()).toEqual([at.appId, other.appId].toSorted()) // prettier-ignore
    })
    await expectNothing(api.unassignApplicationFromGroup({ ...at, groupId }))
    await expectGone(api.getApplicationGroupAssignment({ ...at, groupId }))
    for (const id of ids) await client['groupApi'].deleteGroup({ groupId: id })
  })

const users = (world: World): Promise<void> =>
  withApp(world, async (at) => {
    const { client } = world
    const api = client['applicationApi']
    const people = [await aUser(world), await aUser(world), await aUser(world)]
    for (const { id } of people) {
      const appUser = { id, scope: 'USER', credentials: { userName: `name-${id}` } }
      expect(await api.assignUserToApplication({ ...at, appUser })).toMatchObject({ id, scope: 'USER' }) // prettier-ignore
    }
    const userId = people[0]!['id'] as string
    const appUser = { profile: { role: 'driver' } }
    const updated = await api.updateApplicationUser({ ...at, userId, appUser })
    expect(updated.credentials.userName).toBe(`name-${userId}`)
    expect((await api.getApplicationUser({ ...at, userId })).id).toBe(userId)
    const listed = await paged(world, 2, () => api.listApplicationUsers({ ...at, limit: 1 }))
    expect(idsOf(listed).toSorted()).toEqual(idsOf(people).toSorted())
    const filter = `user.id eq "${userId}"`
    expect(idsOf(await all(client['applicationApi'].listApplications({ filter })))).toEqual([at.appId]) // prettier-ignore
    await expectNothing(api.unassignUserFromApplication({ ...at, userId }))
    await expectGone(api.getApplicationUser({ ...at, userId }))
    for (const person of people) await removeUser(world, person)
  })

export const appLives: readonly Life[] = [
  { name: 'an app of each type', live: apps },
  { name: 'a client secret', live: secrets },
  { name: 'a client key', live: keys },
  { name: 'a scope granted to an app', live: grants },
  { name: 'a role of a service app', live: clientRoles },
  { name: 'groups of an app', live: groups },
  { name: 'users of an app', live: users },
]
