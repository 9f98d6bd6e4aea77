/** What people are asked before an app gets their scopes, what is kept of it, and what ends it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { answerOf, Browser, type PageView } from './browser.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  redeem,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { answered, api, made, unique, type Json } from './support.ts'
import { aPeopleServer, arrived, refresh, REFRESH_REFUSED, refusalOf } from './token-support.ts'

const SCOPES: readonly Json[] = [
  { name: 'free' },
  { name: 'pay', consent: 'REQUIRED', displayName: 'Pay bills', description: 'From any account.' },
  { name: 'see', consent: 'FLEXIBLE' },
  { name: 'mail', consent: 'REQUIRED', optional: true },
  { name: 'news', consent: 'FLEXIBLE', optional: true },
]

const apps = {} as Record<'REQUIRED' | 'TRUSTED', SignInApp>
let base: string
let serverId: string
let person: TestPerson

beforeAll(async () => {
  for (const method of ['REQUIRED', 'TRUSTED'] as const)
    apps[method] = await aSignInApp({
      consent_method: method,
      tos_uri: 'https://app.example/terms',
      policy_uri: 'https://app.example/privacy',
    })
  const server = await aPeopleServer({ scopes: SCOPES })
  base = server.issuer
  serverId = server.id
})

const asks = ({ html }: PageView): boolean => html.includes('id="consent-allow"')

/** Of the token that the code of an answer is worth. */
async function scopeOf(view: PageView, app = apps.REQUIRED): Promise<string> {
  const [, tokens] = await answered(await redeem(base, app, answerOf(view)['code']!))
  return tokens['scope']
}

/** A person who has not decided anything, signed in, at the consent page for the scopes. */
async function asked(
  scope: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<{ readonly browser: Browser; readonly page: PageView }> {
  person = await aPersonWithPassword()
  const browser = new Browser()
  const page = await arrived(base, apps.REQUIRED, person, { scope, ...parameters }, browser)
  expect(asks(page)).toBe(true)
  return { browser, page }
}

const again = (browser: Browser, scope: string, parameters = {}): Promise<PageView> =>
  browser.get(authorizeUrl(base, apps.REQUIRED, { scope, ...parameters }))

const grantsOf = ({ id }: TestPerson): Promise<Json> =>
  made(200, 'GET', `/api/v1/users/${id}/grants`)

describe('who is asked', () => {
  it.each([
    ['', 'TRUSTED', 'free', false],
    ['', 'TRUSTED', 'pay', false],
    ['', 'TRUSTED', 'see', false],
    ['', 'REQUIRED', 'free', false],
    ['', 'REQUIRED', 'pay', true],
    ['', 'REQUIRED', 'see', true],
    ['consent', 'TRUSTED', 'free', false],
    ['consent', 'TRUSTED', 'pay', true],
    ['consent', 'TRUSTED', 'see', true],
    ['consent', 'REQUIRED', 'free', false],
    ['consent', 'REQUIRED', 'pay', true],
    ['consent', 'REQUIRED', 'see', true],
  ] as const)('prompt "%s", consent_method %s, scope %s: %s', async (prompt, method, scope, is) => {
    const parameters = { scope: `openid ${scope}`, ...(prompt !== '' && { prompt }) }
    const page = await arrived(base, apps[method], await aPersonWithPassword(), parameters)
    expect(asks(page)).toBe(is)
    if (!is) expect(await scopeOf(page, apps[method])).toBe(`openid ${scope}`)
  })

  it('nobody at the org server', async () => {
    const page = await arrived(ORG_BASE, apps.REQUIRED, await aPersonWithPassword(), {
      scope: 'openid profile',
      prompt: 'consent',
    })
    expect(answerOf(page)).toMatchObject({ code: expect.any(String) })
  })
})

describe('the question', () => {
  it('names the app, the scopes that need an answer and no others, and where the terms are', async () => {
    const { page } = await asked('openid free pay mail')
    for (const text of [
      'Pay bills',
      'From any account.',
      'https://app.example/terms',
      'https://app.example/privacy',
    ])
      // prettier-ignore
      expect(page.html).toContain(text)
    expect(page.html).toContain(apps.REQUIRED.app['label'])
    expect(page.html).toMatch(/<input type="checkbox" name="scope" value="mail"/)
    expect(page.html).not.toContain('free')
    expect(page.html).not.toMatch(/value="pay"/)
  })

  it('[OIDC-3.1.2.6] is an error that names the scopes where nobody may be asked', async () => {
    const { browser } = await asked('openid pay mail')
    const answer = answerOf(await again(browser, 'openid free pay mail', { prompt: 'none' }))
    expect(answer).toMatchObject({
      error: 'consent_required',
      error_description: 'The following scopes require user consent: [pay, mail].',
      iss: base,
      state: expect.any(String),
    })
    expect(await grantsOf(person)).toEqual([])
  })

  it('belongs to the browser that it was put to', async () => {
    const { page } = await asked('openid pay')
    const decided = await new Browser().decide(page, 'allow')
    expect([decided.location, asks(decided)]).toEqual([null, false])
    expect(await grantsOf(person)).toEqual([])
  })
})

describe('who allows', () => {
  it('is asked once; by prompt=consent again', async () => {
    const { browser, page } = await asked('openid pay')
    expect(await scopeOf(await browser.decide(page, 'allow'))).toBe('openid pay')
    expect(await scopeOf(await again(browser, 'openid pay'))).toBe('openid pay')
    expect(await scopeOf(await again(browser, 'openid pay', { prompt: 'none' }))).toBe('openid pay')
    expect(asks(await again(browser, 'openid pay', { prompt: 'consent' }))).toBe(true)
    const more = await again(browser, 'openid pay see')
    expect([asks(more), more.html.includes('Pay bills')]).toEqual([true, false])
  })

  it('is asked by every server and every app', async () => {
    const { browser, page } = await asked('openid pay')
    await browser.decide(page, 'allow')
    const other = await aPeopleServer({ scopes: SCOPES })
    const elsewhere = authorizeUrl(other.issuer, apps.REQUIRED, { scope: 'openid pay' })
    expect(asks(await browser.get(elsewhere))).toBe(true)
    const otherApp = await aSignInApp({ consent_method: 'REQUIRED' })
    expect(asks(await browser.get(authorizeUrl(base, otherApp, { scope: 'openid pay' })))).toBe(true) // prettier-ignore
  })

  it('gives an optional scope when it stays ticked', async () => {
    const { browser, page } = await asked('openid pay mail news')
    const allowed = await browser.decide(page, 'allow', ['mail'])
    expect(await scopeOf(allowed)).toBe('openid pay mail')
  })

  it('is not asked again for what was left unticked, until prompt=consent or until it is required', async () => {
    const scope = unique('opt')
    const path = `/api/v1/authorizationServers/${serverId}/scopes`
    const stored = await made(201, 'POST', path, { name: scope, consent: 'REQUIRED', optional: true }) // prettier-ignore
    const { browser, page } = await asked(`openid ${scope}`)
    expect(await scopeOf(await browser.decide(page, 'allow'))).toBe('openid')
    expect(await scopeOf(await again(browser, `openid ${scope}`))).toBe('openid')
    const asksAgain = await again(browser, `openid ${scope}`, { prompt: 'consent' })
    expect(asks(asksAgain)).toBe(true)
    await made(200, 'PUT', `${path}/${stored['id']}`, { ...stored, optional: false })
    const required = await again(browser, `openid ${scope}`)
    expect(asks(required)).toBe(true)
    expect(await scopeOf(await browser.decide(required, 'allow'))).toBe(`openid ${scope}`)
  })

  it.each(['deleted', 'renamed'])(
    'is asked anew about another scope of the name of one that was left unticked and %s',
    async (how) => {
      const [scope, other] = [unique('opt'), unique('opt')]
      const path = `/api/v1/authorizationServers/${serverId}/scopes`
      const input = { consent: 'REQUIRED', optional: true }
      const { id } = await made(201, 'POST', path, { name: scope, ...input })
      await made(201, 'POST', path, { name: other, ...input })
      const asking = `openid ${scope} ${other}`
      const { browser, page } = await asked(asking)
      expect(await scopeOf(await browser.decide(page, 'allow'))).toBe('openid')
      if (how === 'deleted') await made(204, 'DELETE', `${path}/${id}`)
      else await made(200, 'PUT', `${path}/${id}`, { name: unique('opt'), ...input })
      await made(201, 'POST', path, { name: scope, ...input })
      const anew = await again(browser, asking)
      expect(asks(anew)).toBe(true)
      expect([
        anew.html.includes(`value="${scope}"`),
        anew.html.includes(`value="${other}"`),
      ]).toEqual([true, false])
    },
  )

  it('gives nothing that was not asked about', async () => {
    const { browser, page } = await asked('openid mail')
    const allowed = await browser.decide(page, 'allow', ['mail', 'pay', 'news'])
    expect(await scopeOf(allowed)).toBe('openid mail')
    const grants = await grantsOf(person)
    expect(grants.map((grant: Json) => grant['source'])).toEqual(['END_USER'])
  })

  it('of nothing but optional scopes none has denied', async () => {
    const { browser, page } = await asked('mail')
    expect(answerOf(await browser.decide(page, 'allow'))).toMatchObject({ error: 'access_denied' })
  })
})

describe('who denies', () => {
  it('[RFC6749-4.1.2.1] has the app told so, and is asked again', async () => {
    const { browser, page } = await asked('openid pay', { state: 'as it was' })
    expect(answerOf(await browser.decide(page, 'deny'))).toEqual({
      error: 'access_denied',
      error_description: 'The resource owner or authorization server denied the request.',
      state: 'as it was',
      iss: base,
    })
    expect(await grantsOf(person)).toEqual([])
    expect(asks(await again(browser, 'openid pay'))).toBe(true)
  })
})

/** Allows, and comes back with the refresh token. */
async function kept(scope = 'pay') {
  const { browser, page } = await asked(`openid offline_access ${scope}`)
  const { code = '' } = answerOf(await browser.decide(page, 'allow'))
  const [, tokens] = await answered(await redeem(base, apps.REQUIRED, code))
  return { browser, token: tokens['refresh_token'] as string }
}

const refreshRefused = async (token: string): Promise<void> =>
  expect(await refusalOf(await refresh(base, apps.REQUIRED, token))).toEqual(REFRESH_REFUSED)

describe('what was given', () => {
  it('is listed as a grant, whose end is the end of the refresh tokens', async () => {
    const { browser, token } = await kept()
    const [grant, ...others] = (await grantsOf(person)) as Json[]
    expect([grant, others]).toMatchObject([
      { status: 'ACTIVE', issuer: base, clientId: apps.REQUIRED.clientId, userId: person.id, source: 'END_USER' }, // prettier-ignore
      [],
    ])
    expect((await refresh(base, apps.REQUIRED, token)).status).toBe(200)
    await made(204, 'DELETE', `/api/v1/users/${person.id}/grants/${grant!['id']}`)
    await refreshRefused(token)
    expect(asks(await again(browser, 'openid pay'))).toBe(true)
  })

  it('outlasts a deactivation of the app, whose tokens do not', async () => {
    const own = await aSignInApp({ consent_method: 'REQUIRED' })
    person = await aPersonWithPassword()
    const browser = new Browser()
    const scope = 'openid offline_access pay'
    const page = await arrived(base, own, person, { scope }, browser)
    const code = answerOf(await browser.decide(page, 'allow'))['code']!
    const [, tokens] = await answered(await redeem(base, own, code))
    for (const what of ['deactivate', 'activate'])
      await made(200, 'POST', `/api/v1/apps/${own.id}/lifecycle/${what}`)
    const dead = await refresh(base, own, tokens['refresh_token'])
    expect(await refusalOf(dead)).toEqual(REFRESH_REFUSED)
    const silent = await browser.get(authorizeUrl(base, own, { scope, prompt: 'none' }))
    expect(answerOf(silent)).toMatchObject({ code: expect.any(String) })
  })

  it.each([
    ['all grants', () => ''],
    ['the grants of the client', () => `/clients/${apps.REQUIRED.clientId}`],
  ])('ends with %s of the person', async (_, of) => {
    const { browser, token } = await kept()
    await made(204, 'DELETE', `/api/v1/users/${person.id}${of()}/grants`)
    expect(await grantsOf(person)).toEqual([])
    await refreshRefused(token)
    expect(asks(await again(browser, 'openid pay'))).toBe(true)
  })

  it.each(['PUT', 'DELETE'] as const)('ends with its scope (%s)', async (method) => {
    const name = unique('passing')
    const path = `/api/v1/authorizationServers/${serverId}/scopes`
    const scope = await made(201, 'POST', path, { name, consent: 'REQUIRED' })
    const { browser, token } = await kept(name)
    const at = `${path}/${scope['id']}`
    if (method === 'DELETE') await made(204, method, at)
    else await made(200, method, at, { ...scope, name: `${name}-2` })
    expect(await grantsOf(person)).toEqual([])
    await refreshRefused(token)
    const gone = answerOf(await again(browser, `openid ${name}`))
    expect(gone).toMatchObject({ error: 'invalid_scope' })
    if (method === 'PUT') expect(asks(await again(browser, `openid ${name}-2`))).toBe(true)
    // One who comes later by the same name was never consented to.
    expect((await api('POST', path, { name, consent: 'REQUIRED' })).status).toBe(201)
    expect(asks(await again(browser, `openid ${name}`))).toBe(true)
  })
})
