/** Authorization servers with everything below them. */
import { expect } from 'vitest'
import type { Json } from '../../json.ts'
import { all, expectGone, expectNothing, idsOf, paged, type Life, type World } from './life.ts'

export const aServer = ({ client, unique }: World): Promise<Json> =>
  client['authorizationServerApi'].createAuthorizationServer({
    authorizationServer: {
      name: unique('server'),
      description: 'made by the SDK',
      audiences: ['api://sdk'],
    },
  })

/** A server that is there for the time of a life. */
async function withServer(
  world: World,
  live: (at: { readonly authServerId: string }, api: Json) => Promise<void>,
): Promise<void> {
  const api = world.client['authorizationServerApi']
  const at = { authServerId: (await aServer(world))['id'] as string }
  await live(at, api)
  await expectNothing(api.deleteAuthorizationServer(at))
}

const POLICY = {
  type: 'OAUTH_AUTHORIZATION_POLICY',
  status: 'ACTIVE',
  description: 'p',
  priority: 1,
  conditions: { clients: { include: ['ALL_CLIENTS'] } },
}

const RULE = {
  type: 'RESOURCE_ACCESS',
  priority: 1,
  conditions: {
    people: { users: { include: [], exclude: [] }, groups: { include: ['EVERYONE'], exclude: [] } },
    grantTypes: { include: ['implicit', 'client_credentials', 'password', 'authorization_code'] },
    scopes: { include: ['*'] },
  },
  actions: {
    token: {
      accessTokenLifetimeMinutes: 5,
      refreshTokenLifetimeMinutes: 0,
      refreshTokenWindowMinutes: 10080,
    },
  },
}

async function server(world: World): Promise<void> {
  const { client, origin, unique } = world
  const api = client['authorizationServerApi']
  const name = unique('listed')
  const made: Json[] = []
  for (const at of [1, 2, 3]) {
    const authorizationServer = { name: `${name}-${at}`, audiences: ['api://sdk'] }
    made.push(await api.createAuthorizationServer({ authorizationServer }))
  }
  const one = made[0]!
  const at = { authServerId: one['id'] }
  expect(one).toMatchObject({ status: 'ACTIVE', issuer: `${origin}/oauth2/${one['id']}` })
  const listed = await paged(world, 3, () => api.listAuthorizationServers({ limit: 1, q: name }))
  expect(idsOf(listed).toSorted()).toEqual(idsOf(made).toSorted())
  const servers = await all(api.listAuthorizationServers())
  expect(servers.some((each) => each['name'] === 'default')).toBe(true)

  const authorizationServer = { ...one, name: unique('replaced'), audiences: ['api://other'] }
  const replaced = await api.replaceAuthorizationServer({ ...at, authorizationServer })
  expect(replaced).toMatchObject({ id: one['id'], audiences: ['api://other'] })
  await expectNothing(api.deactivateAuthorizationServer(at))
  expect((await api.getAuthorizationServer(at)).status).toBe('INACTIVE')
  await expectNothing(api.activateAuthorizationServer(at))
  expect((await api.getAuthorizationServer(at)).status).toBe('ACTIVE')
  for (const { id } of made)
    await expectNothing(api.deleteAuthorizationServer({ authServerId: id }))
  await expectGone(api.getAuthorizationServer(at))
}

const scopes = (world: World): Promise<void> =>
  withServer(world, async (at, api) => {
    const oAuth2Scope = { name: 'car:drive', description: 'Drive car', consent: 'REQUIRED' }
    const scope = await api.createOAuth2Scope({ ...at, oAuth2Scope })
    const here = { ...at, scopeId: scope.id }
    expect(scope).toMatchObject({ ...oAuth2Scope, system: false })
    expect(await api.getOAuth2Scope(here)).toEqual(scope)
    const changed = { ...scope, description: 'changed', metadataPublish: 'ALL_CLIENTS' }
    expect(await api.replaceOAuth2Scope({ ...here, oAuth2Scope: changed })).toEqual(changed)
    const listed = await paged(world, 2, () => api.listOAuth2Scopes({ ...at, limit: 5 }))
    expect(idsOf(listed)).toContain(scope.id)
    await expectNothing(api.deleteOAuth2Scope(here))
    await expectGone(api.getOAuth2Scope(here))
  })

const claims = (world: World): Promise<void> =>
  withServer(world, async (at, api) => {
    await api.createOAuth2Scope({ ...at, oAuth2Scope: { name: 'car:drive' } })
    const oAuth2Claim = {
      name: 'carDriving',
      status: 'ACTIVE',
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: '"driving!"',
      conditions: { scopes: ['car:drive'] },
    }
    const claim = await api.createOAuth2Claim({ ...at, oAuth2Claim })
    const here = { ...at, claimId: claim.id }
    expect(claim).toMatchObject(oAuth2Claim)
    expect(await api.getOAuth2Claim(here)).toEqual(claim)
    const changed = { ...claim, value: '"parking"', status: 'INACTIVE' }
    expect(await api.replaceOAuth2Claim({ ...here, oAuth2Claim: changed })).toMatchObject({
      value: '"parking"',
      status: 'INACTIVE',
    })
    expect(idsOf(await all(api.listOAuth2Claims(at)))).toContain(claim.id)
    await expectNothing(api.deleteOAuth2Claim(here))
    await expectGone(api.getOAuth2Claim(here))
  })

const policies = (world: World): Promise<void> =>
  withServer(world, async (at, api) => {
    const policy = await api.createAuthorizationServerPolicy({
      ...at,
      policy: { ...POLICY, name: 'first' },
    })
    const here = { ...at, policyId: policy.id }
    expect(await api.getAuthorizationServerPolicy(here)).toEqual(policy)
    const changed = { ...policy, name: 'renamed' }
    const replaced = await api.replaceAuthorizationServerPolicy({ ...here, policy: changed })
    expect(replaced).toMatchObject({ id: policy.id, name: 'renamed' })
    await expectNothing(api.deactivateAuthorizationServerPolicy(here))
    expect((await api.getAuthorizationServerPolicy(here)).status).toBe('INACTIVE')
    await expectNothing(api.activateAuthorizationServerPolicy(here))
    expect((await api.getAuthorizationServerPolicy(here)).status).toBe('ACTIVE')
    expect(idsOf(await all(api.listAuthorizationServerPolicies(at)))).toEqual([policy.id])
    await expectNothing(api.deleteAuthorizationServerPolicy(here))
    await expectGone(api.getAuthorizationServerPolicy(here))
  })

const rules = (world: World): Promise<void> =>
  withServer(world, async (at, api) => {
    const policy = await api.createAuthorizationServerPolicy({
      ...at,
      policy: { ...POLICY, name: 'of the rule' },
    })
    const below = { ...at, policyId: policy.id }
    const rule = await api.createAuthorizationServerPolicyRule({
      ...below,
      policyRule: { ...RULE, name: 'first' },
    })
    const here = { ...below, ruleId: rule.id }
    expect(rule.actions.token).toMatchObject(RULE.actions.token)
    expect(await api.getAuthorizationServerPolicyRule(here)).toEqual(rule)
    const policyRule = { ...rule, name: 'renamed' }
    const replaced = await api.replaceAuthorizationServerPolicyRule({ ...here, policyRule })
    expect(replaced).toMatchObject({ id: rule.id, name: 'renamed' })
    await expectNothing(api.deactivateAuthorizationServerPolicyRule(here))
    expect((await api.getAuthorizationServerPolicyRule(here)).status).toBe('INACTIVE')
    await expectNothing(api.activateAuthorizationServerPolicyRule(here))
    expect((await api.getAuthorizationServerPolicyRule(here)).status).toBe('ACTIVE')
    expect(idsOf(await all(api.listAuthorizationServerPolicyRules(below)))).toEqual([rule.id])
    await expectNothing(api.deleteAuthorizationServerPolicyRule(here))
    await expectGone(api.getAuthorizationServerPolicyRule(here))
  })

const keys = (world: World): Promise<void> =>
  withServer(world, async (at, api) => {
    const before = await all(api.listAuthorizationServerKeys(at))
    const active = before.find((key) => key['status'] === 'ACTIVE')!
    const one = await api.getAuthorizationServerKey({ ...at, keyId: active['kid'] })
    expect(one).toMatchObject({ kid: active['kid'], kty: 'RSA', use: 'sig', n: expect.any(String) })
    const after = await all(await api.rotateAuthorizationServerKeys({ ...at, use: { use: 'sig' } }))
    expect(after.map((key) => key['status']).toSorted()).toEqual(['ACTIVE', 'EXPIRED', 'NEXT'])
    expect(after.find((key) => key['status'] === 'EXPIRED')?.['kid']).toBe(active['kid'])
  })

const associated = (world: World): Promise<void> =>
  withServer(world, async (at, api) => {
    const others = [await aServer(world), await aServer(world), await aServer(world)]
    const [other, ...rest] = idsOf(others)
    const trusted = await all(
      await api.createAssociatedServers({
        ...at,
        associatedServerMediated: { trusted: idsOf(others) },
      }),
    )
    expect(idsOf(trusted).toSorted()).toEqual(idsOf(others).toSorted())
    const list = (trust: boolean, more: Json = {}): Promise<Json> =>
      api.listAssociatedServersByTrustedType({ ...at, trusted: trust, ...more })
    const listed = await paged(world, 3, () => list(true, { limit: 1 }))
    expect(idsOf(listed).toSorted()).toEqual(idsOf(others).toSorted())
    expect(idsOf(await all(list(false)))).not.toContain(other)
    await expectNothing(api.deleteAssociatedServer({ ...at, associatedServerId: other }))
    expect(idsOf(await all(list(true))).toSorted()).toEqual(rest.toSorted())
    expect(idsOf(await all(list(false, { q: others[0]!['name'] })))).toEqual([other])
    for (const authServerId of idsOf(others))
      await expectNothing(api.deleteAuthorizationServer({ authServerId }))
  })

export const authorizationServerLives: readonly Life[] = [
  { name: 'an authorization server', live: server },
  { name: 'a scope', live: scopes },
  { name: 'a claim', live: claims },
  { name: 'a policy', live: policies },
  { name: 'a policy rule', live: rules },
  { name: 'signing keys', live: keys },
  { name: 'associated servers', live: associated },
]
