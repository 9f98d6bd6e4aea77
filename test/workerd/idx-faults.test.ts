/** Storage that is away while a page of an app asks somebody to sign in: nothing is used up, and nobody is refused. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { aCode, anIdxApp, begun, codeOf, introspected, keysOf, Page, PAGE, redeemInteraction, remediationsOf } from './idx-support.ts' // prettier-ignore
import { cookieOf } from './session-support.ts'
import { aPersonWithPassword, authorizeUrl, CALLBACK, ORG_BASE, PASSWORD, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { PARTS, whileAway } from './storage-faults.ts'
import { answered, type Json } from './support.ts'

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await anIdxApp({ grant_types: ['authorization_code', 'interaction_code', 'refresh_token'] })
  person = await aPersonWithPassword()
})

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
})

const without = (
  part: (typeof PARTS)[number],
  path: string,
  init: RequestInit,
): Promise<Response> =>
  whileAway(part, authorizeUrl(ORG_BASE, app), path, { method: 'POST', ...init })

const call = (
  part: (typeof PARTS)[number],
  { browser }: Page,
  name: string,
  body: Json,
): Promise<Response> =>
  without(part, `/idp/idx/${name}`, {
    headers: { 'content-type': 'application/json', origin: PAGE, cookie: cookieOf(browser) },
    body: JSON.stringify(body),
  })

async function expectAway(response: Response): Promise<void> {
  const [status, document] = await answered(response)
  expect([status, keysOf(document)]).toEqual([503, ['errors.E0000010']])
  expect(response.headers.get('retry-after')).not.toBeNull()
  // The page of the app may know that it is to come again.
  expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
  expect(response.headers.getSetCookie().join()).not.toContain('edgemint_session=')
}

describe.each(PARTS)('while %s is away', (part) => {
  it('a password is neither right nor wrong, and the interaction goes on afterwards', async () => {
    const interaction = await begun(ORG_BASE, app)
    const { page } = interaction
    const { stateHandle } = await introspected(interaction)
    const signIn = { stateHandle, identifier: person.login, credentials: { passcode: PASSWORD } }
    await expectAway(await call(part, page, 'identify', signIn))
    const [status, done] = await page.idx('identify', signIn)
    expect([status, codeOf(done)]).toEqual([200, expect.any(String)])
  })
})

describe('while the objects of people are away', () => {
  it('a session is neither there nor not, and a code is neither good nor bad', async () => {
    const { code, verifier } = await aCode(ORG_BASE, app, person)
    const fields = { interaction_code: code, code_verifier: verifier }
    const redeemed = await without('SUBJECT', '/oauth2/v1/token', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'interaction_code',
        client_id: app.clientId,
        redirect_uri: CALLBACK,
        ...fields,
      }).toString(),
    })
    expect(await answered(redeemed)).toMatchObject([503, { error: 'temporarily_unavailable' }])
    expect((await redeemInteraction(ORG_BASE, app, fields)).status).toBe(200)

    const page = new Page()
    await aCode(ORG_BASE, app, person, {}, page)
    const silent = await begun(ORG_BASE, app, {}, page)
    const { interactionHandle } = silent
    await expectAway(await call('SUBJECT', page, 'introspect', { interactionHandle }))
    const document = await introspected(silent)
    expect([remediationsOf(document), codeOf(document)]).toEqual([[], expect.any(String)])
  })
})
