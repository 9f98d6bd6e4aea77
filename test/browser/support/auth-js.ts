/** @okta/okta-auth-js as an app in a page uses it: its published bundle, and a client of it that the page keeps. */
import type { Page } from 'playwright-core'
import type { Json } from '../../json.ts'

export const AUTH_JS = ['@okta/okta-auth-js/dist/okta-auth-js.min.js'] as const

/** Goes to a page that has loaded {@link AUTH_JS}, and makes the client there, as `client` of the window. */
export async function openWithClient(page: Page, url: string, options: Json): Promise<void> {
  await page.goto(url)
  await makeClient(page, options)
}

/** On the page as it is. */
export const makeClient = (page: Page, options: Json): Promise<void> =>
  page.evaluate(`window.client = new OktaAuth(${JSON.stringify(options)}); undefined`)

/** What an expression of the page comes to; `client` is the client. A refusal of the SDK is thrown as its members. */
export async function ask(page: Page, expression: string): Promise<Json> {
  const told: Json = await page.evaluate(`(async () => {
    try {
      return { value: await (${expression}) }
    } catch (error) {
      const { name, message, errorCode, errorSummary, errorCauses } = error
      return { error: { name, message, errorCode, errorSummary, errorCauses } }
    }
  })()`)
  if ('error' in told) throw new Error(JSON.stringify(told['error']))
  return told['value']
}
