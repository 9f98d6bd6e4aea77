/** Somebody at a browser: what people do on the pages, by the hooks that every page has. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core'
import { expect, inject } from 'vitest'
import { PASSWORD } from './org.ts'

/** How long anything on a page may take. */
export const ACTION_MILLISECONDS = 10_000

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: inject('chromium') })

const FRAMES_HAVE_COOKIES = {
  profile: { cookie_controls_mode: 0, block_third_party_cookies: false },
}

/** A browser whose owner lets frames of other sites have cookies; Debian's does not, nor does a private window. */
export async function launchPermissive(
  folder: string,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  mkdirSync(join(folder, 'Default'), { recursive: true })
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(FRAMES_HAVE_COOKIES))
  return chromium.launchPersistentContext(folder, {
    ...options,
    executablePath: inject('chromium'),
  })
}

/** A browser of somebody who was never here. */
export async function aContext(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(ACTION_MILLISECONDS)
  return context
}

export async function fillIn(page: Page, login: string, password = PASSWORD): Promise<void> {
  await page.fill('input[name=identifier]', login)
  await page.fill('input[name=password]', password)
}

export async function signIn(page: Page, login: string, password = PASSWORD): Promise<void> {
  await fillIn(page, login, password)
  await page.click('#signin-submit')
}

/** At the page of the app. */
export const atApp = (page: Page, path = '/callback'): Promise<void> =>
  page.waitForURL((url) => url.pathname === path)

export const pathOf = (page: Page): string => new URL(page.url()).pathname

export const cookieNames = async (context: BrowserContext): Promise<readonly string[]> =>
  (await context.cookies()).map(({ name }) => name).sort()

/** Nobody is signed in: the org's own page asks for a password. */
export async function expectNobody(context: BrowserContext, origin: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(`${origin}/signin`)
  expect(await page.locator('#signin-submit').count()).toBe(1)
  await page.close()
}
