/** @okta/okta-auth-js as an app in a page uses it: its published bundle, and a client of it that the page keeps. */
import type { BrowserContext, Page } from 'playwright-core'
import type { Json } from '../../json.ts'
import { PASSWORD } from './org.ts'

export const AUTH_JS = ['@okta/okta-auth-js/dist/okta-auth-js.min.js'] as const

/** Goes to a page that has loaded {@link AUTH_JS}, and makes the client there, as `client` of the window. */
export async function openWithClient(page: Page, url: string, options: Json): Promise<void> {
  await page.goto(url)
  await makeClient(page, options)
}

/** On the page as it is. */
export const makeClient = (page: Page, options: Json): Promise<void> =>
  page.evaluate(`window.client = new OktaAuth(${JSON.stringify(options)}); undefined`)

/** What an expression of the page comes to. A refusal of the SDK is thrown with the members by which apps know it. */
export async function ask(page: Page, expression: string): Promise<Json[string]> {
  const told: Json = await page.evaluate(`(async () => {
    try {
      return { value: await (${expression}) }
    } catch (error) {
      const { name, message, errorCode, errorSummary, errorCauses } = error
      return { error: { name, message, errorCode, errorSummary, errorCauses } }
    }
  })()`)
  if (told['error'] !== undefined) throw new Error(JSON.stringify(told['error']))
  return told['value']
}

/** A password in the app's own page, as an expression of it: the transaction. */
export const withCredentials = (username: string, password = PASSWORD): string =>
  `client.signInWithCredentials(${JSON.stringify({ username, password })})`

/** The same, and tokens for it in a frame, which the client keeps. */
export const signedInWithCredentials = (username: string, parameters: Json = {}): string => `
  ${withCredentials(username)}
    .then(({ sessionToken }) => client.token.getWithoutPrompt({ sessionToken, ...${JSON.stringify(parameters)} }))
    .then(({ tokens }) => client.tokenManager.setTokens(tokens))`

/** Everything that the browser has kept for a site. */
export async function forgetSite(
  context: BrowserContext,
  page: Page,
  origin: string,
): Promise<void> {
  const session = await context.newCDPSession(page)
  await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' })
  await session.detach()
}
