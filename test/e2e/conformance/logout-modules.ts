/**
 * Modules of the RP-initiated logout plan: who is sent back to the app and with what, and who is not. Back-channel and
 * front-channel modules stand with `test/workerd/backchannel-logout.test.ts` and `frontchannel-logout.test.ts`.
 */
import { randomBytes } from 'node:crypto'
import { generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../../json.ts'
import { isSignIn, type Browser, type PageView } from './browser.ts'
import { expectMetadata } from './checker.ts'
import { anApp, type Deployment, type Kind } from './deployment.ts'
import { planOf } from './plan.ts'
import { expectErrorPage, type Parameters, type RelyingParty } from './relying-party.ts'

const BACK = 'https://rp.conformance.example/signed-out'

const isQuestion = ({ html }: PageView): boolean => html.includes('id="logout-confirm"')

const isSignedOutPage = ({ status, html, location }: PageView): boolean =>
  status === 200 && location === null && html.includes('id="signed-out"')

/** As long as the suite makes it. */
const aState = (): string => randomBytes(64).toString('hex')

interface Visit {
  readonly browser: Browser
  readonly hint: string
  readonly claims: Json
}

export function logoutModules(deployed: () => Deployment, kind: Kind): void {
  const plan = planOf(deployed, kind, 'query')
  let party: RelyingParty

  beforeAll(async () => {
    const registered = { post_logout_redirect_uris: [BACK] }
    const app = await anApp(plan.deployment, 'client_secret_basic', registered)
    party = plan.party.with({ app })
  })

  /** Somebody who is signed in to the app. */
  async function signedIn(): Promise<Visit> {
    const browser = party.browser()
    const { tokens, claims } = await party.complete(browser, plan.person)
    return { browser, hint: tokens['id_token'], claims }
  }

  const logout = (browser: Browser, parameters: Parameters): Promise<PageView> => {
    const url = new URL(party.metadata.end_session_endpoint!)
    url.search = new URLSearchParams(parameters).toString()
    return browser.get(url)
  }

  const expectNobody = async (browser: Browser): Promise<void> => {
    await party.refused(browser, { prompt: 'none' }, 'login_required')
  }

  /** The session is as it was. */
  const expectStillSignedIn = async (browser: Browser): Promise<void> => {
    const { pages } = await party.complete(browser, plan.person, { prompt: 'none' })
    expect(pages).toEqual([])
  }

  it('[RP-Initiated-Logout-2.1] oidcc-rp-initiated-logout-discovery-endpoint-verification: it says where to sign out', () => {
    const { metadata, issuer } = party
    expectMetadata(metadata as Json, issuer)
    expect(metadata.end_session_endpoint).toMatch(/^https:\/\/[^?#]+$/)
  })

  it('[RP-Initiated-Logout-3] oidcc-rp-initiated-logout: the person comes back with the state to the letter, signed out', async () => {
    const { browser, hint } = await signedIn()
    const state = aState()
    const asked = { id_token_hint: hint, post_logout_redirect_uri: BACK, state }
    const page = await logout(browser, asked)
    expect([page.status, page.location]).toEqual([303, `${BACK}?state=${state}`])
    await expectNobody(browser)
  })

  it('[RP-Initiated-Logout-3] oidcc-rp-initiated-logout-no-state: no state comes that was not sent', async () => {
    const { browser, hint } = await signedIn()
    const page = await logout(browser, { id_token_hint: hint, post_logout_redirect_uri: BACK })
    expect([page.status, page.location]).toEqual([303, BACK])
    await expectNobody(browser)
  })

  it.each([
    ['oidcc-rp-initiated-logout-bad-post-logout-redirect-uri', `${BACK}/${aState()}`],
    ['oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri', `${BACK}?foo=bar`],
  ])('[RP-Initiated-Logout-3] %s: nobody is sent there', async (_, uri) => {
    const { browser, hint } = await signedIn()
    const asked = { id_token_hint: hint, post_logout_redirect_uri: uri, state: aState() }
    expectErrorPage(await logout(browser, asked), 'invalid_request', 'post_logout_redirect_uri')
    await expectStillSignedIn(browser)
  })

  describe.each([
    [
      'oidcc-rp-initiated-logout-modified-id-token-hint',
      ({ hint }: Visit): string => {
        const header = Buffer.from('{"alg":"none"}').toString('base64url')
        return `${header}.${hint.split('.')[1]}.`
      },
    ],
    [
      'oidcc-rp-initiated-logout-bad-id-token-hint',
      async ({ claims }: Visit): Promise<string> => {
        const { privateKey } = await generateKeyPair('RS256')
        return new SignJWT({ ...claims, iss: party.app.clientId, aud: party.issuer })
          .setProtectedHeader({ alg: 'RS256' })
          .sign(privateKey)
      },
    ],
  ])('%s', (module, changed) => {
    it(`[RP-Initiated-Logout-4] ${module}: who cannot be known by it is not believed`, async () => {
      const visit = await signedIn()
      const page = await logout(visit.browser, {
        id_token_hint: await changed(visit),
        post_logout_redirect_uri: BACK,
        state: aState(),
      })
      expectErrorPage(page, 'invalid_request', 'id_token_hint')
      await expectStillSignedIn(visit.browser)
    })
  })

  it('[RP-Initiated-Logout-3] oidcc-rp-initiated-logout-no-id-token-hint: nobody is sent to the URI of whoever asked', async () => {
    const { browser } = await signedIn()
    const page = await logout(browser, { post_logout_redirect_uri: BACK, state: aState() })
    expectErrorPage(page, 'invalid_request', 'post_logout_redirect_uri')
    await expectStillSignedIn(browser)
  })

  it.each([
    ['oidcc-rp-initiated-logout-no-params', false, false],
    ['oidcc-rp-initiated-logout-only-state', false, true],
    ['oidcc-rp-initiated-logout-no-post-logout-redirect-uri', true, true],
  ])('[RP-Initiated-Logout-2] %s: it ends at a page of the server', async (_, hinted, stated) => {
    const { browser, hint } = await signedIn()
    const state = aState()
    const page = await logout(browser, {
      ...(hinted && { id_token_hint: hint }),
      ...(stated && { state }),
    })
    expect(isQuestion(page)).toBe(!hinted)
    const left = hinted ? page : await browser.submit(page, {})
    expect([isSignedOutPage(left), left.html.includes(state)]).toEqual([true, false])
    await expectNobody(browser)
    expect(isSignIn(await browser.get(party.url(party.parameters())))).toBe(true)
  })
}
