/** Tokens of people at introspection, revocation and userinfo: who is told what of which, and what a revocation ends. */
import { beforeAll, describe, expect, it } from 'vitest'
import {
  aPersonWithPassword,
  aSignInApp,
  ORG_BASE,
  payloadOf,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, ORIGIN, send, type Json } from './support.ts'
import {
  aPeopleServer,
  introspect,
  refresh,
  refreshed,
  REFRESH_REFUSED,
  refusalOf,
  revoke,
  tokensFor,
  userinfo,
} from './token-support.ts'

let app: SignInApp
let other: SignInApp
let person: TestPerson
const bases = { org: ORG_BASE, custom: '' }

beforeAll(async () => {
  app = await aSignInApp()
  other = await aSignInApp()
  person = await aPersonWithPassword()
  bases.custom = (await aPeopleServer()).issuer
})

const SCOPE = 'openid offline_access'
const tokensAt = (base: string, scope = SCOPE): Promise<Json> =>
  tokensFor(base, app, person, { scope })

const INACTIVE = { active: false }
const HINTS = [undefined, 'access_token', 'refresh_token', 'id_token', 'device_secret', 'nonsense']
const hinted = (hint: string | undefined): Record<string, string> =>
  hint === undefined ? {} : { token_type_hint: hint }

describe.each(['org', 'custom'] as const)('introspection at the %s server', (kind) => {
  it('[RFC7662-2.2] tells an access token, whatever the hint', async () => {
    const { access_token: token } = await tokensAt(bases[kind])
    const { jti, iat, exp, aud, auth_time } = payloadOf(token)
    for (const hint of HINTS)
      expect(await introspect(bases[kind], app, token, hinted(hint))).toEqual({
        active: true,
        token_type: 'Bearer',
        scope: SCOPE,
        client_id: app.clientId,
        username: person.login,
        sub: person.login,
        uid: person.id,
        iss: kind === 'org' ? ORIGIN : bases.custom,
        aud,
        jti,
        iat,
        exp,
        auth_time,
      })
    expect(await introspect(bases[kind], other, token)).toMatchObject({ active: true })
  })

  it('[RFC7662-2.2] tells a refresh token to its client, whatever the hint', async () => {
    const { refresh_token: token } = await tokensAt(bases[kind])
    for (const hint of HINTS)
      expect(await introspect(bases[kind], app, token, hinted(hint))).toMatchObject({
        active: true,
        token_type: 'Bearer',
        scope: SCOPE,
        client_id: app.clientId,
        username: person.login,
        uid: person.id,
        iss: kind === 'org' ? ORIGIN : bases.custom,
        exp: expect.any(Number),
      })
    expect(await introspect(bases[kind], other, token)).toEqual(INACTIVE)
  })

  it('tells an ID token to its client until the authorization ends, whatever the hint', async () => {
    const tokens = await tokensAt(bases[kind])
    const { id_token: token } = tokens
    const { ver: _, ...claims } = payloadOf(token)
    for (const hint of HINTS)
      expect(await introspect(bases[kind], app, token, hinted(hint))).toEqual({
        ...claims,
        active: true,
        client_id: app.clientId,
        username: person.login,
      })
    expect(await introspect(bases[kind], other, token)).toEqual(INACTIVE)
    expect((await revoke(bases[kind], app, token)).status).toBe(200)
    expect(await introspect(bases[kind], app, token)).toMatchObject({ active: true })
    await revoke(bases[kind], app, tokens['refresh_token'])
    expect(await introspect(bases[kind], app, token)).toEqual(INACTIVE)
  })

  it('knows no token of another server, and none that was changed', async () => {
    const elsewhere = kind === 'org' ? bases.custom : bases.org
    const { access_token: access, refresh_token: again, id_token: id } = await tokensAt(elsewhere)
    for (const token of [access, again, id])
      expect(await introspect(bases[kind], app, token)).toEqual(INACTIVE)
    for (const token of [access, again, id])
      expect(await introspect(elsewhere, app, `${token}A`)).toEqual(INACTIVE)
  })
})

describe.each(['org', 'custom'] as const)('revocation at the %s server', (kind) => {
  it.each(HINTS)('[RFC7009-2.1] of an access token ends that one (hint %s)', async (hint) => {
    const first = await tokensAt(bases[kind])
    const response = await revoke(bases[kind], app, first['access_token'], hinted(hint))
    expect([response.status, await response.text(), response.headers.get('content-type')]).toEqual([
      200,
      '',
      null,
    ])
    expect(await introspect(bases[kind], app, first['access_token'])).toEqual(INACTIVE)
    expect((await userinfo(bases[kind], first['access_token'])).status).toBe(401)
    const next = await refreshed(bases[kind], app, first['refresh_token'])
    expect(await introspect(bases[kind], app, next['access_token'])).toMatchObject({ active: true })
  })

  it.each(HINTS)(
    '[RFC7009-2.1] of a refresh token ends all that came of it (hint %s)',
    async (hint) => {
      const [first, beside] = [await tokensAt(bases[kind]), await tokensAt(bases[kind])]
      const next = await refreshed(bases[kind], app, first['refresh_token'])
      expect((await revoke(bases[kind], app, next['refresh_token'], hinted(hint))).status).toBe(200)
      for (const token of [first['access_token'], next['access_token'], next['refresh_token']])
        expect(await introspect(bases[kind], app, token)).toEqual(INACTIVE)
      const again = await refresh(bases[kind], app, next['refresh_token'])
      expect(await refusalOf(again)).toEqual(REFRESH_REFUSED)
      expect(await introspect(bases[kind], app, beside['refresh_token'])).toMatchObject({ active: true }) // prettier-ignore
    },
  )

  it('[RFC7009-2.2] by another client is answered alike and ends nothing', async () => {
    const tokens = await tokensAt(bases[kind])
    for (const name of ['access_token', 'refresh_token']) {
      const response = await revoke(bases[kind], other, tokens[name])
      expect([response.status, await response.text()]).toEqual([200, ''])
      expect(await introspect(bases[kind], app, tokens[name])).toMatchObject({ active: true })
    }
  })

  it('[RFC7009-2.2] twice is answered like once', async () => {
    const { refresh_token: token } = await tokensAt(bases[kind])
    for (let twice = 0; twice < 2; twice++)
      expect((await revoke(bases[kind], app, token)).status).toBe(200)
    expect((await revoke(bases[kind], { ...app, secret: 'wrong' }, token)).status).toBe(401)
  })
})

describe('[OIDC-5.3] userinfo', () => {
  const challenge = (response: Response): readonly unknown[] => [
    response.status,
    response.headers.get('www-authenticate'),
  ]
  const realm = (kind: 'org' | 'custom'): string => (kind === 'org' ? ORIGIN : bases.custom)
  /** The header of a refusal, with where the metadata of userinfo is (RFC 9728 §5.1). */
  const bearer = (kind: 'org' | 'custom', error: string, description: string): string => {
    const { pathname } = new URL(`${bases[kind]}/v1/userinfo`)
    const what = error === '' ? '' : `error="${error}", error_description="${description}", `
    const where = `${ORIGIN}/.well-known/oauth-protected-resource${pathname}`
    return `Bearer realm="${realm(kind)}", ${what}resource_metadata="${where}"`
  }
  const invalid = (kind: 'org' | 'custom') => [
    401,
    bearer(kind, 'invalid_token', 'The access token is invalid'),
  ]
  const asking = (kind: 'org' | 'custom', init: RequestInit, query = ''): Promise<Response> =>
    send(`${bases[kind]}/v1/userinfo${query}`, init)

  const form = (body: string): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body,
  })

  describe.each(['org', 'custom'] as const)('of the %s server', (kind) => {
    it('[RFC6750-2] takes the token in the header or in a form, by GET and POST', async () => {
      const { access_token: token } = await tokensAt(bases[kind])
      const headers = { authorization: `Bearer ${token}` }
      for (const init of [{ headers }, { method: 'POST', headers }, form(`access_token=${token}`)])
        expect(await answered(await asking(kind, init))).toEqual([200, { sub: person.id }])
    })

    it('[RFC6750-3.1] tells who presents nothing of no error', async () => {
      const response = await asking(kind, {})
      expect(challenge(response)).toEqual([401, bearer(kind, '', '')])
      expect(await response.text()).toBe('')
    })

    it('[RFC6750-2] takes it in one way only, and never from the address', async () => {
      const { access_token: token } = await tokensAt(bases[kind])
      const inQuery = await asking(kind, {}, `?access_token=${token}`)
      expect(challenge(inQuery)).toEqual([
        400,
        bearer(kind, 'invalid_request', 'The access token cannot be presented in a query string.'),
      ])
      const twice = form(`access_token=${token}`)
      const headers = { ...twice.headers, authorization: `Bearer ${token}` }
      expect(challenge(await asking(kind, { ...twice, headers }))).toEqual([
        400,
        bearer(
          kind,
          'invalid_request',
          'The access token cannot be specified in both the Authorization header and the request-body.',
        ),
      ])
    })

    it('[RFC6750-3.1] knows only living access tokens of its own', async () => {
      const elsewhere = await tokensAt(bases[kind === 'org' ? 'custom' : 'org'])
      const { id_token: idToken, refresh_token: again, access_token: token } = await tokensAt(bases[kind]) // prettier-ignore
      await revoke(bases[kind], app, token)
      for (const value of [elsewhere['access_token'], idToken, again, token, 'nonsense', 'a.b.c']) {
        const response = await userinfo(bases[kind], value)
        expect([...challenge(response), await response.text()]).toEqual([...invalid(kind), ''])
      }
      const basic = await asking(kind, { headers: { authorization: 'Basic eDp5' } })
      expect(challenge(basic)).toEqual(invalid(kind))
    })
  })

  it('[RFC6750-3.1] needs openid', async () => {
    const { access_token: token } = await tokensAt(bases.custom, 'read')
    expect(challenge(await userinfo(bases.custom, token))).toEqual([
      403,
      bearer(
        'custom',
        'insufficient_scope',
        'The access token must provide access to the openid scope of a person',
      ),
    ])
  })

  it('is no endpoint for other methods', async () => {
    const response = await send(`${bases.custom}/v1/userinfo`, { method: 'PUT' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS'])
  })
})
