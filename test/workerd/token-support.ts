/** What apps do with their tokens: from a sign-in to a token response, then refresh, ask, revoke and read. */
import { expect } from 'vitest'
import { answerOf, Browser, type PageView } from './browser.ts'
import {
  authorizeUrl,
  PASSWORD,
  PEOPLE_GRANTS,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import {
  answered,
  aRule,
  aServer,
  basic,
  post,
  send,
  type Json,
  type TestServer,
} from './support.ts'

type Parameters = Readonly<Record<string, string>>

/** A rule that lets people in; `conditions` and `token` change a part of it. */
export const peopleRule = ({ conditions = {}, token = {}, ...rest }: Json = {}): Json => {
  const rule = aRule()
  return {
    ...rule,
    conditions: {
      ...rule['conditions'],
      grantTypes: { include: PEOPLE_GRANTS },
      ...conditions,
    },
    actions: { token: { ...rule['actions']['token'], ...token } },
    ...rest,
  }
}

/** A custom server that people are let in to. */
export const aPeopleServer = (
  options: { readonly scopes?: readonly Json[]; readonly rule?: Json; readonly alg?: string } = {},
): Promise<TestServer> => aServer({ ...options, rule: peopleRule(options.rule) })

/** Signs in, wherever that leads: to the consent page or back to the app. */
export async function arrived(
  base: string,
  app: Pick<SignInApp, 'clientId'>,
  person: Pick<TestPerson, 'login'>,
  parameters: Parameters = {},
  browser = new Browser(),
): Promise<PageView> {
  const view = await browser.get(authorizeUrl(base, app, parameters))
  return view.html.includes('id="signin-submit"')
    ? browser.signIn(view, person.login, PASSWORD)
    : view
}

/** The tokens of a person who signs in. */
export async function tokensFor(
  base: string,
  app: SignInApp,
  person: Pick<TestPerson, 'login'>,
  parameters: Parameters = {},
  browser = new Browser(),
): Promise<Json> {
  const { code = '' } = answerOf(await arrived(base, app, person, parameters, browser))
  const [status, tokens] = await answered(await redeem(base, app, code))
  expect([status, tokens]).toEqual([200, expect.objectContaining({ token_type: 'Bearer' })])
  return tokens
}

type Credentials = Pick<SignInApp, 'clientId' | 'secret'>

export const refresh = (
  base: string,
  { clientId, secret }: Credentials,
  token: string,
  fields: Parameters = {},
): Promise<Response> =>
  post(
    `${base}/v1/token`,
    { grant_type: 'refresh_token', refresh_token: token, ...fields },
    { authorization: basic(clientId, secret) },
  )

/** The tokens of a refresh that must succeed. */
export async function refreshed(
  base: string,
  app: Credentials,
  token: string,
  fields: Parameters = {},
): Promise<Json> {
  const [status, tokens] = await answered(await refresh(base, app, token, fields))
  expect([status, tokens]).toEqual([200, expect.objectContaining({ token_type: 'Bearer' })])
  return tokens
}

export const introspect = async (
  base: string,
  { clientId, secret }: Credentials,
  token: string,
  fields: Parameters = {},
): Promise<Json> =>
  (
    await answered(
      await post(
        `${base}/v1/introspect`,
        { token, ...fields },
        { authorization: basic(clientId, secret) },
      ),
    )
  )[1]

export const revoke = (
  base: string,
  { clientId, secret }: Credentials,
  token: string,
  fields: Parameters = {},
): Promise<Response> =>
  post(`${base}/v1/revoke`, { token, ...fields }, { authorization: basic(clientId, secret) })

export const userinfo = (base: string, accessToken: string): Promise<Response> =>
  send(`${base}/v1/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } })

/** Status, code and text of a refusal. */
export async function refusalOf(response: Response): Promise<readonly [number, string, string]> {
  const [status, { error, error_description: description }] = await answered(response)
  return [status, error, description]
}

export const REFRESH_REFUSED = [400, 'invalid_grant', 'The refresh token is invalid or expired.']
