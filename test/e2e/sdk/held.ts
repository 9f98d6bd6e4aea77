/** What sign-in will leave behind: refresh tokens and consents, put into the database as it will put them. */
import { anApp } from './apps.ts'
import { aServer } from './authorization-servers.ts'
import type { World } from './life.ts'
import { aUser, removeUser } from './users.ts'

/** Of whom something is. */
export interface Of {
  readonly serverId: string
  readonly appId: string
  readonly clientId: string
  readonly userId: string
}

async function parties(world: World): Promise<Of> {
  const server = await aServer(world)
  const app = await anApp(world, 'native')
  const user = await aUser(world)
  return {
    serverId: server['id'],
    appId: app['id'],
    clientId: app['credentials'].oauthClient.client_id,
    userId: user['id'],
  }
}

/** A server, an app and a user that are there for the time of a life, and others. */
export async function withParties(
  world: World,
  live: (of: Of, other: Of) => Promise<void>,
): Promise<void> {
  const { client } = world
  const both = [await parties(world), await parties(world)] as const
  await live(...both)
  for (const { serverId, appId, userId } of both) {
    await client['authorizationServerApi'].deleteAuthorizationServer({ authServerId: serverId })
    await client['applicationApi'].deactivateApplication({ appId })
    await client['applicationApi'].deleteApplication({ appId })
    await removeUser(world, { id: userId })
  }
}

export const NEVER = 4_000_000_000

const tuple = (...values: readonly (string | number)[]): string =>
  `(${values.map((value) => (typeof value === 'number' ? value : `'${value}'`)).join(', ')})`

/** A refresh token of each, by their ids. */
export async function haveTokens(
  { execute, unique }: World,
  ...of: readonly Of[]
): Promise<readonly string[]> {
  const tokens = of.map((one) => ({ id: unique('oar'), ...one }))
  const rows = tokens.map(({ id, serverId, clientId, userId }) =>
    tuple(id, serverId, clientId, userId, '["offline_access","car:wash"]', 1, 1, NEVER),
  )
  await execute(
    `INSERT INTO refresh_tokens (id, server_id, client_id, user_id, scopes, created, last_updated, expires)
     VALUES ${rows.join(', ')}`,
  )
  return tokens.map(({ id }) => id)
}

/** A consent of each to a scope, by their ids. */
export async function haveConsents(
  { execute, unique }: World,
  ...of: readonly (Of & { readonly scope: string })[]
): Promise<readonly string[]> {
  const consents = of.map((one) => ({ id: unique('oag'), ...one }))
  const rows = consents.map(({ id, serverId, clientId, userId, scope }) =>
    tuple(id, userId, clientId, serverId, scope, 1, 1),
  )
  await execute(
    `INSERT INTO consents (id, user_id, client_id, server_id, scope, created, last_updated)
     VALUES ${rows.join(', ')}`,
  )
  return consents.map(({ id }) => id)
}
