/** Secrets of an app: rotation without an outage, and never a client that has lost its last one. */
import { describe, expect, it } from 'vitest'
import { aPublicJwk, keysPath, refusal, secretsPath, statuses } from './app-support.ts'
import {
  aClient,
  aKeyedClient,
  answered,
  api,
  aServer,
  made,
  mintWith,
  type Json,
} from './support.ts'

describe('client secrets', () => {
  it('a second secret works beside the first, and the first can then be retired', async () => {
    const client = await aClient()
    const server = await aServer()
    const path = secretsPath(client.id)
    const second = await made(201, 'POST', path, {})
    expect(second).toMatchObject({ status: 'ACTIVE' })
    expect(second['id']).toMatch(/^ocs/)
    expect(second['secret_hash']).toMatch(/^[\w-]{22}$/)
    expect(second['client_secret']).toMatch(/^[\x21-\x7e]{64}$/)
    const rotated = { ...client, secret: second['client_secret'] }
    expect((await mintWith(server, client)).status).toBe(200)
    expect((await mintWith(server, rotated)).status).toBe(200)

    const all = await made(200, 'GET', path)
    const first = all.find((one: Json) => one['id'] !== second['id'])
    expect(first['client_secret']).toBe(client.secret)
    const off = await made(200, 'POST', `${path}/${first['id']}/lifecycle/deactivate`)
    expect(off).toMatchObject({ id: first['id'], status: 'INACTIVE' })
    expect(Object.keys(off['_links'])).toEqual(['activate', 'delete'])
    expect((await mintWith(server, client)).status).toBe(401)
    const on = await made(200, 'POST', `${path}/${first['id']}/lifecycle/activate`)
    expect(on['status']).toBe('ACTIVE')
    expect((await mintWith(server, client)).status).toBe(200)
    await made(200, 'POST', `${path}/${first['id']}/lifecycle/deactivate`)
    await made(204, 'DELETE', `${path}/${first['id']}`)
    expect((await mintWith(server, client)).status).toBe(401)
    expect((await mintWith(server, rotated)).status).toBe(200)
    expect((await api('GET', `${path}/${first['id']}`)).status).toBe(404)
  })

  it('there are two at most, however many are asked for at the same time', async () => {
    const { id } = await aClient()
    const path = secretsPath(id)
    const asked = Array.from({ length: 6 }, () => api('POST', path, {}))
    expect(await statuses(asked)).toEqual([201, 400, 400, 400, 400, 400])
    expect(await made(200, 'GET', path)).toHaveLength(2)
    expect(await refusal('POST', path, {})).toContain('at most 2')
  })

  it('the only active one cannot be deactivated, also not by two calls at the same time', async () => {
    const { id } = await aClient()
    const path = secretsPath(id)
    const only = (await made(200, 'GET', path))[0]
    expect(await refusal('POST', `${path}/${only['id']}/lifecycle/deactivate`)).toContain('status')
    const second = await made(201, 'POST', path, {})
    const both = [only, second].map((one) =>
      api('POST', `${path}/${one['id']}/lifecycle/deactivate`),
    )
    expect(await statuses(both)).toEqual([200, 400])
    const left = (await made(200, 'GET', path)).map((one: Json) => one['status'])
    expect(left.sort()).toEqual(['ACTIVE', 'INACTIVE'])
  })

  it('an active one cannot be deleted', async () => {
    const { id } = await aClient()
    const second = await made(201, 'POST', secretsPath(id), {})
    expect(await refusal('DELETE', `${secretsPath(id)}/${second['id']}`)).toContain('status')
  })

  it('a value may be brought, and is measured', async () => {
    const client = await aClient()
    const path = secretsPath(client.id)
    for (const bad of ['x'.repeat(13), 'x'.repeat(101), 'fourteen-chärs'])
      expect(await refusal('POST', path, { client_secret: bad })).toContain('client_secret')
    const value = 'brought by me !"#~'
    const secret = await made(201, 'POST', path, { client_secret: value, status: 'INACTIVE' })
    expect(secret).toMatchObject({ client_secret: value, status: 'INACTIVE' })
    const server = await aServer()
    expect((await mintWith(server, { ...client, secret: value })).status).toBe(401)
    await made(200, 'POST', `${path}/${secret['id']}/lifecycle/activate`)
    expect((await mintWith(server, { ...client, secret: value })).status).toBe(200)
  })

  it('a client that does not authenticate by secret gets none', async () => {
    const { id } = await aKeyedClient()
    expect(await refusal('POST', secretsPath(id), {})).toContain('private_key_jwt')
    const jwt = await aClient('client_secret_jwt')
    const short = { client_secret: 'x'.repeat(31) }
    expect(await refusal('POST', secretsPath(jwt.id), short)).toContain('32')
  })

  it('secrets and keys of another app are not found, whatever the verb', async () => {
    const [one, other] = [await aClient(), await aClient()]
    const secret = (await made(200, 'GET', secretsPath(other.id)))[0]
    const key = await made(201, 'POST', keysPath(other.id), { ...(await aPublicJwk()) })
    for (const [path, type] of [
      [`${secretsPath(one.id)}/${secret['id']}`, 'OAuth2ClientSecretMediated'],
      [`${keysPath(one.id)}/${key['id']}`, 'JsonWebKey'],
    ] as const)
      for (const [method, suffix] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/lifecycle/activate'],
        ['POST', '/lifecycle/deactivate'],
      ] as const) {
        const [status, error] = await answered(await api(method, path + suffix))
        expect([status, error['errorSummary']]).toEqual([
          404,
          `Not found: Resource not found: ${path.split('/').at(-1)} (${type})`,
        ])
      }
    const [status, error] = await answered(await api('GET', secretsPath('0oanobody')))
    expect([status, error['errorSummary']]).toEqual([
      404,
      'Not found: Resource not found: 0oanobody (AppInstance)',
    ])
  })
})
