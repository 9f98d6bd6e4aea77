/**
 * Answers that only those see who get somewhere: pages and redirects after a password, with the cookies that they set.
 * What each has to say to browsers stands in answer-rules.ts, and answer-audit.ts looks; here each is had once.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { audited } from './answer-audit.ts'
import { Browser, hiddenInputs } from './browser.ts'
import { anIdxApp, anIdxServer, begun, introspected } from './idx-support.ts'
import { aSignedInBrowser, aTrustedOrigin, sessionTokenOf } from './session-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, ORG_BASE, PASSWORD, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { made, send } from './support.ts'
import { aPeopleServer, arrived, tokensFor } from './token-support.ts'
import { USERS } from './user-support.ts'

type Had = Pick<Response, 'status' | 'headers'>

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp({ frontchannel_logout_uri: 'https://app.example/out' })
  person = await aPersonWithPassword()
})

/** The answer to an app of a person who is signed in already. */
async function answeredBy(mode: string): Promise<Had> {
  const { browser } = await aSignedInBrowser(person)
  const asked = { response_mode: mode, response_type: 'id_token', nonce: 'n', prompt: 'none' }
  return browser.get(authorizeUrl(ORG_BASE, app, asked))
}

async function consentPage(): Promise<Had> {
  const asking = await aSignInApp({ consent_method: 'REQUIRED' })
  const { issuer } = await aPeopleServer({ scopes: [{ name: 'pay', consent: 'REQUIRED' }] })
  return arrived(issuer, asking, person, { scope: 'pay' })
}

async function logoutFrames(): Promise<Had> {
  const browser = new Browser()
  const { id_token: hint } = await tokensFor(ORG_BASE, app, person, {}, browser)
  return browser.get(`${ORG_BASE}/v1/logout?id_token_hint=${hint}`)
}

async function signIn(): Promise<Had> {
  const browser = new Browser()
  const page = await browser.get(authorizeUrl(ORG_BASE, app))
  return browser.signIn(page, person.login, PASSWORD)
}

async function newPassword(): Promise<Had> {
  const somebody = await aPersonWithPassword()
  await made(200, 'POST', `${USERS}/${somebody.id}/lifecycle/expire_password`)
  const browser = new Browser()
  const page = await arrived(ORG_BASE, app, somebody, {}, browser)
  const chosen = { newPassword: 'Another-Horse-8-battery' }
  const fields = { ...hiddenInputs(page.html), ...chosen, confirmPassword: chosen.newPassword }
  return browser.post('/signin/password', fields)
}

async function sessionRedirect(): Promise<Had> {
  const redirectUrl = await aTrustedOrigin('REDIRECT')
  const query = new URLSearchParams({ token: await sessionTokenOf(person), redirectUrl })
  return new Browser().get(`/login/sessionCookieRedirect?${query.toString()}`)
}

async function interaction(): Promise<Had> {
  const { issuer } = await anIdxServer()
  const begins = await begun(issuer, await anIdxApp())
  const { stateHandle } = await introspected(begins)
  const credentials = { passcode: PASSWORD }
  return begins.page.json('/idp/idx/identify', {
    stateHandle,
    identifier: person.login,
    credentials,
  })
}

async function endOfSession(): Promise<Had> {
  const { cookie } = await aSignedInBrowser(person)
  return send('/api/v1/sessions/me', { method: 'DELETE', headers: { cookie } })
}

const SESSION = /^__Host-edgemint_session=[\w.-]{80,};(?!.*Max-Age)/m
const NO_SESSION = /^__Host-edgemint_session=;.* Max-Age=0$/m
const NOTHING = /^$/

/** What is had, with its status, a part of its policy, and what it does to the session. */
const SUCCESSES: readonly (readonly [string, () => Promise<Had>, number, RegExp, RegExp])[] = [
  ['the consent page', consentPage, 200, /form-action 'self' https:/, NOTHING],
  ['the form to an app', () => answeredBy('form_post'), 200, /script-src 'sha256-.*form-action https:;/, NOTHING], // prettier-ignore
  ['the message to an app', () => answeredBy('okta_post_message'), 200, /frame-ancestors https:\/\/app\.example;/, NOTHING], // prettier-ignore
  ['the frames of a sign-out', logoutFrames, 200, /frame-src https:\/\/app\.example;/, NO_SESSION],
  ['a sign-in', signIn, 303, NOTHING, SESSION],
  ['a new password', newPassword, 303, NOTHING, SESSION],
  ['a session for a session token', sessionRedirect, 303, NOTHING, SESSION],
  ['an interaction', interaction, 200, NOTHING, SESSION],
  ['the end of a session', endOfSession, 204, NOTHING, NO_SESSION],
]

describe('what a success says to browsers', () => {
  it.each(SUCCESSES)('is looked at: %s', async (_, had, status, policy, cookies) => {
    const before = audited.answers
    const { status: is, headers } = await had()
    expect(audited.answers).toBeGreaterThan(before)
    expect(is).toBe(status)
    expect(headers.get('content-security-policy') ?? '').toMatch(policy)
    expect(headers.getSetCookie().join('\n')).toMatch(cookies)
  })
})
