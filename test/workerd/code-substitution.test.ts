/**
 * What an app is given belongs to that app, server and person (invariants b and c): codes and refresh tokens that turn
 * up somewhere else, PKCE that somebody would rather do without, and what was given by a client that has ended since.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { APPS } from './app-support.ts'
import { Browser, answerOf } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  changeApp,
  ORG_BASE,
  pkce,
  PEOPLE_GRANTS,
  redeem,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { env } from 'cloudflare:workers'
import { listed } from './subject-support.ts'
import { answered, api, aServer, basic, made, post, send, unique, type Json } from './support.ts'

const OFFLINE = { scope: 'openid offline_access' }

let person: TestPerson
let app: SignInApp
let other: SignInApp
let custom: string
let sibling: string

const RULE = {
  conditions: {
    people: { users: { include: [], exclude: [] }, groups: { include: ['EVERYONE'], exclude: [] } },
    grantTypes: { include: PEOPLE_GRANTS },
    scopes: { include: ['*'] },
  },
}

beforeAll(async () => {
  person = await aPersonWithPassword()
  app = await aSignInApp()
  other = await aSignInApp()
  custom = (await aServer({ rule: RULE })).issuer
  sibling = (await aServer({ rule: RULE })).issuer
})

const aCode = async (
  base: string,
  of: SignInApp,
  parameters: Record<string, string> = {},
): Promise<string> => (await signedIn(base, of, person, parameters)).answer['code']!

const refusalOf = async (response: Response): Promise<readonly [number, string]> => {
  const [status, body] = await answered(response)
  return [status, body['error']]
}

const refreshed = (
  base: string,
  { clientId, secret }: Pick<SignInApp, 'clientId' | 'secret'>,
  token: string,
  fields: Record<string, string> = {},
): Promise<Response> =>
  post(
    `${base}/v1/token`,
    { grant_type: 'refresh_token', refresh_token: token, ...fields },
    { authorization: basic(clientId, secret) },
  )

const tokensOf = async (base: string, of: SignInApp): Promise<Json> => {
  const [status, tokens] = await answered(await redeem(base, of, await aCode(base, of, OFFLINE)))
  expect(status).toBe(200)
  return tokens
}

const isActive = async (base: string, of: SignInApp, token: string): Promise<boolean> => {
  const response = await post(
    `${base}/v1/introspect`,
    { token },
    { authorization: basic(of.clientId, of.secret) },
  )
  return ((await response.json()) as Json)['active']
}

describe('a code', () => {
  it('[RFC6749-4.1.3] is worth nothing to another client, and stays good for its own', async () => {
    const code = await aCode(custom, app)
    expect(await refusalOf(await redeem(custom, other, code))).toEqual([400, 'invalid_grant'])
    expect((await redeem(custom, app, code)).status).toBe(200)
  })

  it.each(['org', 'sibling'] as const)('is worth nothing at the %s server', async (where) => {
    const code = await aCode(custom, app)
    const elsewhere = where === 'org' ? ORG_BASE : sibling
    expect((await redeem(elsewhere, app, code)).status).toBe(400)
    expect((await redeem(custom, app, code)).status).toBe(200)
  })

  it('is no refresh token, and a refresh token is no code', async () => {
    const code = await aCode(custom, app, OFFLINE)
    expect(await refusalOf(await refreshed(custom, app, code))).toEqual([400, 'invalid_grant'])
    const [, tokens] = await answered(await redeem(custom, app, code))
    expect(await refusalOf(await redeem(custom, app, tokens['refresh_token']))).toEqual([
      400,
      'invalid_grant',
    ])
    expect((await refreshed(custom, app, tokens['refresh_token'])).status).toBe(200)
  })

  it('[RFC6749-4.1.2] is good once, and its replay ends the tokens that it gave', async () => {
    const code = await aCode(custom, app, OFFLINE)
    const [, tokens] = await answered(await redeem(custom, app, code))
    expect(await isActive(custom, app, tokens['access_token'])).toBe(true)
    expect(await refusalOf(await redeem(custom, app, code))).toEqual([400, 'invalid_grant'])
    expect(await isActive(custom, app, tokens['access_token'])).toBe(false)
    expect(await isActive(custom, app, tokens['refresh_token'])).toBe(false)
    expect((await refreshed(custom, app, tokens['refresh_token'])).status).toBe(400)
  })

  it('of many that redeem it at once one succeeds', async () => {
    const code = await aCode(custom, app)
    const all = await Promise.all(Array.from({ length: 6 }, () => redeem(custom, app, code)))
    expect(all.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400])
  })

  it('[RFC6749-10.6] needs the redirect URI that it was sent to, to the letter', async () => {
    const uris = [CALLBACK, `${CALLBACK}/two`]
    const twoUris = await aSignInApp({ redirect_uris: uris })
    for (const redirect_uri of [`${CALLBACK}/two`, `${CALLBACK}/`, CALLBACK.toUpperCase(), '']) {
      const code = await aCode(custom, twoUris)
      expect(await refusalOf(await redeem(custom, twoUris, code, { redirect_uri }))).toEqual([
        400,
        'invalid_grant',
      ])
    }
  })

  it.each(['', 'x', '.', 'a.b', 'a.b.c', 'a.1.c', `${'a'.repeat(500)}.1.${'a'.repeat(43)}`])(
    'that was never given (%j) is refused and wakes nobody',
    async (code) => {
      expect((await redeem(custom, app, code)).status).toBe(400)
    },
  )

  it('that was cut short or grew is refused', async () => {
    const code = await aCode(custom, app)
    for (const near of [code.slice(0, -1), `${code}A`, `${code}.`, code.slice(1), ` ${code}`])
      expect((await redeem(custom, app, near)).status).toBe(400)
    expect((await redeem(custom, app, code)).status).toBe(200)
  })
})

describe('PKCE cannot be downgraded', () => {
  it.each(['confidential', 'public'] as const)(
    '[RFC7636-4.6] a %s client that sent a challenge must send its verifier, and the right one',
    async (type) => {
      const client =
        type === 'confidential'
          ? app
          : await aSignInApp({}, { token_endpoint_auth_method: 'none', pkce_required: true })
      const redeemed = (code: string, fields: Record<string, string>): Promise<Response> =>
        type === 'confidential'
          ? redeem(custom, client, code, fields)
          : post(`${custom}/v1/token`, {
              grant_type: 'authorization_code',
              code,
              redirect_uri: CALLBACK,
              client_id: client.clientId,
              ...fields,
            })
      const { challenge, verifier } = await pkce()
      const sent = { code_challenge: challenge, code_challenge_method: 'S256' }
      const code = await aCode(custom, client, sent)
      const wrongs: Record<string, string>[] = [
        {},
        { code_verifier: '' },
        { code_verifier: challenge },
        { code_verifier: (await pkce()).verifier },
        { code_verifier: 'short' },
      ]
      for (const wrong of wrongs)
        expect(await refusalOf(await redeemed(code, wrong))).toEqual([400, 'invalid_grant'])
      expect((await redeemed(code, { code_verifier: verifier })).status).toBe(200)
    },
  )

  it('[RFC9700-4.8.2] a verifier for a code without a challenge is refused', async () => {
    const { verifier } = await pkce()
    const code = await aCode(custom, app)
    expect(await refusalOf(await redeem(custom, app, code, { code_verifier: verifier }))).toEqual([
      400,
      'invalid_grant',
    ])
  })

  it('a client that began to require PKCE redeems no code that was made without', async () => {
    const client = await aSignInApp()
    const code = await aCode(custom, client)
    await changeApp(client, {}, { pkce_required: true })
    const { verifier } = await pkce()
    for (const fields of [{}, { code_verifier: verifier }])
      expect(await refusalOf(await redeem(custom, client, code, fields))).toEqual([
        400,
        'invalid_grant',
      ])
  })

  it('a client that became public redeems no code that was made without PKCE', async () => {
    const client = await aSignInApp()
    const code = await aCode(custom, client)
    await changeApp(client, {}, { token_endpoint_auth_method: 'none', pkce_required: true })
    const response = await post(`${custom}/v1/token`, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      client_id: client.clientId,
    })
    expect(await refusalOf(response)).toEqual([400, 'invalid_grant'])
  })

  it.each([
    { code_challenge_method: 'plain' },
    { code_challenge_method: '' },
    { code_challenge_method: 's256' },
    { code_challenge_method: 'S512' },
  ])('[RFC7636-4.4.1] a challenge of another method (%j) gets no code', async (method) => {
    const { challenge } = await pkce()
    const url = authorizeUrl(custom, app, { code_challenge: challenge, ...method })
    expect(answerOf(await new Browser().get(url))).toMatchObject({ error: 'invalid_request' })
  })
})

describe('a refresh token', () => {
  it('[RFC6749-6] is worth nothing to another client or at another server, and is not ended by them', async () => {
    const { refresh_token: token } = await tokensOf(custom, app)
    expect(await refusalOf(await refreshed(custom, other, token))).toEqual([400, 'invalid_grant'])
    expect((await refreshed(sibling, app, token)).status).toBe(400)
    expect((await refreshed(ORG_BASE, app, token)).status).toBe(400)
    expect(await isActive(custom, other, token)).toBe(false)
    expect(await isActive(sibling, app, token)).toBe(false)
    await post(
      `${custom}/v1/revoke`,
      { token },
      { authorization: basic(other.clientId, other.secret) },
    )
    expect((await refreshed(custom, app, token)).status).toBe(200)
  })

  it('[RFC6749-6] gives no scope that was not granted, and may give less without losing any', async () => {
    const { refresh_token: token } = await tokensOf(custom, app)
    const wide = await refreshed(custom, app, token, { scope: 'openid offline_access read' })
    expect(wide.status).toBe(400)
    const [, narrow] = await answered(await refreshed(custom, app, token, { scope: 'openid' }))
    expect(narrow['scope']).toBe('openid')
    const next = narrow['refresh_token'] ?? token
    const [, again] = await answered(await refreshed(custom, app, next))
    expect(again['scope']).toBe('openid offline_access')
  })

  it('no access token, ID token or session passes for one', async () => {
    const { access_token, id_token } = await tokensOf(custom, app)
    for (const token of [access_token, id_token])
      expect((await refreshed(custom, app, token)).status).toBe(400)
  })
})

describe('what a client was given ends with the client', () => {
  it('a code that no list knows of stays dead when the app is active again', async () => {
    const client = await aSignInApp()
    const code = await aCode(custom, client, OFFLINE)
    await made(200, 'POST', `${APPS}/${client.id}/lifecycle/deactivate`)
    await made(200, 'POST', `${APPS}/${client.id}/lifecycle/activate`)
    expect(await refusalOf(await redeem(custom, client, code))).toEqual([400, 'invalid_grant'])
  })

  it('a refresh token that no list knows of stays dead when the app is active again', async () => {
    const client = await aSignInApp()
    const { refresh_token: token } = await tokensOf(custom, client)
    await listed(person.id)
    await env.DB.prepare('DELETE FROM refresh_tokens WHERE client_id = ?1')
      .bind(client.clientId)
      .run()
    await made(200, 'POST', `${APPS}/${client.id}/lifecycle/deactivate`)
    await made(200, 'POST', `${APPS}/${client.id}/lifecycle/activate`)
    expect(await isActive(custom, client, token)).toBe(false)
    expect(await refusalOf(await refreshed(custom, client, token))).toEqual([400, 'invalid_grant'])
  })

  it('a code of an earlier app is worth nothing to a later one of the same client_id', async () => {
    const clientId = unique('client')
    const first = await aSignInApp({}, { client_id: clientId })
    const code = await aCode(custom, first, OFFLINE)
    await made(200, 'POST', `${APPS}/${first.id}/lifecycle/deactivate`)
    await api('DELETE', `${APPS}/${first.id}`)
    const second = await aSignInApp({}, { client_id: clientId })
    expect(await refusalOf(await redeem(custom, second, code))).toEqual([400, 'invalid_grant'])
  })

  it('a code and a refresh token stay dead when the app is active again', async () => {
    const client = await aSignInApp()
    const { refresh_token: token, access_token: access } = await tokensOf(custom, client)
    const code = await aCode(custom, client, OFFLINE)
    await made(200, 'POST', `${APPS}/${client.id}/lifecycle/deactivate`)
    expect((await redeem(custom, client, code)).status).toBe(401)
    await made(200, 'POST', `${APPS}/${client.id}/lifecycle/activate`)
    expect(await isActive(custom, client, access)).toBe(false)
    expect(await isActive(custom, client, token)).toBe(false)
    expect((await refreshed(custom, client, token)).status).toBe(400)
    expect((await redeem(custom, client, code)).status).toBe(400)
  })

  it('a later app of the same client_id gets nothing of an earlier one', async () => {
    const clientId = unique('client')
    const first = await aSignInApp({}, { client_id: clientId })
    const { refresh_token: token, access_token: access } = await tokensOf(custom, first)
    const code = await aCode(custom, first, OFFLINE)
    await made(200, 'POST', `${APPS}/${first.id}/lifecycle/deactivate`)
    await api('DELETE', `${APPS}/${first.id}`)
    const second = await aSignInApp({}, { client_id: clientId })
    expect(second.clientId).toBe(clientId)
    expect((await refreshed(custom, second, token)).status).toBe(400)
    expect((await redeem(custom, second, code)).status).toBe(400)
    expect(await isActive(custom, second, access)).toBe(false)
    const userinfo = await send(`${custom}/v1/userinfo`, {
      headers: { authorization: `Bearer ${access}` },
    })
    expect(userinfo.status).toBe(401)
  })
})
