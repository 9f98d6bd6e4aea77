/** Refresh tokens as apps use them: what they are worth, how they rotate, and what ends a family. */
import { beforeAll, describe, expect, it } from 'vitest'
import { readArtefact } from '../../src/domain/artefact.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { testBindings } from '../bindings.ts'
import { answerOf } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  CALLBACK,
  ORG_BASE,
  payloadOf,
  pkce,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { listed, nowSeconds, subjects } from './subject-support.ts'
import { answered, made, post, type Json } from './support.ts'
import {
  aPeopleServer,
  arrived,
  introspect,
  refresh,
  refreshed,
  REFRESH_REFUSED,
  refusalOf,
  revoke,
  tokensFor,
  userinfo,
} from './token-support.ts'

const { keyEncryption } = readSettings(testBindings)

const OFFLINE: Readonly<Record<'scope', string> & Record<string, string>> = {
  scope: 'openid offline_access read',
}

const rotating = (rotation_type: string, leeway = 30): Json => ({
  refresh_token: { rotation_type, leeway },
})

let base: string
let person: TestPerson
const apps = {} as Record<'STATIC' | 'ROTATE' | 'STRICT', SignInApp>

beforeAll(async () => {
  base = (await aPeopleServer()).issuer
  person = await aPersonWithPassword()
  apps.STATIC = await aSignInApp(rotating('STATIC', 0))
  apps.ROTATE = await aSignInApp(rotating('ROTATE'))
  apps.STRICT = await aSignInApp(rotating('ROTATE', 0))
})

const family = (app: SignInApp, parameters = OFFLINE, at = base): Promise<Json> =>
  tokensFor(at, app, person, parameters)

const refused = async (app: SignInApp, token: string): Promise<void> =>
  expect(await refusalOf(await refresh(base, app, token))).toEqual(REFRESH_REFUSED)

describe('a refresh token', () => {
  it.each([
    ['offline_access was not asked for', 'openid read', ['authorization_code', 'refresh_token']],
    ['the app has no grant for it', 'openid offline_access', ['authorization_code']],
  ])('[OIDC-11] is not given when %s', async (_, scope, grant_types) => {
    const app = await aSignInApp({ grant_types, response_types: ['code'] })
    const tokens = await family(app, { scope })
    expect(tokens).not.toHaveProperty('refresh_token')
    expect(tokens['scope']).not.toContain('offline_access')
  })

  it('[RFC6749-6] is good for a new access token, with the claims of now', async () => {
    const first = await family(apps.STATIC)
    const next = await refreshed(base, apps.STATIC, first['refresh_token'])
    expect(next).toMatchObject({ expires_in: 3600, scope: 'openid offline_access read' })
    expect(next['access_token']).not.toBe(first['access_token'])
    expect((await userinfo(base, next['access_token'])).status).toBe(200)
  })

  it('[OIDC-12.2] brings an ID token of the same sign-in, without the nonce', async () => {
    const first = await family(apps.STATIC, { ...OFFLINE, nonce: 'n-1' })
    const before = payloadOf(first['id_token'])
    expect(before['nonce']).toBe('n-1')
    const after = payloadOf(
      (await refreshed(base, apps.STATIC, first['refresh_token']))['id_token'],
    )
    for (const name of ['iss', 'sub', 'aud', 'auth_time', 'amr', 'sid'])
      expect([name, after[name]]).toEqual([name, before[name]])
    expect(after).not.toHaveProperty('nonce')
    expect(after['iat']).toBeGreaterThanOrEqual(before['iat'])
  })

  it('brings none without openid', async () => {
    const first = await family(apps.STATIC, { scope: 'offline_access read' })
    expect(first).not.toHaveProperty('id_token')
    expect(await refreshed(base, apps.STATIC, first['refresh_token'])).not.toHaveProperty(
      'id_token',
    )
  })

  it('is as good at the org server', async () => {
    const first = await family(apps.ROTATE, { scope: 'openid offline_access' }, ORG_BASE)
    const next = await refreshed(ORG_BASE, apps.ROTATE, first['refresh_token'])
    expect(next).toMatchObject({ expires_in: 3600, id_token: expect.any(String) })
    expect(next['refresh_token']).not.toBe(first['refresh_token'])
  })

  it('is good for its client at its server and no other', async () => {
    const { refresh_token: token } = await family(apps.STATIC)
    expect((await refusalOf(await refresh(base, apps.ROTATE, token))).slice(0, 2)).toEqual([400, 'invalid_grant']) // prettier-ignore
    expect(await refusalOf(await refresh(ORG_BASE, apps.STATIC, token))).toEqual(REFRESH_REFUSED)
    expect(await refusalOf(await refresh(base, apps.STATIC, `${token}x`))).toEqual(REFRESH_REFUSED)
    expect(await refusalOf(await refresh(base, apps.STATIC, 'no token'))).toEqual(REFRESH_REFUSED)
    expect((await refresh(base, { ...apps.STATIC, secret: 'wrong' }, token)).status).toBe(401)
    await refreshed(base, apps.STATIC, token)
  })

  it('is good for a public client that names itself', async () => {
    const app = await aSignInApp(
      { application_type: 'browser', ...rotating('ROTATE') },
      { token_endpoint_auth_method: 'none', pkce_required: true },
    )
    const { verifier, challenge } = await pkce()
    const view = await arrived(base, app, person, {
      ...OFFLINE,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })
    const fields = { client_id: app.clientId, redirect_uri: CALLBACK }
    const token = (more: Readonly<Record<string, string>>): Promise<Response> =>
      post(`${base}/v1/token`, { ...fields, ...more }, { origin: 'https://app.example' })
    const code = answerOf(view)['code']!
    const [, first] = await answered(await token({ grant_type: 'authorization_code', code, code_verifier: verifier })) // prettier-ignore
    const asked = { grant_type: 'refresh_token', refresh_token: first['refresh_token'] }
    const [status, next] = await answered(await token(asked))
    expect([status, next]).toMatchObject([200, { refresh_token: expect.any(String) }])
    const other = await token({ ...asked, client_id: 'another' })
    expect(other.status).toBe(401)
  })
})

describe('the scopes of a refresh', () => {
  it('[RFC6749-6] may be fewer than were granted, for that once', async () => {
    const { refresh_token: token } = await family(apps.STATIC)
    const narrow = await refreshed(base, apps.STATIC, token, { scope: 'read' })
    expect([narrow['scope'], 'id_token' in narrow]).toEqual(['read', false])
    expect(payloadOf(narrow['access_token'])['scp']).toEqual(['read'])
    expect(await refreshed(base, apps.STATIC, token)).toMatchObject({ scope: OFFLINE.scope })
  })

  it('[RFC6749-6] are never more, and to ask for more uses nothing up', async () => {
    const { refresh_token: token } = await family(apps.ROTATE)
    const wider = await refresh(base, apps.ROTATE, token, { scope: 'openid read write' })
    expect((await refusalOf(wider)).slice(0, 2)).toEqual([400, 'access_denied'])
    const next = await refreshed(base, apps.ROTATE, token, { scope: 'read offline_access' })
    const back = await refreshed(base, apps.ROTATE, next['refresh_token'])
    expect(back['scope']).toBe(OFFLINE.scope)
  })
})

describe('rotation', () => {
  it('STATIC keeps the token', async () => {
    const { refresh_token: token } = await family(apps.STATIC)
    for (let times = 0; times < 3; times++)
      expect((await refreshed(base, apps.STATIC, token))['refresh_token']).toBe(token)
  })

  it('ROTATE gives the same successor within the leeway', async () => {
    const { refresh_token: first } = await family(apps.ROTATE)
    const [one, other] = [await refreshed(base, apps.ROTATE, first), await refreshed(base, apps.ROTATE, first)] // prettier-ignore
    expect(one['refresh_token']).not.toBe(first)
    expect(other['refresh_token']).toBe(one['refresh_token'])
    await refreshed(base, apps.ROTATE, one['refresh_token'])
  })

  it('[race] ROTATE gives all who ask at the same time the same successor', async () => {
    const { refresh_token: first } = await family(apps.ROTATE)
    const all = await Promise.all([1, 2, 3, 4].map(() => refreshed(base, apps.ROTATE, first)))
    expect(new Set(all.map((tokens) => tokens['refresh_token'])).size).toBe(1)
  })

  it.each([
    ['without a leeway at once', 'STRICT', 1],
    ['two generations on, whatever the leeway', 'ROTATE', 2],
  ] as const)('[RFC9700-4.14.2] a used token ends the family: %s', async (_, name, uses) => {
    const app = apps[name]
    const begun = await family(app)
    let current = begun
    for (let use = 0; use < uses; use++)
      current = await refreshed(base, app, current['refresh_token'])
    await refused(app, begun['refresh_token'])
    await refused(app, current['refresh_token'])
    for (const { access_token: token } of [begun, current])
      expect(await introspect(base, app, token)).toEqual({ active: false })
  })

  it('does not cost a token what comes to nothing after it, such as a claim that fails', async () => {
    const server = await aPeopleServer()
    const claims = `/api/v1/authorizationServers/${server.id}/claims`
    const first = await family(apps.STRICT, OFFLINE, server.issuer)
    const failing = { name: 'failing', claimType: 'RESOURCE', valueType: 'EXPRESSION', value: 'access.scope[9]' } // prettier-ignore
    const { id } = await made(201, 'POST', claims, failing)
    const token = first['refresh_token'] as string
    for (let times = 0; times < 2; times++)
      expect((await refusalOf(await refresh(server.issuer, apps.STRICT, token)))[1]).toBe('server_error') // prettier-ignore
    await made(204, 'DELETE', `${claims}/${id}`)
    await refreshed(server.issuer, apps.STRICT, token)
    expect(await refusalOf(await refresh(server.issuer, apps.STRICT, token))).toEqual(REFRESH_REFUSED) // prettier-ignore
  })

  it('ends one family and none beside it', async () => {
    const [one, other] = [await family(apps.STRICT), await family(apps.STRICT)]
    await refreshed(base, apps.STRICT, one['refresh_token'])
    await refused(apps.STRICT, one['refresh_token'])
    await refreshed(base, apps.STRICT, other['refresh_token'])
  })
})

/** A family of the rule's lifetimes, to be used at any time: what becomes of it some seconds after it began. */
async function timeline(token: Json, app: SignInApp) {
  const server = await aPeopleServer({ rule: { token } })
  const first = await family(app, OFFLINE, server.issuer)
  const handle = (await readArtefact('refresh-token', first['refresh_token'], keyEncryption))!
  const authorizationId = handle.id
  const asked = { ...handle, authorizationId, app: null }
  const begun = await subjects.inspect(asked, nowSeconds())
  if (!begun.alive) throw new Error('the family has not begun')
  const began = begun.expires! - begun.record.access.refreshWindowSeconds
  return async (seconds: number, generation = 0): Promise<string> => {
    const outcome = await subjects.refresh({
      ...asked,
      generation,
      clientId: app.clientId,
      notBefore: 0,
      app: { appId: app.id, isImplicit: true },
      scopes: null,
      ruleIds: [server.ruleId],
      rotation: 'ROTATE',
      leewaySeconds: 30,
      now: began + seconds,
    })
    return outcome.outcome === 'granted' ? 'granted' : outcome.reason
  }
}

describe('a family of the lifetimes of its rule', () => {
  const WINDOW = { accessTokenLifetimeMinutes: 5, refreshTokenWindowMinutes: 20 }

  it('is over when it was not used for its window, not a second before', async () => {
    const inTime = await timeline(WINDOW, apps.ROTATE)
    expect(await inTime(1199)).toBe('granted')
    expect(await inTime(1199 + 1199, 1)).toBe('granted')
    for (const late of [1200, 1201])
      expect(await (await timeline(WINDOW, apps.ROTATE))(late)).toBe('expired')
  })

  it('has an absolute end that no use and no rotation moves', async () => {
    const both = { ...WINDOW, refreshTokenLifetimeMinutes: 30 }
    const until = async (last: number): Promise<string> => {
      const at = await timeline(both, apps.ROTATE)
      expect(await at(1000)).toBe('granted')
      return at(last, 1)
    }
    expect(await until(1799)).toBe('granted')
    expect(await until(1800)).toBe('expired')
    expect(await until(1801)).toBe('expired')
  })

  it('takes a used token for the leeway, not a second longer', async () => {
    const replayed = async (seconds: number): Promise<string> => {
      const at = await timeline(WINDOW, apps.ROTATE)
      await at(100)
      return at(100 + seconds)
    }
    expect(await replayed(29)).toBe('granted')
    expect(await replayed(30)).toBe('replayed')
    expect(await replayed(31)).toBe('replayed')
  })
})

describe('lists of the management API', () => {
  const pathFor = (app: SignInApp): string =>
    `/api/v1/users/${person.id}/clients/${app.clientId}/tokens`

  it('show the family after the answer, and a revocation there ends it', async () => {
    const app = await aSignInApp(rotating('ROTATE'))
    const first = await family(app)
    await listed(person.id)
    const [row, ...others] = (await made(200, 'GET', pathFor(app))) as Json[]
    expect([row, others]).toMatchObject([
      { status: 'ACTIVE', issuer: base, clientId: app.clientId, userId: person.id, scopes: OFFLINE.scope.split(' ') }, // prettier-ignore
      [],
    ])
    const next = await refreshed(base, app, first['refresh_token'])
    await made(204, 'DELETE', `${pathFor(app)}/${row!['id']}`)
    await refused(app, next['refresh_token'])
    expect((await userinfo(base, next['access_token'])).status).toBe(401)
    expect(await made(200, 'GET', pathFor(app))).toEqual([])
  })

  it('forget what its client revoked, by whichever token of the family', async () => {
    const app = await aSignInApp(rotating('ROTATE'))
    const first = await family(app)
    const next = await refreshed(base, app, first['refresh_token'])
    await listed(person.id)
    expect((await revoke(base, app, first['refresh_token'])).status).toBe(200)
    await refused(app, next['refresh_token'])
    await listed(person.id)
    expect(await made(200, 'GET', pathFor(app))).toEqual([])
  })
})
