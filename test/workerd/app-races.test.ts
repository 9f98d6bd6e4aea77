/**
 * Two writers that both read before either wrote. Over HTTP the calls of one isolate rarely meet like that, so here
 * the statements run on what a writer had read too early: each must find its condition broken and change nothing.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { App } from '../../src/domain/app.ts'
import type { AppKey } from '../../src/domain/client-key.ts'
import {
  activateSecret,
  deactivateKey,
  deactivateSecret,
  deleteKey,
  deleteSecret,
  insertKey,
  insertSecret,
  insertSecretAt,
  keysOf,
  replaceKeysAt,
  secretsOf,
} from '../../src/store/app-credentials.ts'
import { deleteApp, findApp, updateApp } from '../../src/store/apps.ts'
import { aClient, aKeyedClient, api, made, type Json } from './support.ts'

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

describe('secrets', () => {
  it('a third one is not added by a writer that saw only one', async () => {
    const { id } = await aClient()
    const [secret] = await secretsOf(DB, id)
    const another = { ...secret!, id: 'ocsanother' }
    await made(201, 'POST', `/api/v1/apps/${id}/credentials/secrets`, {})
    expect(await changes(insertSecret(DB, id, another, 'client_secret_basic'))).toBe(0)
    expect(await secretsOf(DB, id)).toHaveLength(2)
  })

  it('one measured for a method is neither added nor activated under another', async () => {
    const { id } = await aClient()
    const [secret] = await secretsOf(DB, id)
    const another = { ...secret!, id: 'ocsanother' }
    expect(await changes(insertSecret(DB, id, another, 'client_secret_jwt'))).toBe(0)
    expect(await changes(activateSecret(DB, id, secret!.id, 'client_secret_jwt', 1))).toBe(0)
  })

  it('the last active one stays for a writer that saw two', async () => {
    const { id } = await aClient()
    await made(201, 'POST', `/api/v1/apps/${id}/credentials/secrets`, {})
    const [one, two] = await secretsOf(DB, id)
    expect(await changes(deactivateSecret(DB, id, one!.id, 1))).toBe(1)
    expect(await changes(deactivateSecret(DB, id, two!.id, 1))).toBe(0)
    expect(await changes(deleteSecret(DB, id, two!.id))).toBe(0)
    expect((await secretsOf(DB, id)).map(({ status }) => status).sort()).toEqual([
      'ACTIVE',
      'INACTIVE',
    ])
  })

  it('a client that no longer authenticates by secret may lose its last one', async () => {
    const { id } = await aClient()
    const { jwk } = await aKeyedClient()
    await replace(id, (app) => {
      app['credentials']['oauthClient']['token_endpoint_auth_method'] = 'private_key_jwt'
      app['settings']['oauthClient']['jwks'] = { keys: [jwk] }
    })
    const secret = (await made(200, 'GET', `/api/v1/apps/${id}/credentials/secrets`))[0]
    const path = `/api/v1/apps/${id}/credentials/secrets/${secret['id']}`
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    expect((await api('DELETE', path)).status).toBe(204)
  })
})

describe('keys', () => {
  const keysOfApp = async (id: string): Promise<readonly AppKey[]> =>
    (await keysOf(DB, [id])).get(id) ?? []

  it('the last active one stays for a writer that saw two', async () => {
    const { id, jwk } = await aKeyedClient()
    await made(201, 'POST', `/api/v1/apps/${id}/credentials/jwks`, { ...jwk, kid: 'second' })
    const [one, two] = await keysOfApp(id)
    expect(await changes(deactivateKey(DB, id, one!.id, 1))).toBe(1)
    expect(await changes(deactivateKey(DB, id, two!.id, 1))).toBe(0)
    expect(await changes(deleteKey(DB, id, two!.id))).toBe(0)
  })

  it('none is added beside a nameless one, without a name, or beside a jwks_uri', async () => {
    const { id } = await aKeyedClient()
    const [key] = await keysOfApp(id)
    expect(await changes(insertKey(DB, id, { ...key!, id: 'pks2', kid: null }))).toBe(0)
    await replace(id, (app) => {
      const settings = app['settings']['oauthClient']
      settings['jwks_uri'] = 'https://client.example/jwks'
      delete settings['jwks']
    })
    expect(await keysOfApp(id)).toHaveLength(0)
    expect(await changes(insertKey(DB, id, key!))).toBe(0)
    const other = await aClient()
    expect(await changes(insertKey(DB, other.id, { ...key!, kid: null }))).toBe(1)
    expect(await changes(insertKey(DB, other.id, { ...key!, id: 'pks2' }))).toBe(0)
  })
})

describe('an app that was written since it was read', () => {
  it('no part of a replacement happens', async () => {
    const { id } = await aKeyedClient()
    const app = await appAsRead(id)
    const path = `/api/v1/apps/${id}/credentials/jwks`
    const key = (await made(200, 'GET', path))[0]
    await made(200, 'POST', `${path}/${key['id']}/lifecycle/activate`)
    expect((await appAsRead(id)).version).toBe(app.version + 1)
    const { id: other } = await aClient()
    const [secret] = await secretsOf(DB, other)
    expect(await changes(updateApp(DB, app, { ...app, label: 'stale' }, 1))).toBe(0)
    expect(await changes(insertSecretAt(DB, app, secret!))).toBe(0)
    for (const statement of replaceKeysAt(DB, app, [])) expect(await changes(statement)).toBe(0)
    expect(await made(200, 'GET', path)).toHaveLength(1)
  })

  it('an app that is active again is not deleted, and keeps its roles', async () => {
    const { id, clientId } = await aClient()
    await made(200, 'POST', `/oauth2/v1/clients/${clientId}/roles`, { type: 'APP_ADMIN' })
    const app = { ...(await appAsRead(id)), status: 'INACTIVE' } as const
    for (const statement of deleteApp(DB, app)) expect(await changes(statement)).toBe(0)
    expect(await made(200, 'GET', `/oauth2/v1/clients/${clientId}/roles`)).toHaveLength(1)
  })
})
