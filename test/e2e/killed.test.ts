/**
 * Killed in the middle of work and started again on the same state: nothing that was accepted is lost, nothing that was
 * revoked comes back, and whoever was signed in still is.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import {
  ADMIN_LOGIN,
  ADMIN_PASSWORD,
  API_TOKEN,
  freePort,
  remove,
  startProduct,
  temporaryFolder,
  type Product,
} from './product.ts'

const CALLBACK = 'https://app.example/callback'

let stateDir: string
let port: number
let product: Product
let strict: App
let lenient: App

interface App {
  readonly id: string
  readonly secret: string
}

const called = (method: string, path: string, body?: unknown): Promise<Response> =>
  fetch(product.origin + path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

async function api(method: string, path: string, body?: unknown): Promise<Json> {
  const response = await called(method, path, body)
  expect(response.status).toBe(200)
  return (await response.json()) as Json
}

/** Everybody has it; `leeway` is for how long an answer that was lost can be asked for again. */
async function anApp(leeway: number): Promise<App> {
  const made = await api('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: `Killed ${leeway}`,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { pkce_required: false } },
    settings: {
      implicitAssignment: true,
      oauthClient: {
        application_type: 'web',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [CALLBACK],
        refresh_token: { rotation_type: 'ROTATE', leeway },
      },
    },
  })
  const { client_id: id, client_secret: secret } = made['credentials']['oauthClient']
  return { id, secret }
}

async function restart(): Promise<void> {
  await product.kill()
  product = await startProduct(stateDir, port)
}

beforeAll(async () => {
  stateDir = temporaryFolder()
  port = await freePort()
  product = await startProduct(stateDir, port)
  strict = await anApp(0)
  lenient = await anApp(60)
})

afterAll(async () => {
  await product.kill()
  remove(stateDir)
})

const base = (): string => `${product.origin}/oauth2/default/v1`

const sent = (app: App, endpoint: string, fields: Record<string, string>): Promise<Response> =>
  fetch(`${base()}/${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${app.id}:${app.secret}`)}` },
    body: new URLSearchParams(fields),
  })

async function ask(app: App, endpoint: string, fields: Record<string, string>): Promise<Json> {
  const text = await (await sent(app, endpoint, fields)).text()
  return text === '' ? {} : (JSON.parse(text) as Json)
}

const refresh = (app: App, token: string): Promise<Json> =>
  ask(app, 'token', { grant_type: 'refresh_token', refresh_token: token })

const redeem = (app: App, code: string): Promise<Json> =>
  ask(app, 'token', { grant_type: 'authorization_code', code, redirect_uri: CALLBACK })

/** An authorization request that shows no page; where it leads, and the cookies that came with it. */
async function authorize(
  app: App,
  parameters: Record<string, string>,
  cookie = '',
): Promise<{ readonly answer: URLSearchParams; readonly cookie: string }> {
  const query = new URLSearchParams({
    client_id: app.id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    scope: 'openid offline_access',
    prompt: 'none',
    ...parameters,
  })
  const response = await fetch(`${base()}/authorize?${query.toString()}`, {
    redirect: 'manual',
    headers: { cookie },
  })
  const cookies = response.headers.getSetCookie().map((text) => text.split(';')[0])
  return {
    answer: new URL(response.headers.get('location') ?? '').searchParams,
    cookie: cookies.join('; '),
  }
}

async function signIn(app: App): Promise<{ readonly tokens: Json; readonly cookie: string }> {
  const response = await fetch(`${product.origin}/api/v1/authn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: ADMIN_LOGIN, password: ADMIN_PASSWORD }),
  })
  const { sessionToken } = (await response.json()) as Json
  const { answer, cookie } = await authorize(app, { sessionToken })
  return { tokens: await redeem(app, answer.get('code') ?? ''), cookie }
}

describe('killed while it works', () => {
  it('keeps what was accepted and forgets nothing that was revoked', async () => {
    const { tokens: revoked } = await signIn(strict)
    const { tokens: used, cookie } = await signIn(strict)
    const { tokens: kept } = await signIn(strict)
    const first = await refresh(strict, used['refresh_token'])
    await ask(strict, 'revoke', { token: revoked['refresh_token'] })
    const second = await refresh(strict, first['refresh_token'])
    expect(second['refresh_token']).toEqual(expect.any(String))

    await restart()

    const refused = { error: 'invalid_grant' }
    expect(await refresh(strict, revoked['refresh_token'])).toMatchObject(refused)
    expect(await refresh(strict, kept['refresh_token'])).toHaveProperty('access_token')
    const third = await refresh(strict, second['refresh_token'])
    expect(third).toHaveProperty('access_token')
    const { answer } = await authorize(strict, {}, cookie)
    expect(answer.get('code')).toEqual(expect.any(String))
    // The one before the last came back too late, which ends all of them, also over another death.
    expect(await refresh(strict, first['refresh_token'])).toMatchObject(refused)
    await restart()
    expect(await refresh(strict, third['refresh_token'])).toMatchObject(refused)
  })
})

/** What a client was told of one authorization, and what it was asking for when nobody answered any more. */
interface Held {
  readonly code: string
  token: string
  accessToken: string
  isRevoked: boolean
  asking: 'nothing' | 'refresh' | 'revoke'
}

interface Told {
  readonly held: Held[]
  readonly logins: string[]
}

const given = (answer: Json): Json => {
  if (!('access_token' in answer)) throw new Error(JSON.stringify(answer))
  return answer
}

/** Gets codes, redeems, refreshes, revokes every other time, and makes users, until nobody answers. */
async function work({ held, logins }: Told, cookie: string, name: string): Promise<void> {
  for (let turn = 0; ; turn++) {
    const { answer } = await authorize(lenient, {}, cookie)
    const code = answer.get('code') ?? ''
    const { refresh_token: token, access_token: accessToken } = given(await redeem(lenient, code))
    const one: Held = { code, token, accessToken, isRevoked: false, asking: 'refresh' }
    held.push(one)
    for (let use = 0; use < 2; use++) {
      const next = given(await refresh(lenient, one.token))
      Object.assign(one, { token: next['refresh_token'], accessToken: next['access_token'] })
    }
    if (turn % 2 === 0) {
      one.asking = 'revoke'
      one.isRevoked = (await sent(lenient, 'revoke', { token: one.token })).status === 200
    }
    one.asking = 'nothing'
    const login = `${name}-${turn}@killed.example`
    const profile = { firstName: 'K', lastName: 'D', email: login, login }
    if ((await called('POST', '/api/v1/users?activate=false', { profile })).status === 200)
      logins.push(login)
  }
}

/** What of it does not hold. */
async function broken({ held, logins }: Told): Promise<readonly string[]> {
  const found: string[] = []
  const check = (what: string, holds: boolean): void => {
    if (!holds) found.push(what)
  }
  for (const { code, token, accessToken, isRevoked, asking } of held) {
    const { active } = await ask(lenient, 'introspect', { token: accessToken })
    if (asking !== 'revoke' || isRevoked) check('access token', active === !isRevoked)
    const answer = await refresh(lenient, token)
    const isGood = 'access_token' in answer
    if (isRevoked) check('revoked refresh token', answer['error'] === 'invalid_grant')
    else if (asking !== 'revoke') check('refresh token', isGood)
    else check('refresh token', isGood || answer['error'] === 'invalid_grant')
    const again = await redeem(lenient, code)
    check('used code', again['error'] === 'invalid_grant')
  }
  for (const login of logins)
    check('user', (await called('GET', `/api/v1/users/${login}`)).status === 200)
  return found
}

const ACTORS = 4
const ROUNDS = 2

describe('killed under load, at some moment', () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => round))(
    'round %i: every answer that a client had still holds',
    async (round) => {
      const { cookie } = await signIn(lenient)
      const told: Told = { held: [], logins: [] }
      const actors = Array.from({ length: ACTORS }, (_, at) =>
        work(told, cookie, `round-${round}-${at}`).catch(() => undefined),
      )
      while (told.logins.length < ACTORS) await new Promise((resolve) => setTimeout(resolve, 20))
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 500))
      await product.kill()
      await Promise.all(actors)
      product = await startProduct(stateDir, port)
      expect(told.held.length).toBeGreaterThanOrEqual(ACTORS)
      expect(await broken(told)).toEqual([])
      // Whoever was signed in still is.
      expect((await authorize(lenient, {}, cookie)).answer.get('code')).toEqual(expect.any(String))
    },
  )
})
