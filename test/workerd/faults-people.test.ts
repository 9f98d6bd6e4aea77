/** What people and their pages see while storage fails: that they come again, never that they or their password are wrong. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Browser, hiddenInputs } from './browser.ts'
import { expectWarm, type Call, type Row } from './fault-matrix.ts'
import { anIdxApp, begun, codeOf, introspected, PAGE, type Page } from './idx-support.ts'
import { aPersonWithQuestion, RECOVERY, recoveryTokenOf } from './recovery-support.ts' // prettier-ignore
import { cookieOf, sessionTokenOf } from './session-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  CALLBACK,
  ORG_BASE,
  PASSWORD,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, ORIGIN, type Json } from './support.ts'
import { aPeopleServer } from './token-support.ts'

let app: SignInApp
let widget: SignInApp
let person: TestPerson
/** Somebody else, who stays signed in however often the first one signs in. */
let browser: Browser
let base: string

beforeAll(async () => {
  app = await aSignInApp({ consent_method: 'REQUIRED' })
  widget = await anIdxApp()
  person = await aPersonWithPassword()
  browser = await signedIn(await aPersonWithPassword())
  base = (await aPeopleServer({ scopes: [{ name: 'pay', consent: 'REQUIRED' }] })).issuer
})

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
})

async function signedIn({ login } = person): Promise<Browser> {
  const one = new Browser()
  await one.signIn(await one.get('/signin'), login, PASSWORD)
  return one
}

const form = (path: string, fields: Readonly<Record<string, string>>, of: Browser): Call => [
  path,
  {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: cookieOf(of) },
    body: new URLSearchParams(fields).toString(),
  },
]

const json = (path: string, body: Json, headers: Record<string, string> = {}): Call => [
  path,
  {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  },
]

const inBrowser = (of: Browser): RequestInit => ({ headers: { cookie: cookieOf(of) } })

const idx = ({ browser: of }: Page, call: string, body: Json): Call =>
  json(`/idp/idx/${call}`, body, { origin: PAGE, cookie: cookieOf(of) })

const session = (response: Response): void => {
  expect(response.headers.getSetCookie().join()).toContain('edgemint_session=')
}

const hasStatus =
  (status: string) =>
  async (response: Response): Promise<void> => {
    expect((await answered(response))[1]).toHaveProperty('status', status)
  }

const ROWS: readonly Row[] = [
  {
    name: 'the sign-in page',
    needs: [],
    begin: async () => () => ['/signin'],
  },
  {
    name: 'a sign-in at the page',
    hashes: true,
    needs: ['DB', 'LEDGER', 'SUBJECT', 'THROTTLE'],
    status: 303,
    async begin() {
      const one = new Browser()
      const { html } = await one.get('/signin')
      const fields = { ...hiddenInputs(html), identifier: person.login, password: PASSWORD }
      return () => form('/signin', fields, one)
    },
    good: session,
    // The page comes anew: somebody has signed in with that one.
    begunAgain: ({ status, headers }) =>
      status === 303 && headers.get('location') === `${ORIGIN}/signin`,
  },
  {
    name: 'a decision at the consent page',
    silentLater: true,
    needs: ['DB', 'SUBJECT'],
    status: 303,
    async begin() {
      const { html } = await browser.get(
        authorizeUrl(base, app, { scope: 'pay', prompt: 'consent' }),
      )
      const fields = { ...hiddenInputs(html), decision: 'allow' }
      return () => form('/consent', fields, browser)
    },
    good(response) {
      expect(response.headers.get('location')).toMatch(/[?&]code=/)
    },
    begunAgain: ({ status }) => status === 400,
  },
  {
    name: 'logout, which asks',
    needs: ['SUBJECT'],
    begin: async () => () => ['/oauth2/v1/logout', inBrowser(browser)],
  },
  {
    name: 'a sign-out at the page',
    hashes: true,
    needs: ['DB', 'SUBJECT'],
    status: 200,
    async begin() {
      const one = await signedIn()
      const { html } = await one.get('/oauth2/v1/logout')
      const fields = hiddenInputs(html)
      return () => form('/signout', fields, one)
    },
  },
  {
    name: 'interact',
    needs: [],
    async begin() {
      const fields = { client_id: widget.clientId, scope: 'openid', redirect_uri: CALLBACK, code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' } // prettier-ignore
      return () => form(`${ORG_BASE}/v1/interact`, fields, new Browser())
    },
  },
  {
    name: 'idx/introspect',
    needs: ['LEDGER'],
    async begin() {
      const { page, interactionHandle } = await begun(ORG_BASE, widget)
      return () => idx(page, 'introspect', { interactionHandle })
    },
  },
  {
    name: 'idx/identify with a password',
    hashes: true,
    needs: ['DB', 'LEDGER', 'SUBJECT', 'THROTTLE'],
    async begin() {
      const interaction = await begun(ORG_BASE, widget)
      const { stateHandle } = await introspected(interaction)
      const body = { stateHandle, identifier: person.login, credentials: { passcode: PASSWORD } }
      return () => idx(interaction.page, 'identify', body)
    },
    async good(response) {
      expect(codeOf((await answered(response))[1])).toEqual(expect.any(String))
    },
    begunAgain: ({ status }) => status === 401,
  },
  {
    name: 'authn',
    hashes: true,
    needs: ['DB', 'SUBJECT', 'THROTTLE'],
    begin: async () => () => json('/api/v1/authn', { username: person.login, password: PASSWORD }),
    good: hasStatus('SUCCESS'),
  },
  {
    name: 'sessions: one for a session token',
    hashes: true,
    needs: ['DB', 'SUBJECT'],
    async begin() {
      const sessionToken = await sessionTokenOf(person)
      return () => json('/api/v1/sessions', { sessionToken })
    },
    begunAgain: ({ status }) => status === 401,
  },
  {
    name: 'sessions: who I am',
    needs: ['SUBJECT'],
    begin: async () => () => ['/api/v1/sessions/me', inBrowser(browser)],
    good: hasStatus('ACTIVE'),
  },
  {
    name: 'sessions: the end of mine',
    hashes: true,
    needs: ['DB', 'SUBJECT'],
    status: 204,
    begunAgain: ({ status }) => status === 404,
    async begin() {
      const one = await signedIn()
      return () => ['/api/v1/sessions/me', { method: 'DELETE', ...inBrowser(one) }]
    },
  },
  {
    name: 'recovery: a token is exchanged',
    hashes: true,
    needs: ['DB', 'SUBJECT'],
    async begin() {
      const recoveryToken = await recoveryTokenOf(await aPersonWithQuestion())
      return () => json(`${RECOVERY}/token`, { recoveryToken })
    },
    begunAgain: ({ status }) => status === 401,
    good: hasStatus('RECOVERY'),
  },
]

describe.each(ROWS)('$name', (row) => {
  it('is asked to come again, or answered, and goes on afterwards', () => expectWarm(row))
})
