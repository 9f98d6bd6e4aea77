/** Debian's Apache as a relying party of OpenID Connect, which signs people in as it is documented. */
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { Org, PASSWORD, type Person } from '../browser/support/org.ts'
import type { Json } from '../json.ts'
import type { PageView } from '../e2e/conformance/browser.ts'
import { navigate } from '../e2e/navigation.ts'
import { Visitor } from '../e2e/visitor.ts'
import { startApache } from './support/apache.ts'
import type { Gateway } from './support/gateway.ts'
import { snippet } from './support/snippet.ts'
import { Upstream, type Asked } from './support/upstream.ts'

const org = new Org(inject('origin'))
const issuer = `${inject('origin')}/oauth2/default`
let upstream: Upstream
let apache: Gateway

async function configuration(origin: string): Promise<string> {
  const { clientId, clientSecret } = await org.app([`${origin}/callback`], {
    backchannel_logout_uri: `${origin}/callback?logout=backchannel`,
    post_logout_redirect_uris: [`${origin}/`],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  })
  return snippet('apache-relying-party.conf', [
    ['https://login.example.com/oauth2/default', issuer],
    ['OIDCClientID www', `OIDCClientID ${clientId}`],
    ['exec:/bin/cat /etc/apache2/oidc-client-secret', clientSecret],
    ['exec:/bin/cat /etc/apache2/oidc-passphrase', 'a passphrase of the tests only'],
    ['https://www.example.com', origin],
    ['127.0.0.1:8080', upstream.address],
  ])
}

beforeAll(async () => {
  upstream = await Upstream.start()
  apache = await startApache(configuration, inject('relyingPartyPort'))
})

afterAll(async () => {
  await apache.stop()
  upstream.stop()
})

const account = (): URL => new URL('/account', apache.origin)
const isSignIn = ({ html }: PageView): boolean => html.includes('id="signin-submit"')

/** What the application is asked, after somebody signed in where that is asked for. */
async function arrive(visitor: Visitor, { login }: Person): Promise<Asked> {
  let page = await visitor.get(account().href)
  if (isSignIn(page)) page = await visitor.submit(page, { identifier: login, password: PASSWORD })
  expect([page.status, page.url]).toEqual([200, account().href])
  return JSON.parse(page.html) as Asked
}

/** Where a browser stands that was sent from Apache to sign in, and came back as somebody with the answer. */
interface Returned {
  readonly asked: URL
  /** The cookies that Apache gave it. */
  readonly cookie: string
  readonly callback: URL
}

const locationOf = (response: Response): URL => new URL(response.headers.get('location') ?? '')

const cookieOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((text) => text.split(';')[0])
    .join('; ')

async function comeBack({ login }: Person): Promise<Returned> {
  const sent = await navigate(account())
  const { sessionToken } = (await (
    await fetch(`${inject('origin')}/api/v1/authn`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: login, password: PASSWORD }),
    })
  ).json()) as Json
  const asked = locationOf(sent)
  const url = new URL(asked)
  url.searchParams.set('sessionToken', sessionToken)
  return { asked, cookie: cookieOf(sent), callback: locationOf(await navigate(url)) }
}

const open = async (url: URL, cookie: string): Promise<[number, string | null]> => {
  const response = await navigate(url, { headers: { cookie } })
  return [response.status, response.headers.get('location')]
}

const toSignIn = [302, expect.stringContaining(`${issuer}/v1/authorize?`)]

it('a person signs in, and the application is told who it is', async () => {
  const [visitor, person] = [new Visitor(), await org.person()]
  const { path, headers } = await arrive(visitor, person)
  expect(path).toBe('/account')
  expect(headers).toMatchObject({
    oidc_claim_sub: person.id,
    oidc_claim_email: person.login,
    oidc_claim_name: 'Ada Lovelace',
  })
})

it('people in two browsers are not mistaken for one another', async () => {
  const people = [await org.person(), await org.person()]
  const visitors = people.map((person) => ({ person, visitor: new Visitor() }))
  for (let visit = 0; visit < 2; visit++)
    for (const { person, visitor } of visitors)
      expect((await arrive(visitor, person)).headers['oidc_claim_sub']).toBe(person.id)
})

it('[RFC7636-4.3] it asks for a code that is bound to it, for itself and this browser', async () => {
  const { asked, cookie, callback } = await comeBack(await org.person())
  expect(Object.fromEntries(asked.searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    code_challenge: expect.any(String),
    nonce: expect.any(String),
    state: callback.searchParams.get('state'),
  })
  expect(await open(callback, cookie)).toEqual([302, account().href])
})

it('[RFC6749-10.12] an answer with another state signs nobody in', async () => {
  const { cookie, callback } = await comeBack(await org.person())
  callback.searchParams.set('state', 'another')
  expect(await open(callback, cookie)).toEqual([400, null])
  expect(await open(account(), cookie)).toEqual(toSignIn)
})

it('[RFC6749-10.12] the answer for one browser signs nobody in at another', async () => {
  const [attacker, victim] = [await comeBack(await org.person()), await navigate(account())]
  const cookie = cookieOf(victim)
  expect(await open(attacker.callback, cookie)).toEqual([400, null])
  expect(await open(account(), cookie)).toEqual(toSignIn)
})

it('[RFC9207-2.4] an answer of another issuer signs nobody in', async () => {
  const { cookie, callback } = await comeBack(await org.person())
  callback.searchParams.set('iss', inject('origin'))
  const response = await navigate(callback, { headers: { cookie } })
  expect([response.headers.get('location'), await response.text()]).toEqual([
    null,
    expect.stringContaining('Error'),
  ])
  expect(await open(account(), cookie)).toEqual(toSignIn)
})

it('an answer signs in once', async () => {
  const { cookie, callback } = await comeBack(await org.person())
  expect((await open(callback, cookie))[0]).toBe(302)
  const [status, location] = await open(callback, cookie)
  expect([status, location]).not.toEqual([302, account().href])
})

it('whoever makes a session up signs in first', async () => {
  expect(await open(account(), 'mod_auth_openidc_session=AAAAAAAAAAAAAAAAAAAAAAAAAAA')).toEqual(
    toSignIn,
  )
})

it('script and other sites do not get at the cookie of the session', async () => {
  const { cookie, callback } = await comeBack(await org.person())
  const response = await navigate(callback, { headers: { cookie } })
  const session = response.headers.getSetCookie().find((one) => /_session=\w/.test(one))
  expect(session).toMatch(/; HttpOnly/)
  expect(session).toMatch(/; SameSite=(Lax|Strict)/)
})

it('what is made up about a person does not reach the application', async () => {
  const person = await org.person()
  const { cookie, callback } = await comeBack(person)
  const signedIn = cookieOf(await navigate(callback, { headers: { cookie } }))
  const forged = {
    oidc_claim_sub: 'admin',
    'oidc-claim-sub': 'admin',
    oidc_claim_groups: 'Admins',
    'Oidc-Claim_Groups': 'Admins',
    oidc_access_token: 'another',
  }
  const response = await navigate(account(), { headers: { ...forged, cookie: signedIn } })
  const { headers } = (await response.json()) as Asked
  const told = Object.entries(headers).filter(([name]) => /^oidc[-_]/.test(name))
  expect(
    told.filter(([, value]) => ['admin', 'Admins', 'another'].includes(String(value))),
  ).toEqual([])
  expect(headers['oidc_claim_sub']).toBe(person.id)
})

it.each(['\n', '\r', '\r\n'])('what a person is called makes no header: %j', async (end) => {
  const name = ['Ada', 'OIDC_CLAIM_groups: Admins', '', 'GET /'].join(end)
  const person = await org.person({ firstName: name, lastName: name, nickName: name })
  const { headers } = await arrive(new Visitor(), person)
  expect(headers['oidc_claim_sub']).toBe(person.id)
  expect(
    Object.keys(headers)
      .filter((one) => one.startsWith('oidc_claim_'))
      .toSorted(),
  ).toEqual([
    'oidc_claim_email',
    'oidc_claim_email_verified',
    'oidc_claim_name',
    'oidc_claim_preferred_username',
    'oidc_claim_sub',
  ])
})

it('nobody is sent elsewhere by a sign-in that another site begins', async () => {
  const query = new URLSearchParams({
    iss: issuer,
    target_link_uri: 'https://elsewhere.example/',
  })
  const url = new URL(`/callback?${query.toString()}`, apache.origin)
  const response = await fetch(url, { redirect: 'manual' })
  expect(response.headers.get('location')).toBeNull()
})

it('[RP-Initiated-Logout-2] signing out ends the session here and at the org, and leads back', async () => {
  const [visitor, person] = [new Visitor(), await org.person()]
  await arrive(visitor, person)
  const query = new URLSearchParams({ logout: `${apache.origin}/` })
  const left = await visitor.get(`${apache.origin}/callback?${query.toString()}`)
  expect(left.url).toBe(`${apache.origin}/`)
  expect(isSignIn(await visitor.get(account().href))).toBe(true)
  expect(isSignIn(await visitor.get(`${inject('origin')}/signin`))).toBe(true)
})

it('a session that was signed out is over for whoever kept its cookie', async () => {
  const { cookie, callback } = await comeBack(await org.person())
  const signedIn = cookieOf(await navigate(callback, { headers: { cookie } }))
  expect((await open(account(), signedIn))[0]).toBe(200)
  const query = new URLSearchParams({ logout: `${apache.origin}/` })
  const [status, location] = await open(
    new URL(`/callback?${query.toString()}`, apache.origin),
    signedIn,
  )
  expect([status, location]).toEqual([302, expect.stringContaining(`${issuer}/v1/logout?`)])
  expect(await open(account(), signedIn)).toEqual(toSignIn)
})

it('signing out leads to nobody else', async () => {
  const { cookie, callback } = await comeBack(await org.person())
  const signedIn = cookieOf(await navigate(callback, { headers: { cookie } }))
  const query = new URLSearchParams({ logout: 'https://elsewhere.example/' })
  const url = new URL(`/callback?${query.toString()}`, apache.origin)
  const response = await fetch(url, { redirect: 'manual', headers: { cookie: signedIn } })
  expect([response.headers.get('location'), await response.text()]).toEqual([
    null,
    expect.stringContaining('does not match the hostname'),
  ])
  // What the module sends after its page is not taken for the answer to somebody's next request.
  expect(response.headers.get('connection')).toBe('close')
})

it('[OIDC-Back-Channel-2.5] whoever leaves the org elsewhere is signed out here', async () => {
  const [visitor, person] = [new Visitor(), await org.person()]
  await arrive(visitor, person)
  await visitor.submit(await visitor.get(`${inject('origin')}/oauth2/v1/logout`))
  await expect
    .poll(async () => isSignIn(await visitor.get(account().href)), { timeout: 10_000 })
    .toBe(true)
})
