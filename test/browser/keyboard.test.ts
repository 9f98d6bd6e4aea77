/** The whole way by keyboard, with the focus always to be seen, and the whole way without script. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest'
import { authorizeUrl, org, PASSWORD, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import { aContext, atApp, expectNobody, launch, pathOf, signIn } from './support/visitor.ts'

const origin = inject('origin')
let browser: Browser
let context: BrowserContext
let party: RelyingParty
let app: App
let person: Person
let required: string
let optional: string

beforeAll(async () => {
  browser = await launch()
  party = await RelyingParty.start()
  app = await org().app([party.callback], {
    consent_method: 'REQUIRED',
    tos_uri: 'https://atlas.example/terms',
  })
  person = await org().person()
  required = await org().scope({ displayName: 'Read', consent: 'REQUIRED' })
  optional = await org().scope({ displayName: 'Write', consent: 'REQUIRED', optional: true })
})

afterAll(async () => {
  await browser.close()
  party.stop()
})

afterEach(() => context.close())

const open = (): string =>
  authorizeUrl(
    origin,
    app,
    party.callback,
    {
      scope: `openid ${required} ${optional}`,
      response_type: 'token id_token',
      prompt: 'consent',
    },
    'default',
  )

const given = (page: Page): readonly string[] =>
  (new URLSearchParams(new URL(page.url()).hash.slice(1)).get('scope') ?? '').split(' ').sort()

/** What has the focus: its id, name or text. It must be seen to have it. */
async function focused(page: Page): Promise<string> {
  const [name, width, style, color] = await page.evaluate<
    [string, string, string, string]
  >(`(() => {
    const { activeElement: at } = document
    const { outlineWidth, outlineStyle, outlineColor } = getComputedStyle(at)
    return [at.id || at.name || at.textContent, outlineWidth, outlineStyle, outlineColor]
  })()`)
  expect({ name, style }).toEqual({ name, style: 'solid' })
  expect(Number.parseFloat(width)).toBeGreaterThanOrEqual(2)
  expect(color).not.toMatch(/transparent|, 0\)/)
  return name
}

async function tabTo(page: Page, name: string): Promise<readonly string[]> {
  const passed: string[] = []
  while (passed.at(-1) !== name && passed.length < 10) {
    await page.keyboard.press('Tab')
    passed.push(await focused(page))
  }
  return passed
}

it('keys alone bring somebody from the sign-in page through consent to the app, and out again', async () => {
  context = await aContext(browser)
  const page = await context.newPage()
  await page.goto(open())
  expect(await focused(page)).toBe('identifier')
  await page.keyboard.type(person.login)
  expect(await tabTo(page, 'password')).toEqual(['password'])
  await page.keyboard.type(PASSWORD)
  expect(await tabTo(page, 'Terms')).toEqual(['signin-submit', 'Terms'])
  await page.keyboard.press('Shift+Tab')
  expect(await focused(page)).toBe('signin-submit')
  await page.keyboard.press('Space')
  await page.waitForSelector('#consent-allow')
  expect(await tabTo(page, 'scope')).toEqual(['scope'])
  await page.keyboard.press('Space')
  expect(await tabTo(page, 'consent-allow')).toEqual(['consent-deny', 'consent-allow'])
  await page.keyboard.press('Enter')
  await atApp(page)
  expect(given(page)).toEqual(['openid', required].sort())
  await page.goto(`${origin}/oauth2/default/v1/logout`)
  expect(await tabTo(page, 'logout-confirm')).toEqual(['logout-confirm'])
  await page.keyboard.press('Enter')
  await page.waitForSelector('#signed-out')
  await expectNobody(context, origin)
})

it('without script somebody mistypes, signs in, gives consent and signs out', async () => {
  context = await aContext(browser, { javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(open())
  await signIn(page, person.login, 'not-the-password')
  await page.waitForSelector('[role=alert]')
  await page.fill('input[name=password]', PASSWORD)
  await page.click('#signin-submit')
  await page.waitForSelector('#consent-allow')
  await page.uncheck(`input[name=scope][value="${optional}"]`)
  await page.click('#consent-allow')
  await atApp(page)
  expect(given(page)).toEqual(['openid', required].sort())
  await page.goto(`${origin}/oauth2/default/v1/logout`)
  await page.click('#logout-confirm')
  await page.waitForSelector('#signed-out')
  expect(pathOf(page)).toBe('/signout')
  await expectNobody(context, origin)
})
