/** @okta/okta-react, unmodified, in a React app of another site: its `Security` and `LoginCallback`, and signing out. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest'
import { Org, type Person } from './support/org.ts'
import { OtherSite } from './support/other-site.ts'
import { aContext, atApp, expectNobody, launch, signIn } from './support/visitor.ts'

/** Published for pages that load them one by one, each after what it needs. */
const SCRIPTS = [
  'react/umd/react.production.min.js',
  'react-dom/umd/react-dom.production.min.js',
  '@remix-run/router/dist/router.umd.min.js',
  'react-router/dist/umd/react-router.production.min.js',
  'react-router-dom/dist/umd/react-router-dom.production.min.js',
  'compare-versions/index.js',
  '@okta/okta-auth-js/dist/okta-auth-js.min.js',
  '@okta/okta-react/bundles/okta-react.umd.js',
]

/** The app, as its manual has it, but without a compiler for JSX. */
const APP = `
  const { createElement: h } = React
  const { BrowserRouter, Route, Routes, useNavigate } = ReactRouterDOM
  const { LoginCallback, Security, useOktaAuth } = OktaReact
  const oktaAuth = new OktaAuth(JSON.parse(localStorage.settings))
  function Home() {
    const { authState } = useOktaAuth()
    if (authState === null) return null
    const button = (id, onClick) => h('button', { id, onClick }, id)
    if (!authState.isAuthenticated)
      return button('sign-in', () => oktaAuth.signInWithRedirect({ originalUri: '/?tab=orders' }))
    return h('div', null, h('p', null, authState.idToken.claims.name), button('sign-out', () => oktaAuth.signOut()))
  }
  function App() {
    const navigate = useNavigate()
    const restoreOriginalUri = (_, uri) => navigate(uri, { replace: true })
    return h(Security, { oktaAuth, restoreOriginalUri }, h(Routes, null,
      h(Route, { path: '/', element: h(Home) }),
      h(Route, { path: '/callback', element: h(LoginCallback) })))
  }
  ReactDOM.createRoot(document.querySelector('#app')).render(h(BrowserRouter, null, h(App)))
`

const origin = inject('secureOrigin')
const org = new Org(inject('secureListening'))
let browser: Browser
let context: BrowserContext
let page: Page
let site: OtherSite
let person: Person
let clientId: string

beforeAll(async () => {
  site = await OtherSite.start({ scripts: SCRIPTS, atCallback: APP })
  ;({ clientId } = await org.app([site.callback], {
    isPublic: true,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    consent_method: 'REQUIRED',
    post_logout_redirect_uris: [`${site.origin}/signed-out`],
  }))
  person = await org.person()
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  site.stop()
})

beforeEach(async () => {
  context = await aContext(browser, { ignoreHTTPSErrors: true })
  page = await context.newPage()
})

afterEach(() => context.close())

async function open(scopes: readonly string[] = []): Promise<void> {
  await page.goto(site.origin)
  const settings = {
    issuer: `${origin}/oauth2/default`,
    clientId,
    redirectUri: site.callback,
    postLogoutRedirectUri: `${site.origin}/signed-out`,
    scopes: ['openid', 'profile', ...scopes],
  }
  await page.evaluate(
    `localStorage.settings = ${JSON.stringify(JSON.stringify(settings))}; (() => { ${APP} })()`,
  )
}

it('LoginCallback signs in and leads back to where the person was, and signOut signs out of the org', async () => {
  await open(['offline_access'])
  await page.click('#sign-in')
  await page.waitForSelector('#signin-submit')
  await signIn(page, person.login)
  await page.waitForSelector('#sign-out')
  expect([page.url(), await page.innerText('#app p')]).toEqual([
    `${site.origin}/?tab=orders`,
    'Ada Lovelace',
  ])
  await open()
  await page.click('#sign-out')
  await atApp(page, '/signed-out')
  await open()
  await page.waitForSelector('#sign-in')
  await expectNobody(context, origin)
})

it('LoginCallback shows why somebody was refused', async () => {
  await open([await org.scope({ consent: 'REQUIRED' })])
  await page.click('#sign-in')
  await page.waitForSelector('#signin-submit')
  await signIn(page, person.login)
  await page.click('#consent-deny')
  await page.waitForSelector('#app p')
  expect(site.party.last()?.parameters).toMatchObject({ error: 'access_denied' })
  expect(await page.innerText('#app')).toContain('denied the request')
})
