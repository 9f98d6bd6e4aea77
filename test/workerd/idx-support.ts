/** A page of an app that asks people to sign in: interactions, and what comes of them. */
import { expect } from 'vitest'
import { Browser } from './browser.ts'
import { CALLBACK, PASSWORD, pkce, type SignInApp, type TestPerson } from './sign-in-support.ts'
import { aSignInApp } from './sign-in-support.ts'
import { cookieOf } from './session-support.ts'
import { answered, ORIGIN, post, send, type Json, type TestServer } from './support.ts'
import { aPeopleServer } from './token-support.ts'

export const PAGE = 'https://app.example'

/** A public app in browsers, which may use interaction codes alone unless it is said. */
export const anIdxApp = (oauthClient: Json = {}, credentials: Json = {}): Promise<SignInApp> =>
  aSignInApp(
    {
      application_type: 'browser',
      grant_types: ['interaction_code', 'refresh_token'],
      response_types: ['code'],
      ...oauthClient,
    },
    { token_endpoint_auth_method: 'none', pkce_required: true, ...credentials },
  )

/** A custom server whose rule lets interaction codes in. */
export const anIdxServer = (rule: Json = {}, scopes?: readonly Json[]): Promise<TestServer> =>
  aPeopleServer({
    ...(scopes && { scopes }),
    rule: { conditions: { grantTypes: { include: ['interaction_code'] } }, ...rule },
  })

/** What a page sends with its calls. */
export class Page {
  readonly browser: Browser
  readonly headers: Record<string, string>

  constructor(browser = new Browser(), headers: Record<string, string> = { origin: PAGE }) {
    this.browser = browser
    this.headers = headers
  }

  async #sent(path: string, init: RequestInit): Promise<Response> {
    const cookie = cookieOf(this.browser)
    const response = await send(path, {
      ...init,
      headers: {
        ...this.headers,
        ...(cookie !== '' && { cookie }),
        ...(init.headers as Record<string, string>),
      },
    })
    for (const text of response.headers.getSetCookie()) {
      const [pair = ''] = text.split('; ')
      this.browser.setCookie(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response
  }

  form(path: string, fields: Readonly<Record<string, string>>): Promise<Response> {
    return this.#sent(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    })
  }

  json(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.#sent(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  /** The document of a call below `/idp/idx`, with its status. */
  async idx(call: string, body: Json): Promise<readonly [number, Json]> {
    return answered(await this.json(`/idp/idx/${call}`, body))
  }
}

export interface Begun {
  readonly page: Page
  readonly base: string
  readonly app: SignInApp
  readonly verifier: string
  readonly interactionHandle: string
}

export const interactFields = (
  app: Pick<SignInApp, 'clientId'>,
  challenge: string,
): Readonly<Record<string, string>> => ({
  client_id: app.clientId,
  scope: 'openid',
  redirect_uri: CALLBACK,
  code_challenge: challenge,
  code_challenge_method: 'S256',
  state: 'the state',
})

/** An interaction that has begun. */
export async function begun(
  base: string,
  app: SignInApp,
  parameters: Readonly<Record<string, string>> = {},
  page = new Page(),
): Promise<Begun> {
  const { verifier, challenge } = await pkce()
  const fields = { ...interactFields(app, challenge), ...parameters }
  const [status, body] = await answered(await page.form(`${base}/v1/interact`, fields))
  expect([status, body]).toEqual([200, { interaction_handle: expect.any(String) }])
  return { page, base, app, verifier, interactionHandle: body['interaction_handle'] }
}

/** The document that an interaction begins with. */
export async function introspected({ page, interactionHandle }: Begun): Promise<Json> {
  const [status, document] = await page.idx('introspect', { interactionHandle })
  expect([status, document]).toEqual([200, expect.objectContaining({ version: '1.0.0' })])
  return document
}

/** Signs in at the first step. */
export async function identified(
  interaction: Begun,
  { login }: Pick<TestPerson, 'login'>,
  passcode: string = PASSWORD,
): Promise<readonly [number, Json]> {
  const { stateHandle } = await introspected(interaction)
  return interaction.page.idx('identify', {
    stateHandle,
    identifier: login,
    credentials: { passcode },
  })
}

export const codeOf = (document: Json): string | undefined =>
  (document['successWithInteractionCode']?.['value'] as Json[] | undefined)?.find(
    ({ name }) => name === 'interaction_code',
  )?.['value']

export const remediationsOf = (document: Json): readonly string[] =>
  ((document['remediation']?.['value'] ?? []) as Json[]).map(({ name }) => name as string)

export const keysOf = (document: Json): readonly string[] =>
  ((document['messages']?.['value'] ?? []) as Json[]).map(({ i18n }) => i18n['key'] as string)

/** The code of a person who signs in. */
export async function aCode(
  base: string,
  app: SignInApp,
  person: Pick<TestPerson, 'login'>,
  parameters: Readonly<Record<string, string>> = {},
  page = new Page(),
): Promise<{ readonly code: string; readonly verifier: string }> {
  const interaction = await begun(base, app, parameters, page)
  const [status, document] = await identified(interaction, person)
  const code = codeOf(document)
  expect([status, code]).toEqual([200, expect.any(String)])
  return { code: code!, verifier: interaction.verifier }
}

export const redeemInteraction = (
  base: string,
  { clientId }: Pick<SignInApp, 'clientId'>,
  fields: Readonly<Record<string, string>>,
  headers: Record<string, string> = {},
): Promise<Response> =>
  post(
    `${base}/v1/token`,
    {
      grant_type: 'interaction_code',
      client_id: clientId,
      redirect_uri: CALLBACK,
      ...fields,
    },
    headers,
  )

export const IDX = `${ORIGIN}/idp/idx`
