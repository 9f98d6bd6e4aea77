/** Answers that pages bring to the app: a form that is posted, and messages between windows. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { authorizeUrl, org, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import { aContext, atApp, launch, signIn } from './support/visitor.ts'

const origin = inject('origin')
let browser: Browser
let context: BrowserContext
let page: Page
let party: RelyingParty
let stranger: RelyingParty
let app: App
let person: Person

beforeAll(async () => {
  browser = await launch()
  party = await RelyingParty.start()
  stranger = await RelyingParty.start()
  party.onwardsTo = `${stranger.origin}/landed`
  app = await org().app([party.callback, `${party.origin}/onwards`])
  person = await org().person()
})

afterAll(async () => {
  await browser.close()
  party.stop()
  stranger.stop()
})

beforeEach(async () => {
  context = await aContext(browser)
  page = await context.newPage()
})

afterEach(() => context.close())

const open = (parameters: Readonly<Record<string, string>>, redirectUri = party.callback): string =>
  authorizeUrl(origin, app, redirectUri, parameters)

describe('form_post', () => {
  it('[OAuth-Form-Post-2] arrives at the callback by itself', async () => {
    await page.goto(open({ response_mode: 'form_post', state: 'a "b" <c>&d' }))
    await signIn(page, person.login)
    await atApp(page)
    expect(party.last()).toMatchObject({
      method: 'POST',
      parameters: { code: expect.any(String), state: 'a "b" <c>&d', iss: origin },
    })
    expect(new URL(page.url()).search).toBe('')
  })

  it('[OAuth-Form-Post-2] arrives by its button where there is no script', async () => {
    const plain = await aContext(browser, { javaScriptEnabled: false })
    const tab = await plain.newPage()
    await tab.goto(open({ response_mode: 'form_post', state: 'by-button' }))
    await signIn(tab, person.login)
    await tab.click('text=Continue')
    await atApp(tab)
    expect(party.last()).toMatchObject({ method: 'POST', parameters: { state: 'by-button' } })
    await plain.close()
  })

  it('an error arrives the same way', async () => {
    await page.goto(open({ response_mode: 'form_post', prompt: 'none' }))
    await atApp(page)
    expect(party.last()).toMatchObject({
      method: 'POST',
      parameters: { error: 'login_required' },
    })
  })

  it('goes on to another origin when the callback leads there', async () => {
    await page.goto(open({ response_mode: 'form_post' }, `${party.origin}/onwards`))
    await signIn(page, person.login)
    await atApp(page, '/landed')
    expect(new URL(page.url()).origin).toBe(stranger.origin)
  })
})

interface Message {
  readonly origin: string
  readonly data: Readonly<Record<string, string>>
}

const messages = (window: Page = page): Promise<readonly Message[]> => window.evaluate('messages')

const MESSAGE = {
  response_mode: 'okta_post_message',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}

describe('okta_post_message', () => {
  /** The page that opens others; signed in already where `isSignedIn`. */
  async function opener(at: RelyingParty, isSignedIn: boolean): Promise<void> {
    if (isSignedIn) {
      await page.goto(open({}))
      await signIn(page, person.login)
      await atApp(page)
    }
    await page.goto(`${at.origin}/opener`)
  }

  const popup = async (url: string): Promise<Page> => {
    const opened = page.waitForEvent('popup')
    await page.evaluate(`openPopup(${JSON.stringify(url)})`)
    return opened
  }

  it('reaches the page around its frame', async () => {
    await opener(party, true)
    await page.evaluate(
      `openFrame(${JSON.stringify(open({ ...MESSAGE, prompt: 'none', state: 'f' }))})`,
    )
    await expect.poll(messages).toHaveLength(1)
    expect(await messages()).toEqual([
      { origin, data: expect.objectContaining({ state: 'f', code: expect.any(String) }) },
    ])
  })

  it('brings an error to the page around its frame when nobody is signed in', async () => {
    await opener(party, false)
    await page.evaluate(`openFrame(${JSON.stringify(open({ ...MESSAGE, prompt: 'none' }))})`)
    await expect.poll(messages).toHaveLength(1)
    expect(await messages()).toMatchObject([{ origin, data: { error: 'login_required' } }])
  })

  it('reaches the page that opened its popup, after a sign-in there', async () => {
    await opener(party, false)
    const window = await popup(open({ ...MESSAGE, state: 'p' }))
    await signIn(window, person.login)
    await expect.poll(messages).toHaveLength(1)
    expect(await messages()).toEqual([
      { origin, data: expect.objectContaining({ state: 'p', code: expect.any(String) }) },
    ])
  })

  it('is not shown in the frame of another origin, which hears nothing', async () => {
    await opener(stranger, true)
    await page.evaluate(`openFrame(${JSON.stringify(open({ ...MESSAGE, prompt: 'none' }))})`)
    await expect.poll(() => page.frames()[1]?.url()).toMatch(/^chrome-error:/)
    expect(await messages()).toEqual([])
  })

  it('is not heard by another origin that opened its popup', async () => {
    await opener(stranger, true)
    const window = await popup(open({ ...MESSAGE, prompt: 'none' }))
    await window.waitForSelector('text=All done')
    // A message that this window sends itself arrives after any that was sent before.
    await window.evaluate(`opener.postMessage('afterwards', '*')`)
    await expect.poll(messages).toEqual([{ origin, data: 'afterwards' }])
  })
})
