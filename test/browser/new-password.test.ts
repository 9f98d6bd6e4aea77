/** Somebody whose password has expired chooses another one: as it looks, by keyboard, and without script. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { complaintsOf } from './support/axe.ts'
import { authorizeUrl, org, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import { aContext, atApp, cookieNames, expectNobody, launch, signIn } from './support/visitor.ts'

const NEW = 'Another-Horse-8-battery'
const folder = process.env['SCREENSHOTS'] ?? ''

const origin = inject('origin')
let browser: Browser
let party: RelyingParty
let app: App
let person: Person
let context: BrowserContext | undefined

beforeAll(async () => {
  browser = await launch()
  party = await RelyingParty.start()
  app = await org().app([party.callback], { label: 'Atlas' })
  if (folder !== '') mkdirSync(folder, { recursive: true })
})

afterAll(async () => {
  await browser.close()
  party.stop()
})

beforeEach(async () => {
  person = await org().person()
  await org().call('POST', `/api/v1/users/${person.id}/lifecycle/expire_password`)
})

afterEach(() => context?.close())

async function asked(options: Parameters<typeof aContext>[1] = {}): Promise<Page> {
  context = await aContext(browser, options)
  const page = await context.newPage()
  await page.goto(authorizeUrl(origin, app, party.callback))
  await signIn(page, person.login)
  await page.waitForSelector('#password-submit')
  return page
}

async function choose(page: Page, first: string, second = first): Promise<void> {
  await page.fill('input[name=newPassword]', first)
  await page.fill('input[name=confirmPassword]', second)
  await page.click('#password-submit')
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  it.each([
    ['small', { width: 320, height: 640 }],
    ['desktop', { width: 1280, height: 900 }],
  ] as const)(
    'axe finds nothing on a %s screen, and nothing is scrolled sideways',
    async (name, viewport) => {
      // prettier-ignore
      const page = await asked({ colorScheme, viewport, reducedMotion: 'reduce' })
      const look = async (state: string): Promise<void> => {
        expect(await complaintsOf(page)).toEqual([])
        const width = await page.evaluate<number>('document.documentElement.scrollWidth')
        expect(width).toBeLessThanOrEqual(viewport.width)
        const path = join(folder, `new-password-${state}-${name}-${colorScheme}.png`)
        if (folder !== '') await page.screenshot({ path, fullPage: true })
      }
      await look('asked')
      await choose(page, 'short')
      await page.waitForSelector('#password-error')
      await look('refused')
    },
  )
})

describe('a link of an administrator', () => {
  it.each(['light', 'dark'] as const)(
    'leads to a page that asks the question and looks well, in %s',
    async (colorScheme) => {
      const recovery_question = { question: 'Which horse?', answer: 'The correct one' }
      await org().call('POST', `/api/v1/users/${person.id}`, {
        credentials: { password: { value: `${NEW}.` }, recovery_question },
      })
      const path = `/api/v1/users/${person.id}/credentials/forgot_password?sendEmail=false`
      const { resetPasswordUrl } = await org().call('POST', path)
      context = await aContext(browser, { colorScheme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.goto(resetPasswordUrl)
      expect(await complaintsOf(page)).toEqual([])
      const shot = (state: string) => page.screenshot({ path: join(folder, `recovery-${state}-${colorScheme}.png`), fullPage: true }) // prettier-ignore
      if (folder !== '') await shot('asked')
      await page.fill('input[name=answer]', 'A wrong one')
      await choose(page, NEW)
      await page.waitForSelector('#password-error')
      expect(await complaintsOf(page)).toEqual([])
      if (folder !== '') await shot('refused')
      await page.fill('input[name=answer]', 'the correct one')
      await choose(page, NEW)
      await page.waitForSelector('#signout-submit')
      expect(await cookieNames(context)).toContain('edgemint_session')
    },
  )
})

describe('a new password', () => {
  it('leads on to the app, by keyboard alone', async () => {
    const page = await asked()
    expect(await page.evaluate('document.activeElement.name')).toBe('newPassword')
    await page.keyboard.type(NEW)
    await page.keyboard.press('Tab')
    await page.keyboard.type(NEW)
    await page.keyboard.press('Enter')
    await atApp(page)
    expect(new URL(page.url()).searchParams.has('code')).toBe(true)
    expect(await cookieNames(context!)).toContain('edgemint_session')
  })

  it('is chosen without script, after one that will not do', async () => {
    const page = await asked({ javaScriptEnabled: false })
    await choose(page, NEW, `${NEW}.`)
    expect(await page.textContent('#password-error')).toContain('not the same')
    await expectNobody(context!, origin)
    await choose(page, NEW)
    await atApp(page)
  })
})
