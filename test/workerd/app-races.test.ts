/**
 * Two writers that both read before either wrote. Over HTTP the calls of one isolate rarely meet like that, so here
 * the statements run on what a writer had read too early: each must find the app written since and change nothing.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { App } from '../../src/domain/app.ts'
import type { AppKey } from '../../src/domain/client-key.ts'
import type { AppSecret } from '../../src/store/app-credentials.ts'
import {
  deleteKeyAt,
  deleteSecretAt,
  insertKeyAt,
  insertSecretAt,
  keysOf,
  replaceKeysAt,
  secretsOf,
  setKeyStatusAt,
  setSecretStatusAt,
} from '../../src/store/app-credentials.ts'
import { deleteAppAt, findApp, setAppStatusAt, updateApp } from '../../src/store/apps.ts'
import { aClient, aKeyedClient, api, made, ORIGIN, type Json } from './support.ts'

const { DB } = env

async function changes(statement: D1PreparedStatement): Promise<number> {
  return (await statement.run()).meta.changes
}

async function appAsRead(id: string): Promise<App> {
  const app = await findApp(DB, id)
  if (app === null) throw new Error(`no app ${id}`)
  return app
}

const replace = async (id: string, change: (app: Json) => void): Promise<void> => {
  const app = await made(200, 'GET', `/api/v1/apps/${id}`)
  change(app)
  await made(200, 'PUT', `/api/v1/apps/${id}`, app)
}

const secretsPath = (id: string): string => `/api/v1/apps/${id}/credentials/secrets`
const keysPath = (id: string): string => `/api/v1/apps/${id}/credentials/jwks`

const keysOfApp = async (id: string): Promise<readonly AppKey[]> =>
  (await keysOf(DB, [id])).get(id) ?? []

describe('a client that no longer authenticates by secret', () => {
  it('may lose its last one', async () => {
    const { id } = await aClient()
    const { jwk } = await aKeyedClient()
    await replace(id, (app) => {
      app['credentials']['oauthClient']['token_endpoint_auth_method'] = 'private_key_jwt'
      app['settings']['oauthClient']['jwks'] = { keys: [jwk] }
    })
    const secret = (await made(200, 'GET', secretsPath(id)))[0]
    const path = `${secretsPath(id)}/${secret['id']}`
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    expect((await api('DELETE', path)).status).toBe(204)
  })
})

/** Every write to an app or below it, as a writer makes it who read the app when it was `app`. */
const writesOn = (
  app: App,
  key: AppKey,
  secret: AppSecret,
): Readonly<Record<string, D1PreparedStatement>> => ({
  'a replacement': updateApp(DB, app, { ...app, label: 'stale' }, 1),
  'a status': setAppStatusAt(DB, app, 'INACTIVE', 1),
  'a new secret': insertSecretAt(DB, app, { ...secret, id: 'ocsanother' }),
  'a status of a secret': setSecretStatusAt(DB, app, secret.id, 'INACTIVE', 1),
  'the end of a secret': deleteSecretAt(DB, app, secret.id),
  'a new key': insertKeyAt(DB, app, { ...key, id: 'pksanother', kid: 'another' }),
  'a status of a key': setKeyStatusAt(DB, app, key.id, 'INACTIVE', 1),
  'the end of a key': deleteKeyAt(DB, app, key.id),
  'the end of all keys': replaceKeysAt(DB, app, [])[0]!,
  'a new set of keys': replaceKeysAt(DB, app, [{ ...key, id: 'pksanother', kid: 'other' }])[1]!,
})

describe('an app that was written since it was read', () => {
  const others: readonly (readonly [string, (id: string, clientId: string) => Promise<unknown>])[] =
    [
      [
        'a role was assigned to',
        (_, clientId) =>
          made(200, 'POST', `/oauth2/v1/clients/${clientId}/roles`, { type: 'APP_ADMIN' }),
      ],
      [
        'a scope was granted to',
        (id) =>
          made(201, 'POST', `/api/v1/apps/${id}/grants`, {
            scopeId: 'okta.apps.read',
            issuer: ORIGIN,
          }),
      ],
      ['a secret was added to', (id) => made(201, 'POST', secretsPath(id), {})],
      [
        'a key was deactivated of',
        async (id) => {
          const [key] = await keysOfApp(id)
          await made(200, 'POST', `${keysPath(id)}/${key!.id}/lifecycle/deactivate`)
        },
      ],
      ['the label was changed of', (id) => replace(id, (app) => void (app['label'] = 'changed'))],
    ]

  it.each(others)('no write happens that was decided before %s it', async (_, other) => {
    const { id, clientId } = await aClient()
    const { jwk } = await aKeyedClient()
    await made(201, 'POST', keysPath(id), jwk)
    const app = await appAsRead(id)
    await other(id, clientId)
    expect((await appAsRead(id)).version).toBe(app.version + 1)
    const [[key], [secret]] = [await keysOfApp(id), await secretsOf(DB, id)]
    for (const [what, statement] of Object.entries(writesOn(app, key!, secret!)))
      expect([what, await changes(statement)]).toEqual([what, 0])
    const now = await appAsRead(id)
    for (const [what, statement] of Object.entries(writesOn(now, key!, secret!)).slice(2, 4))
      expect([what, await changes(statement)]).toEqual([what, 1])
  })

  it('an app that is active again is not deleted, and keeps its roles', async () => {
    const { id, clientId } = await aClient()
    await made(200, 'POST', `/oauth2/v1/clients/${clientId}/roles`, { type: 'APP_ADMIN' })
    expect(await changes(deleteAppAt(DB, await appAsRead(id)))).toBe(0)
    await made(200, 'POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
    const inactive = await appAsRead(id)
    await made(200, 'POST', `/api/v1/apps/${id}/lifecycle/activate`)
    await made(200, 'POST', `/api/v1/apps/${id}/lifecycle/deactivate`)
    expect(await changes(deleteAppAt(DB, inactive))).toBe(0)
    expect(await made(200, 'GET', `/oauth2/v1/clients/${clientId}/roles`)).toHaveLength(1)
  })
})
