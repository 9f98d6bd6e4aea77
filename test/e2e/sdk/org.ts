/** Trusted origins, API tokens, the org and its log. */
import { expect } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import type { Json } from '../../json.ts'
import { all, expectGone, expectNothing, idsOf, paged, type Life, type World } from './life.ts'
import { aUser, removeUser } from './users.ts'

async function trustedOrigins(world: World): Promise<void> {
  const { client, unique } = world
  const api = client['trustedOriginApi']
  const name = unique('origin')
  const made: Json[] = []
  for (const at of [1, 2, 3])
    made.push(
      await api.createTrustedOrigin({
        trustedOrigin: {
          name: `${name}-${at}`,
          origin: `https://${name}-${at}.example`,
          scopes: [{ type: 'CORS' }, { type: 'REDIRECT' }],
        },
      }),
    )
  const one = made[0]!
  const at = { trustedOriginId: one['id'] }
  expect(one).toMatchObject({ status: 'ACTIVE', scopes: [{ type: 'CORS' }, { type: 'REDIRECT' }] })
  expect(await api.getTrustedOrigin(at)).toEqual(one)
  const replaced = await api.replaceTrustedOrigin({
    ...at,
    trustedOrigin: { ...one, scopes: [{ type: 'REDIRECT' }] },
  })
  expect(replaced.scopes).toEqual([{ type: 'REDIRECT' }])
  expect((await api.deactivateTrustedOrigin(at)).status).toBe('INACTIVE')
  const filter = `name sw "${name}" and status eq "ACTIVE"`
  expect(await all(api.listTrustedOrigins({ filter }))).toHaveLength(2)
  expect((await api.activateTrustedOrigin(at)).status).toBe('ACTIVE')
  const listed = await paged(world, 3, () => api.listTrustedOrigins({ q: name, limit: 1 }))
  expect(idsOf(listed).toSorted()).toEqual(idsOf(made).toSorted())
  for (const { id } of made) await expectNothing(api.deleteTrustedOrigin({ trustedOriginId: id }))
  await expectGone(api.getTrustedOrigin(at))
}

async function apiTokens({ client, call, unique }: World): Promise<void> {
  const api = client['apiTokenApi']
  const name = unique('token')
  // Okta has no operation that creates one.
  const { id, token, userId } = await call('POST', '/api/v1/api-tokens', { name })
  const at = { apiTokenId: id }
  expect(token).toMatch(/^00\w{40}$/)
  const one = await api.getApiToken(at)
  expect(one).toMatchObject({ id, name, userId, clientName: 'Okta API', tokenWindow: 'P30D' })
  expect(one).not.toHaveProperty('token')
  expect(idsOf(await all(api.listApiTokens()))).toContain(id)
  const apiTokenUpdate = { name: `${name}-2`, network: { connection: 'ANYWHERE' } }
  expect((await api.upsertApiToken({ ...at, apiTokenUpdate })).name).toBe(`${name}-2`)
  await expectNothing(api.revokeApiToken(at))
  await expectGone(api.getApiToken(at))
}

/** The SDK sends no limit for this list: more than a page holds are there, of a user made for it. */
async function manyApiTokens(world: World): Promise<void> {
  const { client, execute, unique } = world
  const user = await aUser(world)
  const prefix = unique('00T')
  const many = limits.pageSizeMax + 1
  await execute(
    `WITH RECURSIVE made (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < ${many})
     INSERT INTO api_tokens (id, name, user_id, mac, created, last_updated)
     SELECT '${prefix}-' || n, 'one of many', '${user['id']}', version || '${prefix}-' || n, 1, 1
     FROM made, (SELECT substr(mac, 1, instr(mac, '.')) AS version FROM api_tokens LIMIT 1)`,
  )
  const listed = await paged(world, 2, () => client['apiTokenApi'].listApiTokens())
  const ofUser = listed.filter((token) => token['userId'] === user['id'])
  expect(new Set(idsOf(ofUser)).size).toBe(many)
  expect(new Set(idsOf(listed)).size).toBe(listed.length)
  await removeUser(world, user)
  await expectGone(client['apiTokenApi'].getApiToken({ apiTokenId: `${prefix}-1` }))
}

async function org({ client, origin, unique }: World): Promise<void> {
  const api = client['orgSettingApi']
  const companyName = unique('company')
  expect(await api.updateOrgSettings({ OrgSetting: { companyName, city: 'Here' } })).toMatchObject({
    companyName,
    city: 'Here',
    status: 'ACTIVE',
  })
  await api.replaceOrgSettings({ OrgSetting: { companyName, website: 'https://sdk.example' } })
  const settings = await api.getOrgSettings()
  expect(settings).toMatchObject({ companyName, city: null, website: 'https://sdk.example' })
  expect(await api.getWellknownOrgMetadata()).toMatchObject({
    id: settings.id,
    pipeline: 'v1',
    _links: { organization: { href: origin } },
  })
}

async function log(world: World): Promise<void> {
  const { client, unique } = world
  const name = unique('logged')
  const api = client['groupApi']
  for (const at of [1, 2, 3])
    await api.createGroup({ group: { profile: { name: `${name}-${at}` } } })
  const filter = 'eventType eq "group.lifecycle.create"'
  const list = (): Promise<Json> =>
    client['systemLogApi'].listLogEvents({ filter, q: name, limit: 2, until: new Date(Date.now() + 60_000).toISOString() }) // prettier-ignore
  const events = await paged(world, 2, list)
  expect(events.map((event) => event['target'][0]['displayName']).toSorted()).toEqual(
    [1, 2, 3].map((at) => `${name}-${at}`),
  )
  for (const event of events)
    expect(event).toMatchObject({ outcome: { result: 'SUCCESS' }, eventType: 'group.lifecycle.create' }) // prettier-ignore
}

export const orgLives: readonly Life[] = [
  { name: 'a trusted origin', live: trustedOrigins },
  { name: 'an API token', live: apiTokens },
  { name: 'many API tokens', live: manyApiTokens },
  { name: 'the org', live: org },
  { name: 'the system log', live: log },
]
