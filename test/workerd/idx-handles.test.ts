/**
 * Handles of interactions as attackers see them: in another browser, at another step, forged, late, after the end, and
 * many at a time; bodies that are none; and faults of storage, which are nobody's wrong password.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { limits } from '../../src/platform/limits.ts'
import { Browser } from './browser.ts'
import { anIdxApp, anIdxServer, begun, codeOf, identified, introspected, keysOf, Page, PAGE, redeemInteraction, remediationsOf, type Begun } from './idx-support.ts' // prettier-ignore
import { aPersonWithPassword, authorizeUrl, ORG_BASE, PASSWORD, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, made, send, unique, type Json } from './support.ts'
import { USERS } from './user-support.ts'

const EXPIRED = [401, ['idx.session.expired']]
const FORBIDDEN = [403, ['security.access_denied']]

let app: SignInApp
let person: TestPerson
let base: string

beforeAll(async () => {
  app = await anIdxApp()
  person = await aPersonWithPassword()
  base = (await anIdxServer()).issuer
})

afterEach(() => {
  vi.useRealTimers()
})

const told = ([status, document]: readonly [number, Json]): readonly unknown[] => [
  status,
  keysOf(document),
]

const signIn = (stateHandle: string): Json => ({
  stateHandle,
  identifier: person.login,
  credentials: { passcode: PASSWORD },
})

/** A state handle at its first step, of a browser that has a mark by then. */
async function waiting(): Promise<{ readonly interaction: Begun; readonly stateHandle: string }> {
  const interaction = await begun(base, app)
  return { interaction, stateHandle: (await introspected(interaction))['stateHandle'] }
}

describe('a handle', () => {
  it('is good in the browser that it was given to, and in no other', async () => {
    const { interaction, stateHandle } = await waiting()
    for (const browser of [new Browser(), (await begun(base, app)).page.browser])
      for (const [call, body] of [
        ['identify', signIn(stateHandle)],
        ['introspect', { stateHandle }],
        ['cancel', { stateHandle }],
      ] as const)
        expect(told(await new Page(browser).idx(call, body))).toEqual(EXPIRED)
    expect((await interaction.page.idx('identify', signIn(stateHandle)))[0]).toBe(200)
  })

  it('of a program without cookies is good wherever it is brought, and its code with the verifier alone', async () => {
    const program = () => new Page(new Browser(), {})
    const interaction = await begun(base, app, {}, program())
    const { interactionHandle } = interaction
    const [, document] = await program().idx('introspect', { interactionHandle })
    const [status, done] = await program().idx('identify', signIn(document['stateHandle']))
    expect(status).toBe(200)
    const code = codeOf(done)!
    expect((await redeemInteraction(base, app, { interaction_code: code })).status).toBe(400)
    const { verifier } = interaction
    const redeemed = await redeemInteraction(base, app, { interaction_code: code, code_verifier: verifier }) // prettier-ignore
    expect(redeemed.status).toBe(200)
  })

  it('that an attacker began tells the attacker nothing when somebody else goes through with it', async () => {
    // The attacker's program begins, and plants the handle in the page of the victim.
    const attacker = new Page(new Browser(), {})
    const planted = await begun(base, app, {}, attacker)
    const { interactionHandle } = planted
    const [, own] = await attacker.idx('introspect', { interactionHandle })
    const victim = new Page()
    const [, shown] = await victim.idx('introspect', { interactionHandle })
    const [status, done] = await victim.idx('identify', signIn(shown['stateHandle']))
    expect([status, codeOf(done)]).toEqual([200, expect.any(String)])
    for (const body of [{ interactionHandle }, { stateHandle: own['stateHandle'] }])
      expect(told(await attacker.idx('introspect', body))).toEqual(EXPIRED)
    // Nor is the code of use to the victim's app, whose verifier is another one.
    const foreign = await begun(base, app, {}, victim)
    const redeemed = await redeemInteraction(base, app, { interaction_code: codeOf(done)!, code_verifier: foreign.verifier }) // prettier-ignore
    expect(redeemed.status).toBe(400)
  })

  it('is not taken for one of another kind', async () => {
    const { interaction, stateHandle } = await waiting()
    const { page, interactionHandle } = interaction
    const view = await page.browser.get(authorizeUrl(ORG_BASE, app))
    const transaction = new URL(view.url).searchParams.get('transaction') ?? 'x'
    for (const body of [
      { interactionHandle: stateHandle },
      { stateHandle: interactionHandle },
      { stateToken: interactionHandle },
      { stateHandle: transaction },
      { stateHandle: `${stateHandle}x` },
      { stateHandle: stateHandle.replace(/\.[^.]*$/, '.AAAA') },
      { stateHandle: 'x'.repeat(limits.transactionCharactersMax + 1) },
      { stateHandle: 1 },
      {},
      [],
    ])
      expect(told(await page.idx('introspect', body as Json))).toEqual(EXPIRED)
  })

  it('is good for its step alone', async () => {
    const { interaction, stateHandle } = await waiting()
    const { page } = interaction
    const credentials = { passcode: PASSWORD }
    for (const [call, body] of [
      ['challenge', { stateHandle, authenticator: { id: 'autpassword' } }],
      ['challenge/answer', { stateHandle, credentials }],
      ['consent', { stateHandle, consent: true }],
    ] as const)
      expect(told(await page.idx(call, body))).toEqual(FORBIDDEN)
    const [, asked] = await page.idx('identify', { stateHandle, identifier: person.login })
    const consent = await page.idx('consent', { stateHandle: asked['stateHandle'], consent: true })
    expect(told(consent)).toEqual(FORBIDDEN)
  })

  it('is used up by its end, whichever handle of it is brought', async () => {
    const { interaction, stateHandle } = await waiting()
    const { page, interactionHandle } = interaction
    const earlier = (await introspected(interaction))['stateHandle']
    expect((await page.idx('identify', signIn(stateHandle)))[0]).toBe(200)
    for (const [call, body] of [
      ['identify', signIn(stateHandle)],
      ['identify', signIn(earlier)],
      ['introspect', { interactionHandle }],
      ['introspect', { stateToken: stateHandle }],
      ['cancel', { stateHandle }],
    ] as const)
      expect(told(await page.idx(call, body))).toEqual(EXPIRED)
  })

  it('gives one code to many that come at once', async () => {
    const { interaction, stateHandle } = await waiting()
    const all = await Promise.all(
      Array.from({ length: 5 }, () => interaction.page.idx('identify', signIn(stateHandle))),
    )
    const codes = all.map(([, document]) => codeOf(document)).filter((code) => code !== undefined)
    expect(codes).toHaveLength(1)
    for (const one of all.filter(([, document]) => codeOf(document) === undefined))
      expect(told(one)).toEqual(EXPIRED)
  })

  it('that is cancelled while somebody signs in gives a code or begins anew, not both', async () => {
    const { interaction, stateHandle } = await waiting()
    const { page } = interaction
    const both = await Promise.all([
      page.idx('identify', signIn(stateHandle)),
      page.idx('cancel', { stateHandle }),
    ])
    expect(both.map(([status]) => status).toSorted()).toEqual([200, 401])
  })

  it('is good until its second, and not in it, also when it was begun anew', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const { interaction, stateHandle } = await waiting()
    const { page, interactionHandle } = interaction
    const [, fresh] = await page.idx('introspect', { stateHandle })
    const end = Date.parse(fresh['expiresAt'])
    expect(end).toBe(Date.now() + limits.transactionSeconds * 1000)
    vi.setSystemTime(end - 2000)
    const other = await begun(base, app, {}, page)
    const cancelled = await page.idx('introspect', { interactionHandle: other.interactionHandle })
    expect(cancelled[0]).toBe(200)
    vi.setSystemTime(end - 1000)
    for (const body of [{ interactionHandle }, { stateHandle }])
      expect((await page.idx('introspect', body))[0]).toBe(200)
    const [, anew] = await page.idx('cancel', { stateHandle })
    expect(anew['expiresAt']).toBe(fresh['expiresAt'])
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      for (const body of [{ interactionHandle }, { stateHandle: anew['stateHandle'] }])
        expect(told(await page.idx('introspect', body))).toEqual(EXPIRED)
      expect(told(await page.idx('identify', signIn(anew['stateHandle'])))).toEqual(EXPIRED)
    }
  })

  it('that asks for a sign-in is content with one that came after it, and not after it was cancelled', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const page = new Page()
    const asks = { prompt: 'login' }
    const first = (await introspected(await begun(base, app, asks, page)))['stateHandle']
    const second = (await introspected(await begun(base, app, asks, page)))['stateHandle']
    vi.setSystemTime(Date.now() + 1000)
    expect((await identified(await begun(base, app, {}, page), person))[0]).toBe(200)
    vi.setSystemTime(Date.now() + 1000)
    const [, anew] = await page.idx('cancel', { stateHandle: second })
    const [, asked] = await page.idx('introspect', { stateHandle: anew['stateHandle'] })
    expect(remediationsOf(asked)).toEqual(['identify'])
    const [, done] = await page.idx('introspect', { stateHandle: first })
    expect(codeOf(done)).toEqual(expect.any(String))
  })
})

describe('a body', () => {
  it.each<[string, RequestInit, number, string]>([
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=b' }, 415, 'idx.request.media_type'], // prettier-ignore
    ['text', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415, 'idx.request.media_type'], // prettier-ignore
    ['nothing', { headers: { 'content-type': 'application/json' } }, 400, 'idx.request.malformed'],
    ['no JSON', { headers: { 'content-type': 'application/json' }, body: '{' }, 400, 'idx.request.malformed'], // prettier-ignore
    ['no object', { headers: { 'content-type': 'application/json' }, body: '"x"' }, 400, 'idx.request.malformed'], // prettier-ignore
    [
      'too much',
      {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ stateHandle: 'x'.repeat(limits.authnBytesMax) }),
      },
      413,
      'idx.request.too_large',
    ],
  ])('of %s is refused, in a document that okta-auth-js reads', async (_, init, status, key) => {
    const response = await send('/idp/idx/identify', { ...init, method: 'POST' })
    expect(response.headers.get('content-type')).toBe('application/json; okta-version=1.0.0')
    const [answeredWith, document] = await answered(response)
    expect([answeredWith, document['version'], keysOf(document)]).toEqual([status, '1.0.0', [key]])
  })

  it('of Okta’s own type is taken, as its clients send it', async () => {
    const { page, interactionHandle } = await begun(base, app)
    const type = { 'content-type': 'application/ion+json; okta-version=1.0.0' }
    expect((await page.json('/idp/idx/introspect', { interactionHandle }, type)).status).toBe(200)
  })

  it.each<[string, (stateHandle: string) => Json]>([
    ['no identifier', (stateHandle) => ({ stateHandle })],
    ['an identifier that is no text', (stateHandle) => ({ stateHandle, identifier: 1 })],
    ['a password that is no text', (stateHandle) => ({ stateHandle, identifier: 'x', credentials: { passcode: [] } })], // prettier-ignore
    ['credentials that are none', (stateHandle) => ({ stateHandle, identifier: 'x', credentials: 'x' })], // prettier-ignore
  ])('with %s is malformed', async (_, bodyOf) => {
    const { interaction, stateHandle } = await waiting()
    expect(told(await interaction.page.idx('identify', bodyOf(stateHandle)))).toEqual([
      400,
      ['idx.request.malformed'],
    ])
  })

  it('with an empty identifier is told so beside the field', async () => {
    const { interaction, stateHandle } = await waiting()
    const [status, document] = await interaction.page.idx('identify', { stateHandle, identifier: ' ' }) // prettier-ignore
    const [field] = document['remediation']['value'][0]['value'] as Json[]
    expect([status, field!['messages']['value'][0]['i18n']['key']]).toEqual([400, 'model.validation.field.blank']) // prettier-ignore
  })

  it('comes by POST alone', async () => {
    const response = await send('/idp/idx/introspect')
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
  })
})

describe('wrong passwords', () => {
  it('lock a person out, and then the right one is answered as a wrong one', async () => {
    const locked = await aPersonWithPassword()
    for (let time = 0; time < limits.passwordAttemptsMax; time++)
      expect((await identified(await begun(base, app), locked, 'wrong'))[0]).toBe(401)
    expect(told(await identified(await begun(base, app), locked))).toEqual([401, ['errors.E0000004']]) // prettier-ignore
    expect((await made(200, 'GET', `${USERS}/${locked.id}`))['status']).toBe('LOCKED_OUT')
  })

  it('from one address are looked at so often, whoever they are for, and a right one does not count', async () => {
    const address = '203.0.113.77'
    const page = new Page(new Browser(), { 'cf-connecting-ip': address, origin: PAGE })
    const attempt = async (login: string, passcode: string) =>
      identified(await begun(base, app, { prompt: 'login' }, page), { login }, passcode)
    const { throttle } = compositionOf(env).protocol.ports
    for (let count = 1; count < limits.attemptsPerAddressMax; count++)
      expect(await throttle.take(address, Date.now())).toBe(true)
    expect((await attempt(person.login, PASSWORD))[0]).toBe(200)
    expect((await attempt(unique('nobody'), 'wrong'))[0]).toBe(401)
    const interaction = await begun(base, app, { prompt: 'login' }, page)
    const { stateHandle } = await introspected(interaction)
    const response = await page.json('/idp/idx/identify', signIn(stateHandle))
    expect(response.headers.get('retry-after')).toBe(String(limits.attemptsWindowSeconds))
    const [status, document] = await answered(response)
    expect([status, keysOf(document), remediationsOf(document)]).toEqual([429, ['tooManyRequests'], ['identify']]) // prettier-ignore
  })
})
