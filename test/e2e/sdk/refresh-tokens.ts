/** Refresh tokens of people: below an app, an authorization server and a user. */
import { expect } from 'vitest'
import type { Json } from '../../json.ts'
import { haveTokens, withParties, type Of } from './held.ts'
import { all, expectGone, expectNothing, idsOf, paged, type Life, type World } from './life.ts'

/** Where the SDK finds them, and of whom it leaves them alone when it revokes all. */
interface Door {
  readonly api: string
  readonly list: string
  readonly get: string
  readonly revoke: string
  readonly revokeAll: string
  readonly at: (of: Of) => Json
  readonly spares: readonly (keyof Of)[]
}

const ofApp: Door = {
  api: 'applicationApi',
  list: 'listOAuth2TokensForApplication',
  get: 'getOAuth2TokenForApplication',
  revoke: 'revokeOAuth2TokenForApplication',
  revokeAll: 'revokeOAuth2TokensForApplication',
  at: ({ appId }) => ({ appId }),
  spares: ['clientId'],
}

const ofServerAndClient: Door = {
  api: 'authorizationServerApi',
  list: 'listRefreshTokensForAuthorizationServerAndClient',
  get: 'getRefreshTokenForAuthorizationServerAndClient',
  revoke: 'revokeRefreshTokenForAuthorizationServerAndClient',
  revokeAll: 'revokeRefreshTokensForAuthorizationServerAndClient',
  at: ({ serverId, clientId }) => ({ authServerId: serverId, clientId }),
  spares: ['serverId', 'clientId'],
}

const ofUserAndClient: Door = {
  api: 'userApi',
  list: 'listRefreshTokensForUserAndClient',
  get: 'getRefreshTokenForUserAndClient',
  revoke: 'revokeTokenForUserAndClient',
  revokeAll: 'revokeTokensForUserAndClient',
  at: ({ userId, clientId }) => ({ userId, clientId }),
  spares: ['userId', 'clientId'],
}

const tokens =
  (door: Door) =>
  (world: World): Promise<void> =>
    withParties(world, async (of, other) => {
      const api = world.client[door.api]
      const at = door.at(of)
      const spared = door.spares.map((name) => ({ ...of, [name]: other[name] }))
      const ids = await haveTokens(world, of, of, of, ...spared)
      const mine = ids.slice(0, 3)
      const whatItIs = {
        status: 'ACTIVE',
        clientId: of.clientId,
        userId: of.userId,
        issuer: `${world.origin}/oauth2/${of.serverId}`,
        scopes: ['offline_access', 'car:wash'],
      }

      const listed = await paged(world, 3, () => api[door.list]({ ...at, limit: 1 }))
      expect(idsOf(listed).toSorted()).toEqual(mine.toSorted())
      for (const token of listed) expect(token).toMatchObject(whatItIs)
      const [one, ...rest] = mine
      const here = { ...at, tokenId: one }
      const read = await api[door.get]({ ...here, expand: 'scope' })
      expect(read).toMatchObject({ id: one, ...whatItIs })
      const scopes = read['_embedded'].scopes as readonly Json[]
      expect(scopes.map(({ name }) => name)).toEqual(whatItIs.scopes)

      await expectNothing(api[door.revoke](here))
      await expectGone(api[door.get](here))
      const left = await paged(world, 2, () => api[door.list]({ ...at, limit: 1 }))
      expect(idsOf(left).toSorted()).toEqual(rest.toSorted())
      await expectNothing(api[door.revokeAll](at))
      expect(await all(api[door.list](at))).toEqual([])
      for (const [index, { userId, clientId }] of spared.entries()) {
        const at = { userId, clientId, tokenId: ids[3 + index] }
        expect((await world.client['userApi'].getRefreshTokenForUserAndClient(at)).id).toBe(at.tokenId) // prettier-ignore
      }
    })

/** Signing a user out may take all of it away. */
const ofUser = (world: World): Promise<void> =>
  withParties(world, async (of, other) => {
    const api = world.client['userApi']
    await haveTokens(world, of, { ...of, clientId: other.clientId }, other)
    const held = async ({ userId, clientId }: Of): Promise<number> =>
      (await all(api.listRefreshTokensForUserAndClient({ userId, clientId }))).length
    await expectNothing(api.revokeUserSessions({ userId: of.userId }))
    expect(await held(of)).toBe(1)
    await expectNothing(api.revokeUserSessions({ userId: of.userId, oauthTokens: true }))
    expect([await held(of), await held({ ...of, clientId: other.clientId })]).toEqual([0, 0])
    expect(await held(other)).toBe(1)
  })

export const refreshTokenLives: readonly Life[] = [
  { name: 'refresh tokens of an app', live: tokens(ofApp) },
  { name: 'refresh tokens of a client at a server', live: tokens(ofServerAndClient) },
  { name: 'refresh tokens of a user for a client', live: tokens(ofUserAndClient) },
  { name: 'refresh tokens of a user who is signed out', live: ofUser },
]
