/**
 * Tokens that a hook is asked about, at both endpoints and by every grant: what it is told, what it can change, and that
 * a hook which fails changes nothing.
 */
import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { boundToHook } from '../../src/domain/inline-hook.ts'
import { callHook } from '../../src/hooks/call.ts'
import { readSettings } from '../../src/platform/settings.ts'
import { findInlineHook } from '../../src/store/inline-hooks.ts'
import { KeyEncryption } from '../../src/platform/key-encryption.ts'
import { testBindings } from '../bindings.ts'
import { answerOf } from './browser.ts'
import { attach, createHook, HOOKS, serveHooks, type Asked, type Endpoint } from './hook-support.ts'
import { inside, listed } from './subject-support.ts'
import { flushLog, logEvents } from './log-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  ORG_BASE,
  PASSWORD,
  payloadOf,
  redeem,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import {
  aClient,
  answered,
  api,
  basic,
  made,
  mintWith,
  ORIGIN,
  post,
  type Json,
  type TestClient,
  type TestServer,
} from './support.ts'
import { arrived, introspect, peopleRule, aPeopleServer, refresh, refreshed, refusalOf, tokensFor, userinfo } from './token-support.ts' // prettier-ignore

const { DB } = env
const SECRET = { type: 'HEADER', key: 'Authorization', value: 'the-secret-of-the-hook' }
const OFFLINE = 'openid profile offline_access'

const hooks = serveHooks()
let server: TestServer
let base: string
let hook: Json
let client: TestClient
let app: SignInApp
let person: TestPerson
let asked: readonly Asked[] = []
let endpoint: Endpoint

beforeAll(async () => {
  server = await aPeopleServer({ scopes: [{ name: 'read' }] })
  base = server.issuer
  const claims = `/api/v1/authorizationServers/${server.id}/claims`
  const claim = { valueType: 'EXPRESSION', claimType: 'RESOURCE' }
  await made(201, 'POST', claims, { ...claim, name: 'airports', value: '{"sjc", "sfo", "oak"}' })
  await made(201, 'POST', claims, { ...claim, name: 'tier', value: '"gold"' })
  hook = await createHook({ authScheme: SECRET, headers: [{ key: 'x-any', value: 'thing' }] })
  asked = hooks.serve(hook['channel']['config']['uri'], (one) => endpoint(one))
  await attach(server, hook['id'], peopleRule())
  client = await aClient()
  app = await aSignInApp()
  person = await aPersonWithPassword({ timezone: 'America/Los_Angeles' })
})

beforeEach(() => {
  ;(asked as Asked[]).length = 0
  endpoint = () => new Response(null, { status: 204 })
})

/** The endpoint keeps whoever asks waiting until it is told how to answer, for as long as that takes. */
function held(): { readonly release: (answer: Endpoint) => void } {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal)
  let release: (answer: Endpoint) => void = () => undefined
  const answer = new Promise<Endpoint>((resolve) => (release = resolve))
  // An answer belongs to the request in which it is made.
  endpoint = async (one) => (await answer)(one)
  return { release: (one) => release(one) }
}

const lastAsked = (): Asked => {
  expect(asked).toHaveLength(1)
  return asked[0]!
}

const answers = (document: unknown) => (): Response => Response.json(document)

const ACCESS = 'com.okta.access.patch'
const IDENTITY = 'com.okta.identity.patch'
const patch = (type: string, ...value: readonly Json[]): Json => ({ type, value })
const add = (path: string, value: unknown): Json => ({ op: 'add', path, value })
const lifetime = (seconds: unknown): Json => ({
  op: 'replace',
  path: '/token/lifetime/expiration',
  value: seconds,
})

const minted = async (): Promise<Json> => {
  const [status, tokens] = await answered(await mintWith(server, client))
  expect([status, tokens]).toEqual([200, expect.objectContaining({ token_type: 'Bearer' })])
  return tokens
}

const accessOf = (tokens: Json): Json => payloadOf(tokens['access_token'])
const aliveUntilOf = async (authorizationId: string): Promise<number> => {
  const sql = `SELECT alive_until AS until FROM authorizations WHERE id = '${authorizationId}'`
  return Number((await inside(person.id, sql))[0]?.['until'])
}

const lifeOf = ({ iat, exp }: Json): number => exp - iat

const eventsOf = async (hookId: string): Promise<readonly Json[]> => {
  await flushLog()
  return logEvents(`eventType eq "inline_hook.executed" and target.id eq "${hookId}"`)
}

describe('a client that asks for itself', () => {
  it('has the hook of its rule asked, with the secret and the headers', async () => {
    const tokens = await minted()
    const { headers, method, body } = lastAsked()
    expect(method).toBe('POST')
    expect(headers.get('authorization')).toBe(SECRET.value)
    expect(headers.get('x-any')).toBe('thing')
    expect(headers.get('content-type')).toBe('application/json')
    const { jti, iss, aud, cid, sub, ver, airports, tier } = accessOf(tokens)
    expect(body).toEqual({
      source: `${base}/v1/token`,
      eventId: expect.stringMatching(/^\w{22}$/),
      eventTime: expect.stringMatching(/^\d{4}-.*Z$/),
      eventTypeVersion: '1.0',
      cloudEventVersion: '0.1',
      contentType: 'application/json',
      eventType: 'com.okta.oauth2.tokens.transform',
      data: {
        context: {
          request: {
            id: expect.stringMatching(/^req/),
            method: 'POST',
            url: { value: `${base}/v1/token` },
          },
          protocol: {
            type: 'OAUTH2.0',
            request: {
              grant_type: 'client_credentials',
              scope: 'read',
              client_id: client.clientId,
            },
            issuer: { uri: base },
            client: { id: client.clientId, name: expect.any(String), type: 'CONFIDENTIAL' },
          },
          policy: { id: server.policyId, rule: { id: server.ruleId } },
        },
        access: {
          claims: { ver, jti, iss, aud, cid, sub, airports, tier },
          token: { lifetime: { expiration: 3600 } },
          scopes: { read: { id: expect.stringMatching(/^scp/), action: 'GRANT' } },
        },
      },
    })
  })

  it('has claims added, replaced and removed, also inside, and everything else stays', async () => {
    const before = accessOf(await minted())
    const identityless = patch(
      ACCESS,
      add('/claims/extPatientId', '1234'),
      add('/claims/profile', { id: 1, name: 'Anna' }),
      add('/claims/profile/department', '4947'),
      { op: 'replace', path: '/claims/tier', value: 'silver' },
      { op: 'remove', path: '/claims/airports/1' },
      add('/claims/airports/-', 'lax'),
      { op: 'remove', path: '/claims/profile/id', value: null },
      { op: 'replace', path: '/claims/aud', value: ['api://one', 'api://two'] },
      { op: 'replace', path: '/claims/sub', value: 'somebody' },
    )
    endpoint = answers({ commands: [identityless], debugContext: { x: 1 } })
    const tokens = await minted()
    const after = accessOf(tokens)
    expect(after).toEqual({
      ...before,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
      extPatientId: '1234',
      profile: { name: 'Anna', department: '4947' },
      tier: 'silver',
      airports: ['sjc', 'oak', 'lax'],
      aud: ['api://one', 'api://two'],
      sub: 'somebody',
    })
    expect(await introspect(base, client, tokens['access_token'])).toMatchObject({
      active: true,
      extPatientId: '1234',
      sub: 'somebody',
      exp: after['exp'],
    })
  })

  it.each([300, 86_400])('has a token that lives %d seconds, and is told so', async (seconds) => {
    endpoint = answers({ commands: [patch(ACCESS, lifetime(seconds))] })
    const tokens = await minted()
    expect(lifeOf(accessOf(tokens))).toBe(seconds)
    expect(tokens['expires_in']).toBe(seconds)
  })

  it('has the token as it was after whatever a hook cannot do', async () => {
    const good = patch(ACCESS, add('/claims/changed', true))
    const bodies: readonly unknown[] = [
      { commands: [good, patch(ACCESS, lifetime(299))] },
      { commands: [good, patch(ACCESS, lifetime(86_401))] },
      { commands: [good, patch(ACCESS, lifetime('600'))] },
      { commands: [good, patch(ACCESS, add('/claims/iss', 'https://evil.example'))] },
      { commands: [good, patch(ACCESS, add('/claims/uid', '00uadmin'))] },
      { commands: [good, patch(ACCESS, add('/claims/scp/-', 'admin'))] },
      { commands: [good, patch(ACCESS, add('/claims/cnf', { jkt: 'x' }))] },
      { commands: [good, patch(ACCESS, add('/claims/exp', 9_999_999_999))] },
      { commands: [good, patch(ACCESS, { op: 'remove', path: '/claims/jti' })] },
      { commands: [good, patch(ACCESS, { op: 'remove', path: '/claims/sub' })] },
      { commands: [good, patch(ACCESS, { op: 'replace', path: '/claims/none', value: 1 })] },
      { commands: [good, patch(IDENTITY, add('/claims/x', 1))] },
      { commands: [good, { type: 'com.okta.action.update', value: {} }] },
      { commands: [patch(ACCESS, add('/claims/changed', 'x'.repeat(100_000)))] },
      { commands: {} },
      [],
      null,
      7,
    ]
    for (const body of bodies) {
      endpoint = answers(body)
      const tokens = await minted()
      const claims = accessOf(tokens)
      expect([body, claims['changed'], lifeOf(claims)]).toEqual([body, undefined, 3600])
      expect(claims).toMatchObject({ iss: base, aud: 'api://test', scp: ['read'], sub: client.clientId }) // prettier-ignore
      expect(Object.keys(claims).toSorted()).toEqual(
        'airports aud cid exp iat iss jti scp sub tier ver'.split(' '),
      )
    }
  })

  it('has the token as it was after an endpoint that fails, asked once each', async () => {
    const good = { commands: [patch(ACCESS, add('/claims/changed', true))] }
    const failing: readonly Endpoint[] = [
      () => Response.json(good, { status: 500 }),
      () => Response.json(good, { status: 400 }),
      () => Response.json(good, { status: 201 }),
      () => new Response(JSON.stringify(good)),
      () => new Response('{', { headers: { 'content-type': 'application/json' } }),
      () => new Response('', { headers: { 'content-type': 'application/json' } }),
      () => Response.json({ ...good, pad: 'x'.repeat(limits.hookAnswerBytesMax) }),
      () => Response.redirect('https://hooks.example/elsewhere', 302),
      () => Response.redirect('http://169.254.169.254/', 307),
      () => Promise.reject(new TypeError('network')),
    ]
    const elsewhere = hooks.serve('https://hooks.example/elsewhere', answers(good))
    for (const one of failing) {
      ;(asked as Asked[]).length = 0
      endpoint = one
      expect(accessOf(await minted())).not.toHaveProperty('changed')
      expect(asked).toHaveLength(1)
    }
    expect(elsewhere).toHaveLength(0)
  })

  it('does not wait for an endpoint that hangs', async () => {
    endpoint = () => new Promise(() => undefined)
    expect(lifeOf(accessOf(await minted()))).toBe(3600)
  })

  it('is told to come later, and has no token unasked, while too many wait for the hook', async () => {
    // However slow the machine is, nobody gives up.
    vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal)
    const release: (() => void)[] = []
    endpoint = () =>
      new Promise((resolve) => {
        release.push(() => resolve(new Response(null, { status: 204 })))
      })
    const found = (await findInlineHook(DB, hook['id']))!
    const outbound = readSettings(testBindings)
    const waiting = Array.from({ length: limits.hookCallsAtOnceMax }, () => callHook(found, {}, outbound)) // prettier-ignore
    await vi.waitFor(() => expect(release).toHaveLength(limits.hookCallsAtOnceMax), 30_000)
    const refused = await mintWith(server, client)
    expect(refused.headers.get('retry-after')).not.toBeNull()
    expect((await refusalOf(refused)).slice(0, 2)).toEqual([503, 'temporarily_unavailable'])
    expect(release).toHaveLength(limits.hookCallsAtOnceMax)
    const [status, error] = await answered(await api('POST', `${HOOKS}/${hook['id']}/execute`, {}))
    expect([status, JSON.stringify(error)]).toEqual([400, expect.stringContaining('too many calls')]) // prettier-ignore
    for (const one of release) one()
    await Promise.all(waiting)
    endpoint = () => new Response(null, { status: 204 })
    await minted()
  })

  it('has no token when the hook says so, and is told why as RFC 6749 §5.2 lets it', async () => {
    for (const [error, description] of [
      [{ errorSummary: 'The patient is unknown.' }, 'The patient is unknown.'],
      [{ errorSummary: 'a "quoted"\nline é' }, 'a ?quoted??line ?'],
      [{ errorSummary: 'x'.repeat(10_000) }, 'x'.repeat(500)],
      [{}, 'The callback service returned an error.'],
      [{ errorSummary: '' }, 'The callback service returned an error.'],
      [{ errorSummary: 7 }, 'The callback service returned an error.'],
    ] as const) {
      endpoint = answers({ error, commands: [patch(ACCESS, add('/claims/x', 1))] })
      expect(await refusalOf(await mintWith(server, client))).toEqual([
        400,
        'server_error',
        description,
      ])
    }
    endpoint = answers({ error: null, commands: [patch(ACCESS, add('/claims/x', 1))] })
    expect(accessOf(await minted())).toHaveProperty('x', 1)
  })
})

describe('a person', () => {
  it('has both tokens changed at the redemption of a code, and the hook is told of the person', async () => {
    endpoint = answers({
      commands: [
        patch(IDENTITY, add('/claims/extPatientId', '1234'), lifetime(7200)),
        patch(ACCESS, add('/claims/external_guid', 'F0'), lifetime(600)),
      ],
    })
    const tokens = await tokensFor(base, app, person, { scope: OFFLINE, nonce: 'n' })
    const [access, identity] = [accessOf(tokens), payloadOf(tokens['id_token'])]
    expect([access['external_guid'], lifeOf(access), tokens['expires_in']]).toEqual([
      'F0',
      600,
      600,
    ])
    expect([identity['extPatientId'], lifeOf(identity)]).toEqual(['1234', 7200])
    expect(access).not.toHaveProperty('extPatientId')
    const { data } = lastAsked().body
    const { context, identity: shown, refresh_token: refreshToken } = data
    expect(context['protocol']['request']).toEqual({
      grant_type: 'authorization_code',
      redirect_uri: CALLBACK,
      client_id: app.clientId,
    })
    expect(context['protocol']).not.toHaveProperty('originalGrant')
    expect(context).not.toHaveProperty('session')
    expect(context['user']).toEqual({
      id: person.id,
      profile: {
        login: person.login,
        firstName: expect.any(String),
        lastName: expect.any(String),
        timeZone: 'America/Los_Angeles',
      },
      _links: { groups: { href: `${ORIGIN}/api/v1/users/${person.id}/groups` } },
    })
    const { iat: _, exp: __, at_hash, extPatientId: ___, ...drafted } = identity
    expect(at_hash).toBeTypeOf('string')
    expect(shown).toEqual({ claims: drafted, token: { lifetime: { expiration: 3600 } } })
    expect(refreshToken).toEqual({ jti: expect.stringMatching(/^oar/) })
    for (const hidden of ['at_hash', tokens['refresh_token'], app.secret, SECRET.value])
      expect(JSON.stringify(lastAsked().body)).not.toContain(hidden)
  })

  it('has the hook asked at each refresh, which tells what was granted at first', async () => {
    const { refresh_token: token } = await tokensFor(base, app, person, { scope: OFFLINE })
    ;(asked as Asked[]).length = 0
    endpoint = answers({ commands: [patch(ACCESS, add('/claims/fresh', true), lifetime(86_400))] })
    const tokens = await refreshed(base, app, token, { scope: 'openid' })
    const access = accessOf(tokens)
    expect([access['fresh'], lifeOf(access)]).toEqual([true, 86_400])
    const { context, refresh_token: refreshToken, access: shown } = lastAsked().body['data']
    const { protocol } = context as Json
    expect(protocol['request']).toEqual({
      grant_type: 'refresh_token',
      scope: 'openid',
      client_id: app.clientId,
    })
    expect(protocol['originalGrant']).toEqual({
      authorization: {
        scope: OFFLINE,
        redirect_uri: CALLBACK,
        client_id: app.clientId,
        grant_type: 'authorization_code',
      },
      refresh_token: refreshToken,
    })
    expect(Object.keys(shown['scopes'])).toEqual(['openid'])
    expect(JSON.stringify(lastAsked().body)).not.toContain(token)
  })

  it('keeps the refresh token when a hook refuses, however often and whatever the leeway', async () => {
    const strict = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 0 } })
    const { refresh_token: token } = await tokensFor(base, strict, person, { scope: OFFLINE })
    endpoint = answers({ error: { errorSummary: 'not now' } })
    for (let times = 0; times < 3; times++)
      expect(await refusalOf(await refresh(base, strict, token))).toEqual([
        400,
        'server_error',
        'not now',
      ])
    endpoint = () => new Response(null, { status: 204 })
    const next = await refreshed(base, strict, token)
    expect(next['refresh_token']).not.toBe(token)
    await refreshed(base, strict, next['refresh_token'])
    expect((await refusalOf(await refresh(base, strict, token)))[1]).toBe('invalid_grant')
  })

  it('does not have a used refresh token made good by a refusal within the leeway', async () => {
    const rotating = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 60 } })
    const tokens = await tokensFor(base, rotating, person, { scope: OFFLINE })
    const { refresh_token: token } = tokens
    const [, , id] = String(accessOf(tokens)['jti']).split('.')
    const rotatedAt = async (): Promise<unknown> =>
      (await inside(person.id, `SELECT rotated_at FROM authorizations WHERE id = '${id}'`))[0]
    await refreshed(base, rotating, token)
    const before = await rotatedAt()
    endpoint = answers({ error: {} })
    expect((await refusalOf(await refresh(base, rotating, token)))[1]).toBe('server_error')
    expect([before, await rotatedAt()]).toEqual([{ rotated_at: expect.any(Number) }, before])
  })

  it('[race] who presents a code twice while the hook is slow has it asked once, and nothing that lives', async () => {
    const { code = '' } = answerOf(await arrived(base, app, person, { scope: OFFLINE }))
    const { release } = held()
    const first = redeem(base, app, code)
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect((await refusalOf(await redeem(base, app, code)))[1]).toBe('invalid_grant')
    release(() => new Response(null, { status: 204 }))
    const [status, tokens] = await answered(await first)
    expect([status, asked.length]).toEqual([200, 1])
    expect(await introspect(base, app, tokens['access_token'])).toEqual({ active: false })
    expect((await refresh(base, app, tokens['refresh_token'])).status).toBe(400)
  })

  it('[race] whose refresh is refused late does not lose what another one brought meanwhile', async () => {
    const rotating = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 60 } })
    const { refresh_token: token } = await tokensFor(base, rotating, person, { scope: OFFLINE })
    ;(asked as Asked[]).length = 0
    const { release } = held()
    const first = refresh(base, rotating, token)
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    endpoint = () => new Response(null, { status: 204 })
    const { refresh_token: second } = await refreshed(base, rotating, token)
    const { refresh_token: third } = await refreshed(base, rotating, second)
    release(answers({ error: {} }))
    expect((await refusalOf(await first))[1]).toBe('server_error')
    await refreshed(base, rotating, third)
  })

  it('has a code that is used up, whatever the hook says then', async () => {
    const { code = '' } = answerOf(await arrived(base, app, person))
    endpoint = answers({ error: {} })
    const refused = await refusalOf(await redeem(base, app, code))
    expect(refused.slice(0, 2)).toEqual([400, 'server_error'])
    endpoint = () => new Response(null, { status: 204 })
    expect((await refusalOf(await redeem(base, app, code)))[1]).toBe('invalid_grant')
  })

  it('whose first tokens a hook refuses has no refresh token that lists would show', async () => {
    const own = await aSignInApp({ application_type: 'native', grant_types: ['authorization_code', 'password', 'refresh_token'], response_types: ['code'] }) // prettier-ignore
    endpoint = answers({ error: {} })
    const { code = '' } = answerOf(await arrived(base, own, person, { scope: OFFLINE }))
    await refusalOf(await redeem(base, own, code))
    const fields = { grant_type: 'password', username: person.login, password: PASSWORD, scope: OFFLINE } // prettier-ignore
    await refusalOf(await post(`${base}/v1/token`, fields, { authorization: basic(own.clientId, own.secret) })) // prettier-ignore
    expect(asked).toHaveLength(2)
    await listed(person.id)
    const path = `/api/v1/users/${person.id}/clients/${own.clientId}/tokens`
    expect(await made(200, 'GET', path)).toEqual([])
  })

  it('has the hook asked at the password grant', async () => {
    const native = await aSignInApp({ application_type: 'native', grant_types: ['authorization_code', 'password'], response_types: ['code'] }) // prettier-ignore
    endpoint = answers({ commands: [patch(IDENTITY, add('/claims/by', 'password'))] })
    const fields = { grant_type: 'password', username: person.login, password: PASSWORD, scope: 'openid' } // prettier-ignore
    const [status, tokens] = await answered(
      await post(`${base}/v1/token`, fields, { authorization: basic(native.clientId, native.secret) }), // prettier-ignore
    )
    expect([status, payloadOf(tokens['id_token'])['by']]).toEqual([200, 'password'])
    const { body } = lastAsked()
    expect(body['data']['context']['user']['id']).toBe(person.id)
    expect(body['data']).not.toHaveProperty('refresh_token')
    expect(JSON.stringify(body)).not.toContain(PASSWORD)
  })

  it('has tokens through the browser changed, and the hook is told of the request and the session', async () => {
    endpoint = answers({
      commands: [
        patch(IDENTITY, add('/claims/via', 'browser')),
        patch(ACCESS, add('/claims/via', 'browser'), lifetime(900)),
      ],
    })
    const parameters = { response_type: 'token id_token', scope: 'openid profile', nonce: 'n', state: 'a state' } // prettier-ignore
    const { browser, answer } = await signedIn(base, app, person, parameters)
    const access = payloadOf(answer['access_token'] ?? '')
    const identity = payloadOf(answer['id_token'] ?? '')
    expect([access['via'], lifeOf(access), answer['expires_in']]).toEqual(['browser', 900, '900'])
    expect(identity).toMatchObject({ via: 'browser', nonce: 'n', at_hash: expect.any(String) })
    const { body } = lastAsked()
    expect(body['source']).toBe(`${base}/v1/authorize`)
    const { context } = body['data']
    expect(context['request']['method']).toBe('GET')
    const url = new URL(context['request']['url']['value'] as string)
    expect(url.origin + url.pathname).toBe(`${base}/v1/authorize`)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ client_id: app.clientId, nonce: 'n', state: 'a state' }) // prettier-ignore
    expect(context['protocol']['request']).toEqual({
      scope: 'openid profile',
      state: 'a state',
      redirect_uri: CALLBACK,
      response_mode: 'fragment',
      response_type: 'id_token token',
      client_id: app.clientId,
    })
    expect(context['session']).toEqual({
      id: identity['sid'],
      userId: person.id,
      login: person.login,
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      status: 'ACTIVE',
      lastPasswordVerification: expect.any(String),
      amr: ['PASSWORD'],
      idp: { id: identity['idp'], type: 'OKTA' },
      mfaActive: false,
    })
    const hidden = [...browser.cookies.values(), PASSWORD]
    for (const secret of hidden) expect(JSON.stringify(body)).not.toContain(secret)

    ;(asked as Asked[]).length = 0
    const hint = { id_token_hint: answer['id_token'] ?? '', prompt: 'none' }
    await browser.get(authorizeUrl(base, app, { ...parameters, ...hint }))
    expect(JSON.stringify(lastAsked().body)).not.toContain(answer['id_token'])
  })

  it('of whose tokens through the browser a hook disapproves comes back to the app with an error', async () => {
    endpoint = answers({ error: { errorSummary: 'No tokens today.' } })
    const { answer } = await signedIn(base, app, person, { response_type: 'token', scope: 'read', state: 's' }) // prettier-ignore
    expect(answer).toMatchObject({
      error: 'server_error',
      error_description: 'No tokens today.',
      state: 's',
      iss: base,
    })
    expect(answer).not.toHaveProperty('access_token')
  })

  it('who only gets a code has nothing that a hook could change', async () => {
    const view = await arrived(base, app, person)
    expect(answerOf(view)).toHaveProperty('code')
    expect(asked).toHaveLength(0)
  })

  it('has a token that lives as long as the hook says wherever it is shown', async () => {
    endpoint = answers({ commands: [patch(ACCESS, lifetime(86_400), add('/claims/sub', 'other'))] })
    const rule = { token: { accessTokenLifetimeMinutes: 5, refreshTokenWindowMinutes: 10 } }
    const [shortly, late] = [await aPeopleServer({ rule }), await aPeopleServer({ rule })]
    await attach(shortly, hook['id'], peopleRule())
    // What was given before its rule had a hook.
    const { code = '' } = answerOf(await arrived(late.issuer, app, person))
    const { refresh_token: before } = await tokensFor(late.issuer, app, person, { scope: OFFLINE })
    await attach(late, hook['id'], peopleRule())
    for (const [issuer, tokens] of [
      [late.issuer, (await answered(await redeem(late.issuer, app, code)))[1]],
      [late.issuer, await refreshed(late.issuer, app, before)],
      [shortly.issuer, await tokensFor(shortly.issuer, app, person, { scope: 'openid profile' })],
      [shortly.issuer, (await signedIn(shortly.issuer, app, person, { response_type: 'token', scope: 'openid profile', nonce: 'n' })).answer], // prettier-ignore
    ] as const) {
      const token = tokens['access_token'] as string
      const [, , id] = String(payloadOf(token)['jti']).split('.')
      const aliveUntil = await aliveUntilOf(id!)
      expect(aliveUntil).toBeGreaterThanOrEqual(payloadOf(token)['exp'])
      expect(await introspect(issuer, app, token)).toMatchObject({ active: true, sub: 'other' }) // prettier-ignore
      const [status, claims] = await answered(await userinfo(issuer, token))
      expect([status, claims['sub']]).toEqual([200, person.id])
    }
  })
})

describe('a hook', () => {
  it('is not asked where its rule did not decide, nor by the org server, nor while it is inactive', async () => {
    const plain = await aPeopleServer({ scopes: [{ name: 'read' }] })
    expect((await mintWith(plain, client)).status).toBe(200)
    await tokensFor(ORG_BASE, app, person)
    expect(asked).toHaveLength(0)
    const path = `${HOOKS}/${hook['id']}`
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    await minted()
    expect(asked).toHaveLength(0)
    await made(200, 'POST', `${path}/lifecycle/activate`)
    await minted()
    expect(asked).toHaveLength(1)
  })

  it('is the one of the rule that decided', async () => {
    const other = await createHook()
    const askedOther = hooks.serve(other['channel']['config']['uri'], answers({}))
    const place = `/api/v1/authorizationServers/${server.id}/policies/${server.policyId}/rules`
    const first = await made(201, 'POST', place, {
      ...peopleRule({
        conditions: { grantTypes: { include: ['client_credentials'] } },
        token: { inlineHook: { id: other['id'] } },
      }),
      priority: 1,
    })
    await minted()
    expect([asked.length, askedOther.length]).toEqual([0, 1])
    await tokensFor(base, app, person)
    expect([asked.length, askedOther.length]).toEqual([1, 1])
    await made(204, 'DELETE', `${place}/${first['id']}`)
  })

  it('is not asked about tokens that cannot be made', async () => {
    const sealing = await aPeopleServer()
    await attach(sealing, hook['id'], peopleRule())
    const path = `/api/v1/authorizationServers/${sealing.id}`
    const { jwks: _, ...before } = await made(200, 'GET', path)
    await made(200, 'PUT', path, {
      ...before,
      accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
      jwks_uri: 'https://keys.example/none',
    })
    const keys = hooks.serve('https://keys.example/none', answers({ keys: [] }))
    for (const type of ['token', 'code token', 'code']) {
      const parameters = { response_type: type, scope: 'openid', nonce: 'n' }
      const { answer } = await signedIn(sealing.issuer, app, person, parameters)
      const told = type === 'code' ? await answered(await redeem(sealing.issuer, app, answer['code'] ?? '')) : [400, answer] // prettier-ignore
      expect([type, told]).toEqual([
        type,
        [400, expect.objectContaining({ error: 'server_error' })],
      ])
    }
    expect(keys).not.toEqual([])
    expect(asked).toEqual([])
  })

  it('is asked where its rule decides by what the primary says since', async () => {
    endpoint = answers({ commands: [patch(ACCESS, add('/claims/via', 'a new rule'))] })
    const codes = { conditions: { grantTypes: { include: ['authorization_code'] } } }
    const aside = await aPeopleServer({ rule: codes })
    const place = `/api/v1/authorizationServers/${aside.id}/policies/${aside.policyId}/rules`
    const later = await made(201, 'POST', place, {
      ...peopleRule({ name: 'later', token: { inlineHook: { id: hook['id'] } } }),
      status: 'INACTIVE',
    })
    const { browser } = await signedIn(aside.issuer, app, person)
    // As another isolate does it.
    await DB.batch([
      DB.prepare(`UPDATE policy_rules SET status = 'ACTIVE' WHERE id = ?1`).bind(later['id']),
      DB.prepare('UPDATE authorization_servers SET version = version + 1 WHERE id = ?1').bind(aside.id), // prettier-ignore
    ])
    const parameters = { response_type: 'token', scope: 'openid', nonce: 'n' }
    const answer = answerOf(await browser.get(authorizeUrl(aside.issuer, app, parameters)))
    const access = payloadOf(answer['access_token'] ?? '')
    expect([asked.length, access['via']]).toEqual([1, 'a new rule'])
    const [, , id] = String(access['jti']).split('.')
    expect(await aliveUntilOf(id!)).toBeGreaterThanOrEqual(access['iat'] + limits.hookTokenSecondsMax) // prettier-ignore
  })

  it('is asked as it is by now: a change takes effect at once in this isolate', async () => {
    const path = `${HOOKS}/${hook['id']}`
    const { uri } = hook['channel']['config']
    await minted()
    await made(200, 'POST', path, { channel: { config: { authScheme: { ...SECRET, value: 'changed' } } } }) // prettier-ignore
    await minted()
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([SECRET.value, 'changed']) // prettier-ignore
    const moved = hooks.serve(`${uri}/moved`, answers({}))
    await made(200, 'POST', path, { channel: { config: { uri: `${uri}/moved`, authScheme: SECRET } } }) // prettier-ignore
    await minted()
    expect([asked.length, moved.length]).toEqual([2, 1])
    await made(200, 'POST', path, { channel: { config: { uri, authScheme: SECRET } } })
  })

  it('whose secret cannot be opened refuses before anything is used up', async () => {
    const { code = '' } = answerOf(await arrived(base, app, person))
    const keys = KeyEncryption.parse(JSON.stringify({ current: '9', keys: { 9: testBindings.KEY_ENCRYPTION_KEY } }))! // prettier-ignore
    const lost = await keys.seal(new Uint8Array(8), 'hook-secret', boundToHook(hook['id']))
    const path = `${HOOKS}/${hook['id']}`
    const { results } = await DB.prepare('SELECT secret FROM inline_hooks WHERE id = ?1').bind(hook['id']).all<{ secret: string }>() // prettier-ignore
    const set = (secret: string) => DB.prepare('UPDATE inline_hooks SET secret = ?2 WHERE id = ?1').bind(hook['id'], secret).run() // prettier-ignore
    await set(JSON.stringify(lost))
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    await made(200, 'POST', `${path}/lifecycle/activate`)
    expect((await mintWith(server, client)).status).toBe(503)
    expect((await redeem(base, app, code)).status).toBe(503)
    expect(asked).toHaveLength(0)
    await set(results[0]!.secret)
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    await made(200, 'POST', `${path}/lifecycle/activate`)
    expect((await redeem(base, app, code)).status).toBe(200)
  })

  it('is told of in the log, with why it failed, and with nothing of what it said', async () => {
    const before = (await eventsOf(hook['id'])).length
    const bodies = [
      { commands: [patch(ACCESS, add('/claims/confidential', 'patient-1234'))] },
      { commands: [patch(ACCESS, add('/claims/iss', 'patient-1234'))] },
      { error: { errorSummary: 'no' } },
    ]
    for (const body of bodies) {
      endpoint = answers(body)
      await mintWith(server, client)
    }
    endpoint = () => new Response('', { status: 500 })
    await minted()
    const events = (await eventsOf(hook['id'])).slice(before)
    expect(events.map(({ outcome }) => outcome)).toEqual([
      { result: 'SUCCESS', reason: null },
      { result: 'FAILURE', reason: 'the claim is reserved' },
      { result: 'FAILURE', reason: 'the endpoint answered with an error' },
      { result: 'FAILURE', reason: 'the endpoint answered with status 500' },
    ])
    expect(events[0]).toMatchObject({
      actor: { id: client.clientId },
      target: [{ id: hook['id'], type: 'InlineHook' }, { id: server.id }],
    })
    const text = JSON.stringify(events)
    for (const hidden of ['patient-1234', 'confidential', 'hooks.example', SECRET.value])
      expect(text).not.toContain(hidden)
  })
})
