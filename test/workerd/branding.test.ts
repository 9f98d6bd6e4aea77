/** How the org presents itself to people: what of its settings is accepted, shown, and used by every page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusal } from './app-support.ts'
import { Browser, type PageView } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  type SignInApp,
} from './sign-in-support.ts'
import { made } from './support.ts'
import { aPeopleServer, arrived } from './token-support.ts'

const ORG = '/api/v1/org'

const SETTINGS = {
  companyName: 'Analytical & Engines <Ltd>',
  primaryColorHex: '#7A0C3F',
  logoUri: 'https://cdn.example/logo.png?v=1&s=2',
  endUserSupportHelpURL: 'https://help.example/',
}

afterAll(() => made(200, 'PUT', ORG, {}))

describe('the settings that pages use', () => {
  it.each(Object.entries(SETTINGS))('%s is kept and shown', async (member, value) => {
    await made(200, 'PUT', ORG, {})
    const changed = await made(200, 'POST', ORG, { [member]: value })
    expect([changed[member], (await made(200, 'GET', ORG))[member]]).toEqual([value, value])
    expect(await made(200, 'POST', ORG, { [member]: null })).toMatchObject({ [member]: null })
  })

  it.each([
    [
      'primaryColorHex',
      ['red', '#123', '#12345g', '1662dd', '#1662dd;', '#1662dd00', 'url(x)', ''],
    ],
    ['logoUri', ['http://cdn.example/logo.png', 'data:image/png;base64,AAAA', 'javascript:alert(1)', '/logo.png', 'https://']], // prettier-ignore
    ['endUserSupportHelpURL', ['javascript:alert(1)', 'help', 'ftp://help.example']],
  ])('%s is refused when it is none', async (member, values) => {
    for (const value of values)
      expect([value, await refusal('POST', ORG, { [member]: value })]).toEqual([
        value,
        expect.stringContaining(`${member}: `),
      ])
  })
})

describe('every page', () => {
  let app: SignInApp
  let base: string

  beforeAll(async () => {
    await made(200, 'PUT', ORG, SETTINGS)
    app = await aSignInApp({ consent_method: 'REQUIRED' })
    base = (await aPeopleServer({ scopes: [{ name: 'pay', consent: 'REQUIRED' }] })).issuer
  })

  const expectBranded = ({ html, headers }: PageView): void => {
    expect(html).toContain('Analytical &amp; Engines &lt;Ltd&gt;')
    expect(html).toContain('src="https://cdn.example/logo.png?v=1&amp;s=2"')
    expect(html.toLowerCase()).toContain('#7a0c3f')
    expect(html).toContain('href="https://help.example/"')
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain('img-src https://cdn.example')
  }

  it('shows name, logo, colour and help of the org', async () => {
    const person = await aPersonWithPassword()
    const browser = new Browser()
    expectBranded(await browser.get(authorizeUrl(base, app)))
    expectBranded(await arrived(base, app, person, { scope: 'pay' }, browser))
    expectBranded(await browser.get(`${ORG_BASE}/v1/logout`))
    expectBranded(await browser.get('/signin'))
    expectBranded(await new Browser().get(authorizeUrl(base, { clientId: 'nobody' })))
    expectBranded(await new Browser().get(`${ORG_BASE}/v1/logout`))
  })

  it('shows a change at once', async () => {
    await made(200, 'POST', ORG, { companyName: 'Babbage' })
    expect((await new Browser().get('/signin')).html).toContain('Babbage')
    await made(200, 'PUT', ORG, {})
    const { html, headers } = await new Browser().get('/signin')
    expect([html.includes('Babbage'), html.includes('cdn.example')]).toEqual([false, false])
    expect(headers.get('content-security-policy')).not.toContain('cdn.example')
  })
})
