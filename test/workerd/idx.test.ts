/** Interactions as a page of an app goes through them, at both kinds of server: from the handle to the tokens. */
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import {
  aCode,
  anIdxApp,
  anIdxServer,
  begun,
  codeOf,
  identified,
  IDX,
  introspected,
  keysOf,
  Page,
  redeemInteraction,
  remediationsOf,
} from './idx-support.ts'
import {
  aPersonWithPassword,
  CALLBACK,
  ORG_BASE,
  PASSWORD,
  payloadOf,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, ORIGIN, unique } from './support.ts'

let app: SignInApp
let person: TestPerson
const bases = { org: ORG_BASE, custom: '' }

beforeAll(async () => {
  app = await anIdxApp()
  person = await aPersonWithPassword()
  bases.custom = (await anIdxServer()).issuer
})

describe.each(['org', 'custom'] as const)('an interaction at the %s server', (kind) => {
  const base = () => bases[kind]

  it('begins with a document that says what can be sent', async () => {
    const interaction = await begun(base(), app, { login_hint: 'ada' })
    const { page, interactionHandle } = interaction
    const response = await page.json('/idp/idx/introspect', { interactionHandle })
    expect(response.headers.get('content-type')).toBe('application/ion+json; okta-version=1.0.0')
    const [status, document] = await answered(response)
    const { stateHandle } = document
    const handle = {
      name: 'stateHandle',
      required: true,
      value: stateHandle,
      visible: false,
      mutable: false,
    }
    const form = {
      rel: ['create-form'],
      method: 'POST',
      produces: 'application/ion+json; okta-version=1.0.0',
      accepts: 'application/json; okta-version=1.0.0',
    }
    expect([status, document]).toEqual([
      200,
      {
        version: '1.0.0',
        stateHandle: expect.any(String),
        expiresAt: expect.stringMatching(/Z$/),
        intent: 'LOGIN',
        remediation: {
          type: 'array',
          value: [
            {
              ...form,
              name: 'identify',
              href: `${IDX}/identify`,
              value: [
                { name: 'identifier', label: 'Username', required: true, value: 'ada' },
                {
                  name: 'credentials',
                  type: 'object',
                  required: true,
                  form: { value: [{ name: 'passcode', label: 'Password', secret: true }] },
                },
                handle,
              ],
            },
          ],
        },
        app: {
          type: 'object',
          value: { name: 'oidc_client', label: app.app['label'], id: app.id },
        },
        authentication: {
          type: 'object',
          value: {
            protocol: 'OAUTH2.0',
            issuer: {
              id: expect.any(String),
              name: expect.any(String),
              uri: kind === 'org' ? ORIGIN : base(),
            },
            request: {
              max_age: -1,
              scope: 'openid',
              response_type: 'code',
              redirect_uri: CALLBACK,
              response_mode: 'query',
              state: 'the state',
            },
          },
        },
        cancel: { ...form, name: 'cancel', href: `${IDX}/cancel`, value: [handle] },
      },
    ])
  })

  it('ends with a code, a session, and tokens of the person', async () => {
    const interaction = await begun(base(), app, {
      scope: 'openid profile offline_access',
      nonce: 'n',
    })
    const [status, document] = await identified(interaction, person)
    expect([status, document['user']['value']]).toEqual([
      200,
      expect.objectContaining({ id: person.id, identifier: person.login }),
    ])
    expect(document['successWithInteractionCode']).toMatchObject({
      name: 'issue',
      href: `${base()}/v1/token`,
      value: [
        { name: 'grant_type', value: 'interaction_code' },
        { name: 'interaction_code', value: expect.any(String) },
        { name: 'client_id', value: app.clientId },
        { name: 'code_verifier' },
      ],
    })
    expect([...interaction.page.browser.cookies.keys()]).toContain('__Host-edgemint_session')
    const code = codeOf(document)!
    const [redeemed, tokens] = await answered(
      await redeemInteraction(base(), app, {
        interaction_code: code,
        code_verifier: interaction.verifier,
      }),
    )
    expect([redeemed, tokens]).toEqual([
      200,
      expect.objectContaining({
        token_type: 'Bearer',
        scope: 'openid profile offline_access',
        refresh_token: expect.any(String),
      }),
    ])
    const idToken = payloadOf(tokens['id_token'])
    expect(idToken).toMatchObject({ sub: person.id, nonce: 'n', amr: ['pwd'] })
    // The person was not asked at a page of the org, so that its server tells the essentials only.
    expect('given_name' in idToken).toBe(false)
    const refreshed = await redeemInteraction(base(), app, {
      grant_type: 'refresh_token',
      refresh_token: tokens['refresh_token'],
    })
    expect(refreshed.status).toBe(200)
  })

  it('asks for the password by itself where only the name came', async () => {
    const interaction = await begun(base(), app)
    const { page } = interaction
    const { stateHandle } = await introspected(interaction)
    const [status, asked] = await page.idx('identify', { stateHandle, identifier: person.login })
    expect([status, remediationsOf(asked)]).toEqual([
      200,
      ['challenge-authenticator', 'select-authenticator-authenticate'],
    ])
    const authenticator = { id: asked['currentAuthenticator']['value']['id'] }
    const chosen = await page.idx('challenge', {
      stateHandle: asked['stateHandle'],
      authenticator,
    })
    expect(chosen[0]).toBe(200)
    const [answeredWith, done] = await page.idx('challenge/answer', {
      stateHandle: chosen[1]['stateHandle'],
      credentials: { passcode: PASSWORD },
    })
    expect([answeredWith, codeOf(done)]).toEqual([200, expect.any(String)])
  })

  it('keeps a login of as many characters as the API takes until the password comes', async () => {
    const rest = `${unique('ada')}@people.example`
    const login = '\u{1f600}'.repeat(limits.loginCharactersMax - rest.length) + rest
    await aPersonWithPassword({ login })
    const interaction = await begun(base(), app)
    const { page } = interaction
    const { stateHandle } = await introspected(interaction)
    const [, asked] = await page.idx('identify', { stateHandle, identifier: login })
    const credentials = { passcode: PASSWORD }
    const [status] = await page.idx('challenge/answer', { stateHandle: asked['stateHandle'], credentials })
    expect(status).toBe(200)
  }) // prettier-ignore

  it('shows the step again after a wrong password, which a right one then passes', async () => {
    const interaction = await begun(base(), app)
    const [status, again] = await identified(interaction, person, 'wrong')
    expect([status, keysOf(again), remediationsOf(again)]).toEqual([
      401,
      ['errors.E0000004'],
      ['identify'],
    ])
    const [right, done] = await interaction.page.idx('identify', {
      stateHandle: again['stateHandle'],
      identifier: person.login,
      credentials: { passcode: PASSWORD },
    })
    expect([right, codeOf(done)]).toEqual([200, expect.any(String)])
  })

  it('goes on with the session of the browser, and not where it asks for a sign-in', async () => {
    const page = new Page()
    await aCode(base(), app, person, {}, page)
    const silent = await introspected(await begun(base(), app, {}, page))
    expect(codeOf(silent)).toEqual(expect.any(String))
    const asks: readonly Readonly<Record<string, string>>[] = [
      { prompt: 'login' },
      { max_age: '0' },
    ]
    for (const parameters of asks) {
      const document = await introspected(await begun(base(), app, parameters, page))
      expect(remediationsOf(document)).toEqual(['identify'])
    }
  })

  it('begins again when it is cancelled', async () => {
    const interaction = await begun(base(), app)
    const { page, interactionHandle } = interaction
    const { stateHandle } = await introspected(interaction)
    const [status, again] = await page.idx('cancel', { stateHandle })
    expect([status, remediationsOf(again)]).toEqual([200, ['identify']])
    for (const [call, body] of [
      ['introspect', { interactionHandle }],
      ['introspect', { stateToken: stateHandle }],
      ['cancel', { stateHandle }],
      ['identify', { stateHandle, identifier: person.login, credentials: { passcode: PASSWORD } }],
    ] as const) {
      const [over, document] = await page.idx(call, body)
      expect([over, keysOf(document)]).toEqual([401, ['idx.session.expired']])
    }
    const [right, done] = await page.idx('identify', {
      stateHandle: again['stateHandle'],
      identifier: person.login,
      credentials: { passcode: PASSWORD },
    })
    expect([right, codeOf(done)]).toEqual([200, expect.any(String)])
  })

  it('tells nobody whether somebody has the login', async () => {
    const without = async (identifier: string) => {
      const interaction = await begun(base(), app)
      const { stateHandle } = await introspected(interaction)
      const [status, asked] = await interaction.page.idx('identify', { stateHandle, identifier })
      const [wrong, again] = await interaction.page.idx('challenge/answer', {
        stateHandle: asked['stateHandle'],
        credentials: { passcode: 'wrong' },
      })
      const shapes = [asked, again].map((document) =>
        JSON.stringify(document)
          .replaceAll(identifier, 'x')
          .replaceAll(/"[\w.-]{200,}"/g, '"handle"')
          .replaceAll(/"expiresAt":"[^"]*"/g, ''),
      )
      return [status, wrong, shapes]
    }
    const nobody = unique('nobody').padEnd(person.login.length, 'x')
    expect(await without(nobody)).toEqual(await without(person.login))
  })
})
