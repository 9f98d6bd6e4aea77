/**
 * Killed in the middle of work and started again on the same state: no refresh token that was accepted is lost, none
 * that was revoked comes back, and whoever was signed in still is.
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
let app: { readonly id: string; readonly secret: string }

async function api(method: string, path: string, body: unknown): Promise<Json> {
  const response = await fetch(product.origin + path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Json
}

beforeAll(async () => {
  stateDir = temporaryFolder()
  port = await freePort()
  product = await startProduct(stateDir, port)
  const made = await api('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: 'Killed',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { pkce_required: false } },
    settings: {
      implicitAssignment: true,
      oauthClient: {
        application_type: 'web',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [CALLBACK],
        refresh_token: { rotation_type: 'ROTATE', leeway: 0 },
      },
    },
  })
  const { client_id: id, client_secret: secret } = made['credentials']['oauthClient']
  app = { id, secret }
})

afterAll(async () => {
  await product.kill()
  remove(stateDir)
})

const base = (): string => `${product.origin}/oauth2/default/v1`

async function ask(endpoint: string, fields: Record<string, string>): Promise<Json> {
  const response = await fetch(`${base()}/${endpoint}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${app.id}:${app.secret}`)}` },
    body: new URLSearchParams(fields),
  })
  const text = await response.text()
  return text === '' ? {} : (JSON.parse(text) as Json)
}

const refresh = (token: string): Promise<Json> =>
  ask('token', { grant_type: 'refresh_token', refresh_token: token })

/** An authorization request that shows no page; where it leads, and the cookies that came with it. */
async function authorize(
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

async function signIn(): Promise<{ readonly tokens: Json; readonly cookie: string }> {
  const response = await fetch(`${product.origin}/api/v1/authn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: ADMIN_LOGIN, password: ADMIN_PASSWORD }),
  })
  const { sessionToken } = (await response.json()) as Json
  const { answer, cookie } = await authorize({ sessionToken })
  const code = answer.get('code') ?? ''
  const fields = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK }
  return { tokens: await ask('token', fields), cookie }
}

describe('killed while it works', () => {
  it('keeps what was accepted and forgets nothing that was revoked', async () => {
    const { tokens: revoked } = await signIn()
    const { tokens: used, cookie } = await signIn()
    const { tokens: kept } = await signIn()
    const first = await refresh(used['refresh_token'])
    await ask('revoke', { token: revoked['refresh_token'] })
    const second = await refresh(first['refresh_token'])
    expect(second['refresh_token']).toEqual(expect.any(String))

    await product.kill()
    product = await startProduct(stateDir, port)

    expect(await refresh(revoked['refresh_token'])).toMatchObject({ error: 'invalid_grant' })
    expect(await refresh(kept['refresh_token'])).toHaveProperty('access_token')
    const third = await refresh(second['refresh_token'])
    expect(third).toHaveProperty('access_token')
    const { answer } = await authorize({}, cookie)
    expect(answer.get('code')).toEqual(expect.any(String))
    // The one before the last came back too late, which ends all of them, also over another death.
    expect(await refresh(first['refresh_token'])).toMatchObject({ error: 'invalid_grant' })
    await product.kill()
    product = await startProduct(stateDir, port)
    expect(await refresh(third['refresh_token'])).toMatchObject({ error: 'invalid_grant' })
  })
})
