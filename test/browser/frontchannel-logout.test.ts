/** Signing out at one app signs out of the others in the same browser: pages of theirs are loaded on the way. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { authorizeUrl, org, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import { aContext, atApp, cookieNames, expectNobody, launch, signIn } from './support/visitor.ts'

const origin = inject('origin')
let browser: Browser
let context: BrowserContext
let page: Page
const parties: RelyingParty[] = []
let person: Person

beforeAll(async () => {
  browser = await launch()
  parties.push(await RelyingParty.start(), await RelyingParty.start())
  person = await org().person()
})

afterAll(async () => {
  await browser.close()
  for (const party of parties) party.stop()
})

afterEach(() => context.close())

/** An app of each party, whose pages are loaded at the paths. */
const appsAt = (paths: readonly [string, string]): Promise<readonly App[]> =>
  Promise.all(
    parties.map((party, at) =>
      org().app([party.callback], {
        post_logout_redirect_uris: [`${party.origin}/signed-out`],
        frontchannel_logout_uri: party.origin + paths[at]!,
        frontchannel_logout_session_required: true,
      }),
    ),
  )

/** Somebody who is signed in to every app in one session, of which each has a cookie; the ID token of the first. */
async function signedIn(apps: readonly App[], javaScriptEnabled: boolean): Promise<string> {
  context = await aContext(browser, { javaScriptEnabled })
  page = await context.newPage()
  let idToken = ''
  for (const [at, app] of apps.entries()) {
    await page.goto(authorizeUrl(origin, app, parties[at]!.callback, { response_type: 'id_token' }))
    if (at === 0) await signIn(page, person.login)
    await atApp(page)
    if (at === 0) idToken = new URLSearchParams(new URL(page.url()).hash.slice(1)).get('id_token')!
    await page.goto(`${parties[at]!.origin}/logged-in`)
  }
  return idToken
}

function logoutUrl(idToken: string): string {
  const query = new URLSearchParams({
    id_token_hint: idToken,
    post_logout_redirect_uri: `${parties[0]!.origin}/signed-out`,
    state: 'bye',
  })
  return `${origin}/oauth2/v1/logout?${query.toString()}`
}

const sidOf = (idToken: string): unknown =>
  (JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString()) as { sid: unknown }).sid

describe.each([
  ['with script', true],
  ['without script', false],
])('%s', (_, hasScript) => {
  it('[OIDC-Front-Channel-3] every app is told of the session in its frame, and the browser goes on', async () => {
    const idToken = await signedIn(await appsAt(['/log-out', '/log-out']), hasScript)
    expect(await cookieNames(context)).toContain('here')
    await page.goto(logoutUrl(idToken))
    await atApp(page, '/signed-out')
    expect(parties[0]!.last('/signed-out')?.parameters).toEqual({ state: 'bye' })
    for (const party of parties)
      expect(party.last('/log-out')?.parameters).toEqual({ iss: origin, sid: sidOf(idToken) })
    // Both are on one host, which has one cookie.
    expect(await cookieNames(context)).not.toContain('here')
    if (hasScript) expect(await page.evaluate(`localStorage.getItem('logged-out')`)).toBe('yes')
    await expectNobody(context, origin)
  })

  it('an app that leads its frame elsewhere gets nowhere, and holds up nobody', async () => {
    parties[1]!.onwardsTo = `http://127.0.0.1:${parties[0]!.port}/landed`
    const idToken = await signedIn(await appsAt(['/log-out', '/onwards']), hasScript)
    await page.goto(logoutUrl(idToken))
    await atApp(page, '/signed-out')
    expect(parties[1]!.last('/onwards')?.parameters).toMatchObject({ iss: origin })
    expect(parties[0]!.last('/landed')).toBeUndefined()
  })
})

it('an app that never answers keeps the browser for a while only', async () => {
  const idToken = await signedIn(await appsAt(['/log-out', '/silence']), true)
  await page.goto(logoutUrl(idToken), { waitUntil: 'commit' })
  await atApp(page, '/signed-out')
})

it('without script, a link leads on past an app that never answers', async () => {
  const idToken = await signedIn(await appsAt(['/log-out', '/silence']), false)
  await page.goto(logoutUrl(idToken), { waitUntil: 'commit' })
  await page.click('#signed-out-continue', { noWaitAfter: true })
  await atApp(page, '/signed-out')
})
