/**
 * Every page as people see it: axe finds nothing in light and dark, and nothing has to be scrolled sideways, from a small
 * phone to a wide screen. With SCREENSHOTS set to a folder, pictures of all of them are left there.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { english } from '../../src/pages/english.ts'
import { german } from '../../src/pages/german.ts'
import { messagePage } from '../../src/pages/message.tsx'
import { complaintsOf } from './support/axe.ts'
import { authorizeUrl, org, type App, type Person } from './support/org.ts'
import { RelyingParty } from './support/relying-party.ts'
import { exhaust, from } from './support/throttling.ts'
import { aContext, launch, signIn } from './support/visitor.ts'

const SIZES = {
  small: { width: 320, height: 640 },
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 900 },
} as const
const SCHEMES = ['light', 'dark'] as const

const ADDRESS = '203.0.113.9'
const folder = process.env['SCREENSHOTS'] ?? ''

const origin = inject('origin')
let browser: Browser
let party: RelyingParty
let app: App
let asking: App
let person: Person
let scopes: string

beforeAll(async () => {
  browser = await launch()
  party = await RelyingParty.start()
  app = await org().app([party.callback, `${party.origin}/nothing`], {
    label: 'Atlas',
    tos_uri: 'https://atlas.example/terms',
    policy_uri: 'https://atlas.example/privacy',
    client_uri: 'https://atlas.example',
    post_logout_redirect_uris: [`${party.origin}/signed-out`],
  })
  asking = await org().app([party.callback], {
    label: 'Donaudampfschifffahrtsgesellschaft Calendar',
    consent_method: 'REQUIRED',
  })
  person = await org().person()
  const made = [
    await org().scope({
      displayName: 'See your calendar',
      description: 'Events, who was invited, and where they take place',
      consent: 'REQUIRED',
    }),
    await org().scope({ consent: 'REQUIRED' }),
    await org().scope({
      displayName: 'Add events to your calendar',
      description: 'Without asking you each time',
      consent: 'REQUIRED',
      optional: true,
    }),
  ]
  scopes = ['openid', ...made].join(' ')
  if (folder !== '') mkdirSync(folder, { recursive: true })
})

afterAll(async () => {
  await browser.close()
  party.stop()
})

const open = (page: Page, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  page.goto(authorizeUrl(origin, app, party.callback, parameters))

const signedIn = async (page: Page): Promise<void> => {
  await page.goto(`${origin}/signin`)
  await signIn(page, person.login)
  await page.waitForSelector('#signout-submit')
}

const atMode = async (page: Page, mode: string): Promise<void> => {
  await signedIn(page)
  await page.goto(authorizeUrl(origin, app, `${party.origin}/nothing`, { response_mode: mode }), {
    waitUntil: 'commit',
  })
}

interface Shown {
  /** What only this page has. */
  readonly has: string
  readonly reach: (page: Page) => Promise<unknown>
  readonly locale?: string
  /** Pictures show its beginning only. */
  readonly isLong?: true
  readonly address?: string
}

const pages: Readonly<Record<string, Shown>> = {
  'sign-in': { has: '#signin-submit', reach: (page) => open(page) },
  'sign-in in German': {
    has: `text=${german.signIn}`,
    locale: 'de-AT',
    reach: (page) => open(page, { ui_locales: 'de' }),
  },
  'sign-in without an app': {
    has: '#signin-submit',
    reach: (page) => page.goto(`${origin}/signin`),
  },
  'sign-in after a wrong password': {
    has: '[role=alert]',
    reach: async (page) => {
      await open(page)
      await signIn(page, person.login, 'not-the-password')
    },
  },
  'sign-in after too many attempts': {
    has: `text=${english.tooManyAttempts}`,
    address: ADDRESS,
    reach: async (page) => {
      await exhaust(origin, ADDRESS)
      await open(page)
      await signIn(page, person.login, 'not-the-password')
    },
  },
  consent: {
    has: '#consent-allow',
    reach: async (page) => {
      await page.goto(authorizeUrl(origin, asking, party.callback, { scope: scopes }, 'default'))
      await signIn(page, person.login)
    },
  },
  'consent in German': {
    has: `text=${german.allow}`,
    locale: 'de-AT',
    reach: async (page) => {
      const asked = { scope: scopes, ui_locales: 'de' }
      await page.goto(authorizeUrl(origin, asking, party.callback, asked, 'default'))
      await signIn(page, person.login)
    },
  },
  'an authorization that is refused': {
    has: '#oauth-error',
    reach: (page) => page.goto(authorizeUrl(origin, app, 'https://elsewhere.example/callback')),
  },
  home: { has: '#signout-submit', reach: signedIn },
  'the sign-out question': {
    has: '#logout-confirm',
    reach: async (page) => {
      await signedIn(page)
      await page.goto(`${origin}/oauth2/v1/logout`)
    },
  },
  'signed out': {
    has: '#signed-out',
    reach: (page) => page.goto(`${origin}/oauth2/v1/logout`),
  },
  'an expired page': {
    has: `text=${english.expiredTitle}`,
    reach: (page) => page.goto(`${origin}/signin?transaction=none`),
  },
  'a fault of ours': {
    has: `text=${english.laterTitle}`,
    reach: async (page) => {
      await page.route(`${origin}/signin`, async (route) => {
        const response = await messagePage({
          branding: { orgName: 'Edgemint', accentColor: null, logoUri: null, helpUri: null },
          messages: english,
          message: 'TRY_AGAIN_LATER',
          startUri: null,
        })
        const headers = Object.fromEntries(response.headers)
        await route.fulfill({ status: response.status, headers, body: await response.text() })
      })
      await page.goto(`${origin}/signin`)
    },
  },
  'the reference of the expression language': {
    has: '#objects',
    reach: (page) => page.goto(`${origin}/docs`),
  },
  'the reference of the management API': {
    has: '#schemas',
    isLong: true,
    reach: (page) => page.goto(`${origin}/docs/api`),
  },
  form_post: {
    has: `text=${english.returningTitle}`,
    reach: (page) => atMode(page, 'form_post'),
  },
  okta_post_message: {
    has: `text=${english.deliveredTitle}`,
    reach: (page) => atMode(page, 'okta_post_message'),
  },
}

interface Opened {
  readonly context: BrowserContext
  readonly page: Page
  /** What the page's own policy kept from it. */
  readonly refused: readonly string[]
}

async function show({ reach, has, locale, address }: Shown): Promise<Opened> {
  const context = await aContext(browser, {
    reducedMotion: 'reduce',
    viewport: SIZES.desktop,
    locale: locale ?? 'en-GB',
    ...(address !== undefined && { extraHTTPHeaders: from(address) }),
  })
  const page = await context.newPage()
  const refused: string[] = []
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) refused.push(message.text())
  })
  await reach(page)
  await page.waitForSelector(has)
  return { context, page, refused }
}

it('axe sees what is wrong with a page, through its policy', async () => {
  const { context, page } = await show(pages['sign-in']!)
  await page.evaluate(`document.querySelector('label').remove()`)
  expect((await complaintsOf(page)).join()).toContain('label')
  await context.close()
})

describe.each(Object.entries(pages))('%s', (name, shown) => {
  let opened: Opened
  beforeAll(async () => {
    opened = await show(shown)
  })
  afterAll(() => opened.context.close())

  it('nothing on it is refused by its own policy', () => {
    expect(opened.refused).toEqual([])
  })

  it.each(SCHEMES)('axe finds nothing in %s', async (colorScheme) => {
    const { page } = opened
    await page.emulateMedia({ colorScheme })
    expect(await complaintsOf(page)).toEqual([])
  })

  it.each(Object.keys(SIZES) as (keyof typeof SIZES)[])(
    'nothing is wider than the window of a %s',
    async (size) => {
      const { page } = opened
      await page.setViewportSize(SIZES[size])
      const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
      expect(await page.evaluate(wide)).toBe(0)
      if (folder === '') return
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme })
        const path = join(folder, `${name.replaceAll(' ', '-')}-${size}-${colorScheme}.png`)
        await page.screenshot({ path, fullPage: shown.isLong !== true })
      }
    },
  )
})
