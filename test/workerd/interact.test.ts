/** The interaction endpoint: which requests get a handle, what is said of others, and which pages may ask. */
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { anIdxApp, anIdxServer, begun, identified, interactFields, introspected, Page, PAGE } from './idx-support.ts' // prettier-ignore
import { flushLog, logEvents } from './log-support.ts'
import { aTrustedOrigin } from './session-support.ts'
import { aPersonWithPassword, aSignInApp, CALLBACK, changeApp, ORG_BASE, pkce, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, basic, made, post, send, unique } from './support.ts'

let app: SignInApp
let web: SignInApp
let person: TestPerson
let serverId: string
const bases = { org: ORG_BASE, custom: '' }

beforeAll(async () => {
  app = await anIdxApp()
  web = await anIdxApp(
    {
      application_type: 'web',
      grant_types: ['authorization_code', 'interaction_code'],
    },
    { token_endpoint_auth_method: 'client_secret_basic' },
  )
  person = await aPersonWithPassword()
  const server = await anIdxServer()
  serverId = server.id
  bases.custom = server.issuer
})

/** Undefined removes a field. */
async function asked(
  base: string,
  changes: Readonly<Record<string, string | undefined>> = {},
  headers: Record<string, string> = {},
  of = app,
): Promise<Response> {
  const { challenge } = await pkce()
  const fields = Object.entries({ ...interactFields(of, challenge), ...changes })
  const given = fields.filter((one): one is [string, string] => one[1] !== undefined)
  return post(`${base}/v1/interact`, given, headers)
}

const refusal = async (response: Response): Promise<readonly unknown[]> => {
  const [status, body] = await answered(response)
  return [status, body['error']]
}

describe.each(['org', 'custom'] as const)('at the %s server', (kind) => {
  const base = () => bases[kind]

  it('a handle is all that is answered, and is not kept by anybody on the way', async () => {
    const response = await asked(base())
    expect(await answered(response.clone())).toEqual([
      200,
      { interaction_handle: expect.any(String) },
    ])
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
  })

  it.each<[string, Readonly<Record<string, string | undefined>>, number, string]>([
    ['no client', { client_id: undefined }, 401, 'invalid_client'],
    ['an unknown client', { client_id: 'nobody' }, 401, 'invalid_client'],
    ['no redirect URI', { redirect_uri: undefined }, 400, 'invalid_request'],
    ['another redirect URI', { redirect_uri: `${CALLBACK}/` }, 400, 'invalid_request'],
    ['no challenge', { code_challenge: undefined, code_challenge_method: undefined }, 400, 'invalid_request'], // prettier-ignore
    ['a plain challenge', { code_challenge_method: 'plain' }, 400, 'invalid_request'],
    ['a challenge without a method', { code_challenge_method: undefined }, 400, 'invalid_request'],
    ['a challenge that is no hash', { code_challenge: 'short' }, 400, 'invalid_request'],
    ['an unknown scope', { scope: 'openid unknown' }, 400, 'invalid_scope'],
    ['an unknown prompt', { prompt: 'create' }, 400, 'invalid_request'],
    ['a long state', { state: 'x'.repeat(1025) }, 400, 'invalid_request'],
    ['an activation token', { activation_token: 'x' }, 400, 'invalid_request'],
    ['a recovery token', { recovery_token: 'x' }, 400, 'invalid_request'],
    ['a request object that is none', { request: 'a.b.c' }, 400, 'invalid_request_object'],
  ])('%s is refused', async (_, changes, status, error) => {
    expect(await refusal(await asked(base(), changes))).toEqual([status, error])
  })

  it('an app without the grant is told that the feature is off', async () => {
    const without = await aSignInApp()
    expect(await refusal(await asked(base(), {}, {}, without))).toEqual([400, 'access_denied'])
  })

  it('the tokens of mails that are not sent are refused in words that the widget knows', async () => {
    for (const kindOf of ['activation', 'recovery'])
      expect((await answered(await asked(base(), { [`${kindOf}_token`]: 'x' })))[1]).toEqual({
        error: 'invalid_request',
        error_description: `The ${kindOf} token is invalid`,
      })
  })

  it('a client need not prove itself, and what it shows must be right', async () => {
    expect((await asked(base(), {}, {}, web)).status).toBe(200)
    const shown = (secret: string, changes: Record<string, undefined> = {}) =>
      asked(base(), changes, { authorization: basic(web.clientId, secret) }, web)
    expect((await shown(web.secret)).status).toBe(200)
    expect((await shown(web.secret, { client_id: undefined })).status).toBe(200)
    expect(await refusal(await shown('wrong'))).toEqual([401, 'invalid_client'])
    // It is registered with another method.
    const posted = await asked(base(), { client_secret: web.secret }, {}, web)
    expect(await refusal(posted)).toEqual([401, 'invalid_client'])
  })

  it('an app whose registration changed meanwhile goes no further', async () => {
    const other = await anIdxApp()
    const interaction = await begun(base(), other)
    await changeApp(other, { redirect_uris: ['https://app.example/elsewhere'] })
    const { page, interactionHandle } = interaction
    const [status, document] = await page.idx('introspect', { interactionHandle })
    expect([status, document['messages']['value'][0]['i18n']['key']]).toEqual([
      400,
      'invalid_request',
    ])
  })
})

describe('the form', () => {
  it.each<[string, RequestInit, number]>([
    ['GET', { method: 'GET' }, 405],
    ['JSON', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }, 415],
    [
      'too much',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `state=${'x'.repeat(limits.formBytesMax)}`,
      },
      413,
    ],
  ])('%s is %o', async (_, init, status) => {
    const response = await send('/oauth2/default/v1/interact', init)
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([
      status,
      'invalid_request',
    ])
  })

  it('[RFC6749-3.2] with a parameter twice is refused', async () => {
    const { challenge } = await pkce()
    const fields = [...Object.entries(interactFields(app, challenge)), ['scope', 'openid'] as const]
    expect(await refusal(await post(`${ORG_BASE}/v1/interact`, fields))).toEqual([400, 'invalid_request']) // prettier-ignore
  })

  it('of a server that is not there is 404', async () => {
    expect((await asked('/oauth2/aus0')).status).toBe(404)
    const path = `/api/v1/authorizationServers/${(await anIdxServer()).id}`
    await made(204, 'POST', `${path}/lifecycle/deactivate`)
    expect((await asked(`/oauth2/${path.split('/').at(-1)}`)).status).toBe(404)
  })

  it('of the largest request that is taken has a handle that is taken', async () => {
    const parameters = { id_token_hint: 'x'.repeat(limits.idTokenHintCharactersMax), state: 'y'.repeat(limits.stateBytesMax), nonce: 'z'.repeat(limits.nonceCharactersMax) } // prettier-ignore
    const [status, document] = await identified(
      await begun(ORG_BASE, app, parameters),
      { login: 'l'.repeat(limits.loginCharactersMax) },
      'w'.repeat(limits.passwordTextCharactersMax),
    )
    expect([status, document['stateHandle']]).toEqual([401, expect.any(String)])
  })
})

describe('pages', () => {
  const readable = ({ headers }: Response): readonly unknown[] => [
    headers.get('access-control-allow-origin'),
    headers.get('access-control-allow-credentials'),
    headers.get('vary'),
  ]
  const yes = (origin: string) => [origin, 'true', 'Origin']
  const NO = [null, null, 'Origin']

  it('of the app, of the org and of trusted origins may read the handle, with cookies', async () => {
    const trusted = await aTrustedOrigin('CORS')
    for (const origin of [PAGE, new URL(ORG_BASE).origin, trusted])
      expect(readable(await asked(ORG_BASE, {}, { origin }))).toEqual(yes(origin))
    expect(readable(await asked(ORG_BASE))).toEqual(NO)
  })

  it('of anybody else may not, nor those that may only be led to', async () => {
    const redirect = await aTrustedOrigin('REDIRECT')
    for (const origin of [
      'https://evil.example',
      'https://app.example.evil.example',
      'http://app.example',
      'null',
      redirect,
    ])
      // prettier-ignore
      expect(readable(await asked(ORG_BASE, {}, { origin }))).toEqual(NO)
  })

  it('of the app may read why there is none', async () => {
    const refused = await asked(ORG_BASE, { scope: 'unknown' }, { origin: PAGE })
    expect([refused.status, ...readable(refused)]).toEqual([400, ...yes(PAGE)])
    const unknown = await asked(ORG_BASE, { client_id: 'nobody' }, { origin: PAGE })
    expect([unknown.status, ...readable(unknown)]).toEqual([401, ...NO])
  })

  it.each(['/oauth2/v1/interact', '/oauth2/default/v1/interact', '/idp/idx/introspect'])(
    'may ask whether they may send at %s; what comes then decides',
    async (path) => {
      const headers = { origin: PAGE, 'access-control-request-method': 'POST' }
      const response = await send(path, { method: 'OPTIONS', headers })
      expect([response.status, ...readable(response)]).toEqual([204, ...yes(PAGE)])
      expect(response.headers.get('access-control-allow-headers')).toContain('X-Okta-User-Agent-Extended') // prettier-ignore
    },
  )

  it('of anybody else get nothing done with a handle, and the handle stays good', async () => {
    const interaction = await begun(bases.custom, app)
    const { stateHandle } = await introspected(interaction)
    const credentials = { passcode: 'x' }
    const body = { stateHandle, identifier: person.login, credentials }
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ] as Record<string, string>[]) {
      const evil = new Page(interaction.page.browser, headers)
      const response = await evil.json('/idp/idx/identify', body)
      expect(readable(response)).toEqual(NO)
      const [status, document] = await answered(response)
      expect([status, document['messages']['value'][0]['i18n']['key'], document['remediation']]).toEqual([403, 'security.access_denied', undefined]) // prettier-ignore
    }
    const [status] = await identified(interaction, person)
    expect(status).toBe(200)
  })
})

describe('the system log', () => {
  it('tells of handles and codes, and of neither itself', async () => {
    const interaction = await begun(bases.custom, app, { scope: 'openid read' })
    await identified(interaction, person)
    await flushLog()
    const events = await logEvents(`eventType sw "app.oauth2.as.interact" and client.id eq "${app.clientId}"`) // prettier-ignore
    const [handle, code] = [
      events.find(({ eventType }) => eventType.endsWith('.interaction_handle')),
      events.findLast(({ eventType }) => eventType.endsWith('.interaction_code')),
    ]
    expect(handle).toMatchObject({ outcome: { result: 'SUCCESS' }, client: { id: app.clientId } })
    expect(code).toMatchObject({
      actor: { id: person.id },
      outcome: { result: 'SUCCESS' },
      debugContext: { debugData: { grantType: 'interaction_code', authorizationServer: serverId } },
    })
    expect(JSON.stringify(events)).not.toContain(interaction.interactionHandle)
  })

  it('tells of sign-ins as it does of those at the page', async () => {
    const nobody = `${unique('nobody')}@people.example`
    await identified(await begun(ORG_BASE, app), person, 'wrong')
    await identified(await begun(ORG_BASE, app), { login: nobody }, 'wrong')
    const about = (login: string) => logEvents(`eventType eq "user.session.start" and actor.alternateId eq "${login}"`) // prettier-ignore
    for (const login of [person.login, nobody]) {
      const failure = (await about(login)).findLast(({ outcome }) => outcome.result === 'FAILURE')
      expect(failure).toMatchObject({ outcome: { reason: 'INVALID_CREDENTIALS' }, target: [{}, { id: app.id }] }) // prettier-ignore
    }
    await identified(await begun(ORG_BASE, app), person)
    const success = (await about(person.login)).filter(({ outcome }) => outcome.result === 'SUCCESS') // prettier-ignore
    expect(success.length).toBeGreaterThan(0)
  })
})
