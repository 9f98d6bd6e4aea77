/** What people consented to, below them and below the app, and the clients that hold something of them. */
import { expect } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import type { Json } from '../../json.ts'
import { haveConsents, haveTokens, NEVER, withParties, type Of } from './held.ts'
import { all, expectGone, expectNothing, idsOf, paged, type Life, type World } from './life.ts'

const ofUser = (world: World): Promise<void> =>
  withParties(world, async (of, other) => {
    const { client, origin } = world
    const api = client['userApi']
    const oAuth2Scope = { name: 'car:wash', consent: 'REQUIRED' }
    const scope = await client['authorizationServerApi'].createOAuth2Scope({
      authServerId: of.serverId,
      oAuth2Scope,
    })
    const at = { userId: of.userId }
    const toClient = { ...at, clientId: of.clientId }
    const toOther = { ...of, clientId: other.clientId }
    const ids = await haveConsents(
      world,
      ...['car:wash', 'car:drive', 'car:park'].map((name) => ({ ...of, scope: name })),
      { ...toOther, scope: 'car:wash' },
      { ...of, userId: other.userId, scope: 'car:wash' },
    )
    const [wash, drive, park, others, another] = ids
    await haveTokens(world, of, toOther)
    const held = (one: Of): Promise<Json[]> => all(api.listRefreshTokensForUserAndClient({ userId: one.userId, clientId: one.clientId })) // prettier-ignore

    const listed = await paged(world, 4, () => api.listUserGrants({ ...at, limit: 1 }))
    expect(idsOf(listed).toSorted()).toEqual([wash, drive, park, others].toSorted())
    const toScope = await all(api.listUserGrants({ ...at, scopeId: scope.id }))
    expect(idsOf(toScope).toSorted()).toEqual([wash, others].toSorted())
    const ofClient = (): Promise<Json> => api.listGrantsForUserAndClient({ ...toClient, limit: 1 })
    expect(idsOf(await paged(world, 3, ofClient)).toSorted()).toEqual([wash, drive, park].toSorted()) // prettier-ignore
    const here = { ...at, grantId: wash }
    expect(await api.getUserGrant({ ...here, expand: 'scope' })).toMatchObject({
      id: wash,
      status: 'ACTIVE',
      source: 'END_USER',
      issuer: `${origin}/oauth2/${of.serverId}`,
      ...toClient,
      scopeId: scope.id,
      _embedded: { scope: { id: scope.id } },
    })

    expect(await held(of)).toHaveLength(1)
    await expectNothing(api.revokeUserGrant(here))
    await expectGone(api.getUserGrant(here))
    expect(await held(of)).toEqual([])
    expect(idsOf(await paged(world, 2, ofClient)).toSorted()).toEqual([drive, park].toSorted())
    await expectNothing(api.revokeGrantsForUserAndClient(toClient))
    expect(await all(api.listGrantsForUserAndClient(toClient))).toEqual([])
    expect(idsOf(await all(api.listUserGrants(at)))).toEqual([others])
    expect(await held(toOther)).toHaveLength(1)
    await expectNothing(api.revokeUserGrants(at))
    expect(await all(api.listUserGrants(at))).toEqual([])
    expect(await held(toOther)).toEqual([])
    const left = { userId: other.userId, grantId: another }
    expect((await api.getUserGrant(left)).id).toBe(another)
  })

/** The SDK sends no limit for these lists: more than a page holds are there. */
const MANY = limits.pageSizeMax + 2

const ofApp = (world: World): Promise<void> =>
  withParties(world, async (of) => {
    const { client, origin } = world
    const api = client['applicationApi']
    const at = { appId: of.appId }
    const granted = await api.grantConsentToScope({
      ...at,
      oAuth2ScopeConsentGrant: { issuer: origin, scopeId: 'okta.users.read' },
    })
    const consents = Array.from({ length: MANY }, (_, index) => ({ ...of, scope: `car:${index}` }))
    const ids = await haveConsents(world, ...consents)
    const listed = await paged(world, 2, () => api.listScopeConsentGrants(at))
    expect(idsOf(listed).toSorted()).toEqual([granted.id, ...ids].toSorted())
    const here = { ...at, grantId: ids[0] }
    expect(await api.getScopeConsentGrant(here)).toMatchObject({
      source: 'END_USER',
      userId: of.userId,
      scopeId: 'car:0',
    })
    await expectNothing(api.revokeScopeConsentGrant(here))
    await expectGone(api.getScopeConsentGrant(here))
    await expectNothing(api.revokeScopeConsentGrant({ ...at, grantId: granted.id }))
    expect(await all(api.listScopeConsentGrants(at))).toHaveLength(MANY - 1)
  })

/** Between two clients stand those that are no app any more: they take up a page and are not shown. */
const clients = (world: World): Promise<void> =>
  withParties(world, async (of, other) => {
    const { client, execute, unique } = world
    const both = [of.clientId, other.clientId].toSorted()
    await haveTokens(world, of, { ...of, clientId: other.clientId })
    await execute(
      `WITH RECURSIVE gone (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM gone WHERE n < ${MANY})
       INSERT INTO refresh_tokens (id, server_id, client_id, user_id, scopes, created, last_updated, expires)
       SELECT '${unique('oar')}-' || n, '${of.serverId}', '${both[0]}-' || n, '${of.userId}', '[]', 1, 1, ${NEVER} FROM gone`,
    )
    const labels = ({ client_id, client_name }: Json): unknown => ({ client_id, client_name })
    const lists: readonly (() => Promise<Json>)[] = [
      () => client['userApi'].listUserClients({ userId: of.userId }),
      () => client['authorizationServerApi'].listOAuth2ClientsForAuthorizationServer({ authServerId: of.serverId }), // prettier-ignore
    ]
    for (const list of lists)
      expect((await paged(world, 2, list)).map(labels)).toEqual(
        both.map((client_id) => ({ client_id, client_name: expect.stringContaining('native') })),
      )
  })

export const userGrantLives: readonly Life[] = [
  { name: 'grants of a user', live: ofUser },
  { name: 'grants of people to an app', live: ofApp },
  { name: 'clients of a user and of a server', live: clients },
]
