/** Session tokens, and browsers that come to have a session. */
import { expect } from 'vitest'
import { Browser } from './browser.ts'
import { PASSWORD, type TestPerson } from './sign-in-support.ts'
import { answered, made, send, unique } from './support.ts'

/** POSTs JSON as pages of apps do. */
export const postJson = (
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> =>
  send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

export const authn = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  postJson('/api/v1/authn', body, headers)

export async function sessionTokenOf({ login }: Pick<TestPerson, 'login'>): Promise<string> {
  const [status, success] = await answered(await authn({ username: login, password: PASSWORD }))
  expect([status, success['status']]).toEqual([200, 'SUCCESS'])
  return success['sessionToken']
}

/** A browser whose person has signed in at the org, and the Cookie header that it sends. */
export async function aSignedInBrowser(
  person: Pick<TestPerson, 'login'>,
): Promise<{ readonly browser: Browser; readonly cookie: string }> {
  const browser = new Browser()
  await browser.signIn(await browser.get('/signin'), person.login, PASSWORD)
  return { browser, cookie: cookieOf(browser) }
}

export const cookieOf = (browser: Browser): string =>
  [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** A trusted origin of these types. */
export async function aTrustedOrigin(...types: readonly string[]): Promise<string> {
  const origin = `https://${unique('spa')}.example`
  await made(200, 'POST', '/api/v1/trustedOrigins', {
    name: origin,
    origin,
    scopes: types.map((type) => ({ type })),
  })
  return origin
}

/** Pages that have no business with the session of the browser that they are in, by what they send. */
export const FOREIGN_PAGES: readonly (readonly [
  name: string,
  headers: () => Promise<Record<string, string>>,
])[] = [
  ['of another origin', async () => ({ origin: 'https://evil.example' })],
  [
    'that is trusted with redirects alone',
    async () => ({ origin: await aTrustedOrigin('REDIRECT') }),
  ],
  ['that may only frame', async () => ({ origin: await aTrustedOrigin('IFRAME_EMBED') })],
  ['without an origin', async () => ({ origin: 'null' })],
  ['of another site that sends no Origin', async () => ({ 'sec-fetch-site': 'cross-site' })],
  [
    'of another origin of the site that sends none',
    async () => ({ 'sec-fetch-site': 'same-site' }),
  ],
]
