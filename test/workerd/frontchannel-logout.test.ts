/** Who signs out loads a page of each app that took part, on the way to where they go: OpenID Connect Front-Channel Logout 1.0. */
import { beforeAll, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { markupOf, policyOf } from '../unit/support/pages.ts'
import { Browser, hiddenInputs, type PageView } from './browser.ts'
import { aPersonWithPassword, aSignInApp, CALLBACK, ORG_BASE, payloadOf, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { inside } from './subject-support.ts'
import { made, ORIGIN, send, type Json } from './support.ts'
import { aPeopleServer, tokensFor } from './token-support.ts'

const AFTER = 'https://app.example/after'
const issuers = { org: ORIGIN, custom: '' }
const bases = { org: ORG_BASE, custom: '' }
let person: TestPerson
let silent: SignInApp

beforeAll(async () => {
  const { issuer } = await aPeopleServer()
  issuers.custom = issuer
  bases.custom = issuer
  person = await aPersonWithPassword()
  silent = await aSignInApp({ post_logout_redirect_uris: [AFTER] })
})

/** An app with a page at its own origin. */
const anApp = (host: string, settings: Json = {}): Promise<SignInApp> =>
  aSignInApp({
    redirect_uris: [CALLBACK, `https://${host}/callback`],
    frontchannel_logout_uri: `https://${host}/out`,
    post_logout_redirect_uris: [AFTER],
    ...settings,
  })

const tokens = (base: string, app: SignInApp, browser: Browser): Promise<Json> =>
  tokensFor(base, app, person, {}, browser)

const logout = (base: string, browser: Browser, parameters: Record<string, string> = {}) =>
  browser.get(`${base}/v1/logout?${new URLSearchParams(parameters).toString()}`)

const values = ({ html }: PageView, attribute: string): readonly string[] =>
  markupOf(html)
    .attributes.filter(([name]) => name === attribute)
    .map(([, value]) => value)

const framesOf = (page: PageView): readonly string[] => values(page, 'iframe src').toSorted()

const frameSources = ({ headers }: PageView): string | undefined =>
  policyOf(new Response(null, { headers })).get('frame-src')

describe.each(['org', 'custom'] as const)('at the %s server', (kind) => {
  it('oidcc-frontchannel-logout-discovery-endpoint-verification: it says that pages are loaded, and told of the session', async () => {
    const metadata = await send(`${issuers[kind]}/.well-known/openid-configuration`)
    expect(await metadata.json()).toMatchObject({
      end_session_endpoint: `${bases[kind]}/v1/logout`,
      frontchannel_logout_supported: true,
      frontchannel_logout_session_supported: true,
    })
  })

  it('oidcc-frontchannel-rp-initiated-logout: the page of the app is loaded with iss and sid, and then the browser goes on', async () => {
    const app = await anApp('rp.example', { frontchannel_logout_session_required: true })
    const browser = new Browser()
    const { id_token: hint } = await tokens(bases[kind], app, browser)
    const page = await logout(bases[kind], browser, {
      id_token_hint: hint,
      post_logout_redirect_uri: AFTER,
      state: 'x y&"<',
    })
    const { iss, sid } = payloadOf(hint)
    expect([page.status, page.location, iss]).toEqual([200, null, issuers[kind]])
    expect(page.html).toContain('id="signed-out"')
    const [frame, ...others] = framesOf(page)
    expect(others).toEqual([])
    const { origin, pathname, searchParams } = new URL(frame!)
    expect([origin + pathname, [...searchParams]]).toEqual(['https://rp.example/out', [['iss', iss], ['sid', sid]]]) // prettier-ignore
    expect(frameSources(page)).toBe('https://rp.example')
    const next = `${AFTER}?state=x%20y%26%22%3C`
    expect(values(page, 'meta content')).toContain(`0;url=${next}`)
    expect(values(page, 'a href')).toContain(next)
  })
})

describe('pages of apps', () => {
  it('are loaded of every app that took part and wants it, told of the session only where it asks for that', async () => {
    const query = 'https://two.example/out?of=org'
    const apps = [
      await anApp('one.example'),
      await anApp('two.example', { frontchannel_logout_uri: query, frontchannel_logout_session_required: true }), // prettier-ignore
      await anApp('three.example', { participate_slo: true }),
      await anApp('four.example', { participate_slo: false }),
      silent,
    ]
    await anApp('five.example')
    const browser = new Browser()
    let sid = ''
    for (const app of apps) ({ sid } = payloadOf((await tokens(ORG_BASE, app, browser))['id_token']) as { sid: string }) // prettier-ignore
    const page = await logout(ORG_BASE, browser)
    const done = await browser.post('/signout', hiddenInputs(page.html))
    expect(framesOf(done)).toEqual([
      'https://one.example/out',
      'https://three.example/out',
      `${query}&iss=${encodeURIComponent(ORIGIN)}&sid=${sid}`,
    ])
    expect(new Set(frameSources(done)?.split(' '))).toEqual(new Set(['one', 'two', 'three'].map((name) => `https://${name}.example`))) // prettier-ignore
    expect(values(done, 'meta http-equiv')).toEqual([])
    expect(done.html).toContain('Sign in again')
  })

  it('are told of the issuer that the app knows, once for each', async () => {
    const app = await anApp('rp.example', { frontchannel_logout_session_required: true })
    const browser = new Browser()
    for (const base of Object.values(bases)) await tokens(base, app, browser)
    const home = await browser.get('/signin')
    const done = await browser.post('/signout', hiddenInputs(home.html))
    const told = framesOf(done).map((uri) => new URL(uri).searchParams.get('iss'))
    expect(new Set(told)).toEqual(new Set(Object.values(issuers)))
  })

  it('are not loaded of apps that are inactive, or where nobody was signed in', async () => {
    const app = await anApp('rp.example')
    const browser = new Browser()
    const { id_token: hint } = await tokens(ORG_BASE, app, browser)
    await tokens(ORG_BASE, silent, browser)
    const back = { id_token_hint: hint as string, post_logout_redirect_uri: AFTER }
    expect((await logout(ORG_BASE, new Browser(), back)).location).toBe(AFTER)
    await made(200, 'POST', `/api/v1/apps/${app.id}/lifecycle/deactivate`)
    const page = await logout(ORG_BASE, browser)
    expect(framesOf(await browser.post('/signout', hiddenInputs(page.html)))).toEqual([])
  })

  it('hold up nobody where no app has one', async () => {
    const browser = new Browser()
    const { id_token: hint } = await tokens(ORG_BASE, silent, browser)
    const back = { id_token_hint: hint as string, post_logout_redirect_uri: AFTER }
    expect((await logout(ORG_BASE, browser, back)).location).toBe(AFTER)
  })

  it('are as many as the bound says', async () => {
    const browser = new Browser()
    const app = await anApp('rp.example')
    await tokens(ORG_BASE, app, browser)
    for (let at = 0; at <= limits.logoutFramesMax; at++) {
      const { clientId } = await anApp('rp.example', { frontchannel_logout_uri: `https://rp.example/${at}` }) // prettier-ignore
      await inside(person.id, `INSERT INTO participants SELECT DISTINCT sid, 'org', '${clientId}' FROM participants WHERE client_id = '${app.clientId}'`) // prettier-ignore
    }
    const home = await browser.get('/signin')
    const done = await browser.post('/signout', hiddenInputs(home.html))
    expect(framesOf(done)).toHaveLength(limits.logoutFramesMax)
  })

  it('cannot lead the browser elsewhere, or learn where it was', async () => {
    const app = await anApp('rp.example')
    const browser = new Browser()
    const { id_token: hint } = await tokens(ORG_BASE, app, browser)
    const page = await logout(ORG_BASE, browser, { id_token_hint: hint })
    expect(values(page, 'iframe sandbox')).toEqual(['allow-scripts allow-same-origin allow-forms'])
    expect(values(page, 'iframe referrerpolicy')).toEqual(['no-referrer'])
  })
})
