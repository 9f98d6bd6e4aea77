/** People with passwords, apps for them, and authorization requests, as tests of sign-in need them. */
import { base64url } from '../../src/platform/encoding.ts'
import { anApp, APPS, create } from './app-support.ts'
import { answerOf, Browser, type PageView } from './browser.ts'
import { basic, made, ORIGIN, post, unique, type Json } from './support.ts'
import { aProfile, USERS } from './user-support.ts'

export const PASSWORD = 'Correct-Horse-7-battery'
export const CALLBACK = 'https://app.example/callback'

export interface TestPerson {
  readonly id: string
  readonly login: string
  readonly user: Json
}

/** An active user with {@link PASSWORD}. */
export async function aPersonWithPassword(profile: Json = {}): Promise<TestPerson> {
  const body = { profile: aProfile(profile), credentials: { password: { value: PASSWORD } } }
  const user = await made(200, 'POST', USERS, body)
  return { id: user['id'], login: user['profile']['login'], user }
}

export interface SignInApp {
  readonly id: string
  readonly clientId: string
  readonly secret: string
  readonly app: Json
}

/** A confidential web app that everybody has. */
export async function aSignInApp(
  oauthClient: Json = {},
  credentials: Json = {},
): Promise<SignInApp> {
  const app = await create(
    anApp(
      {
        application_type: 'web',
        grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        response_types: ['code', 'token', 'id_token'],
        redirect_uris: [CALLBACK],
        ...oauthClient,
      },
      { pkce_required: false, ...credentials },
      {},
    ),
  )
  await made(200, 'PUT', `${APPS}/${app['id']}`, {
    ...app,
    settings: { ...app['settings'], implicitAssignment: true },
  })
  const { client_id: clientId, client_secret: secret = '' } = app['credentials']['oauthClient']
  return { id: app['id'], clientId, secret, app }
}

/** Changes what an app is; `oauthClient` and `credentials` go over what it has. */
export async function changeApp(
  { id }: Pick<SignInApp, 'id'>,
  oauthClient: Json,
  credentials: Json = {},
): Promise<void> {
  const now = await made(200, 'GET', `${APPS}/${id}`)
  await made(200, 'PUT', `${APPS}/${id}`, {
    ...now,
    credentials: {
      ...now['credentials'],
      oauthClient: { ...now['credentials']['oauthClient'], ...credentials },
    },
    settings: {
      ...now['settings'],
      oauthClient: { ...now['settings']['oauthClient'], ...oauthClient },
    },
  })
}

/** Grant types of a rule that lets people in. */
export const PEOPLE_GRANTS = ['authorization_code', 'implicit', 'password', 'client_credentials']

export const authorizeUrl = (
  base: string,
  { clientId }: Pick<SignInApp, 'clientId'>,
  parameters: Readonly<Record<string, string>> = {},
): string =>
  `${base}/v1/authorize?${new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: CALLBACK,
    state: unique('state'),
    ...parameters,
  }).toString()}`

export const ORG_BASE = `${ORIGIN}/oauth2`

/** Signs in at the org server or another one and comes back with the answer to the app. */
export async function signedIn(
  base: string,
  app: Pick<SignInApp, 'clientId'>,
  person: Pick<TestPerson, 'login'>,
  parameters: Readonly<Record<string, string>> = {},
  browser = new Browser(),
): Promise<{ readonly browser: Browser; readonly answer: Readonly<Record<string, string>> }> {
  const page = await browser.get(authorizeUrl(base, app, parameters))
  const answered: PageView = await browser.signIn(page, person.login, PASSWORD)
  return { browser, answer: answerOf(answered) }
}

/** Redeems a code. */
export const redeem = (
  base: string,
  { clientId, secret }: Pick<SignInApp, 'clientId' | 'secret'>,
  code: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  post(
    `${base}/v1/token`,
    { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, ...fields },
    { authorization: basic(clientId, secret) },
  )

/** What a JWT says, unverified. */
export function payloadOf(token: string): Json {
  const [, payload = ''] = token.split('.')
  return JSON.parse(
    new TextDecoder().decode(Uint8Array.fromBase64(payload, { alphabet: 'base64url' })),
  ) as Json
}

export async function pkce(): Promise<{ readonly verifier: string; readonly challenge: string }> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return { verifier, challenge: base64url(new Uint8Array(digest)) }
}
