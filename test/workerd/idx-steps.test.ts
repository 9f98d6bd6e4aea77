/** Between the password and the code of an interaction: consent, and another password in the place of one that expired. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { Browser } from './browser.ts'
import { anIdxApp, anIdxServer, begun, codeOf, identified, introspected, keysOf, Page, redeemInteraction, remediationsOf, type Begun } from './idx-support.ts' // prettier-ignore
import { logEvents } from './log-support.ts'
import { aSignedInBrowser } from './session-support.ts'
import { aPersonWithPassword, CALLBACK, PASSWORD, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, made, type Json } from './support.ts'
import { USERS } from './user-support.ts'

const NEW = 'Another-Horse-8-battery'
const EXPIRED = [401, ['idx.session.expired']]

const SCOPES: readonly Json[] = [
  { name: 'free' },
  { name: 'pay', consent: 'REQUIRED', displayName: 'Pay bills', description: 'From any account.' },
  { name: 'mail', consent: 'REQUIRED', optional: true },
  { name: 'news', consent: 'FLEXIBLE', optional: true },
]

let app: SignInApp
let base: string
let person: TestPerson

beforeAll(async () => {
  app = await anIdxApp({
    consent_method: 'REQUIRED',
    tos_uri: 'https://app.example/terms',
    policy_uri: 'https://app.example/privacy',
    client_uri: 'https://app.example/',
    logo_uri: 'https://app.example/logo.svg',
  })
  base = (await anIdxServer({}, SCOPES)).issuer
})

afterEach(() => {
  vi.useRealTimers()
})

const told = ([status, document]: readonly [number, Json]): readonly unknown[] => [
  status,
  keysOf(document),
]

/** Somebody who has decided nothing, at the consent for the scopes. */
async function asked(
  scope: string,
  page = new Page(),
): Promise<{ readonly interaction: Begun; readonly document: Json }> {
  person = await aPersonWithPassword()
  const interaction = await begun(base, app, { scope }, page)
  const [status, document] = await identified(interaction, person)
  expect(status).toBe(200)
  return { interaction, document }
}

const decide = (
  { page }: Begun,
  { stateHandle }: Json,
  more: Json,
): Promise<readonly [number, Json]> => page.idx('consent', { stateHandle, ...more })

async function scopeOf({ verifier }: Begun, document: Json): Promise<string> {
  const fields = { interaction_code: codeOf(document)!, code_verifier: verifier }
  const [status, tokens] = await answered(await redeemInteraction(base, app, fields))
  expect(status).toBe(200)
  return tokens['scope']
}

describe('consent', () => {
  it('is asked for as a whole where nothing may be left out, of whom it says', async () => {
    const { interaction, document } = await asked('openid free pay')
    expect(document['user']['value']['identifier']).toBe(person.login)
    expect(document['app']['value']).toMatchObject({
      logo: { href: 'https://app.example/logo.svg' },
      clientUri: { href: 'https://app.example/' },
      termsOfService: { href: 'https://app.example/terms' },
      privacyPolicy: { href: 'https://app.example/privacy' },
    })
    const [form] = document['remediation']['value'] as Json[]
    expect([form!['name'], form!['scopes']]).toEqual([
      'consent',
      [{ name: 'pay', label: 'Pay bills', value: 'pay', desc: 'From any account.' }],
    ])
    const [status, done] = await decide(interaction, document, { consent: true })
    expect(status).toBe(200)
    expect(await scopeOf(interaction, done)).toBe('openid free pay')
    const grants = (await made(200, 'GET', `${USERS}/${person.id}/grants`)) as unknown as Json[]
    expect(grants.map(({ scopeId }) => scopeId as string)).toHaveLength(1)
    const silent = await introspected(await begun(base, app, { scope: 'openid pay' }, interaction.page)) // prettier-ignore
    expect(codeOf(silent)).toEqual(expect.any(String))
  })

  it('is asked for scope by scope where some may be left out, and what must be given is seen', async () => {
    const { interaction, document } = await asked('openid pay mail news')
    expect(remediationsOf(document)).toEqual(['granular-consent'])
    const boxes = (document['remediation']['value'][0]['value'] as Json[]).find(
      ({ name }) => name === 'optedScopes',
    )!['form']['value'] as Json[]
    expect(boxes.map(({ name, mutable, visible }) => [name, mutable, visible])).toEqual([
      ['pay', false, true],
      ['mail', true, true],
      ['news', true, true],
    ])
    const optedScopes = { pay: false, mail: false, news: true, free: true, __proto__: true }
    const [, done] = await decide(interaction, document, { consent: true, optedScopes })
    expect(await scopeOf(interaction, done)).toBe('openid pay news')
  })

  it('that is refused ends at the app, and nothing was given', async () => {
    for (const decision of [{ consent: false }, {}, { consent: null }]) {
      const { interaction, document } = await asked('openid pay')
      const [status, refused] = await decide(interaction, document, decision)
      expect([status, keysOf(refused)]).toEqual([403, ['access_denied']])
      const url = new URL(refused['failure']['href'])
      expect([url.origin + url.pathname, url.searchParams.get('error')]).toEqual([CALLBACK, 'access_denied']) // prettier-ignore
      expect(await made(200, 'GET', `${USERS}/${person.id}/grants`)).toEqual([])
    }
  })

  it('is found again by whoever loads the page once more', async () => {
    const { interaction, document } = await asked('openid pay')
    const { page, interactionHandle } = interaction
    for (const body of [{ interactionHandle }, { stateToken: document['stateHandle'] }]) {
      const [status, again] = await page.idx('introspect', body)
      expect([status, remediationsOf(again)]).toEqual([200, ['consent']])
      expect(again['user']['value']['id']).toBe(person.id)
    }
  })

  it('is given once by many answers', async () => {
    const { interaction, document } = await asked('openid pay')
    const all = await Promise.all(
      Array.from({ length: 4 }, () => decide(interaction, document, { consent: true })),
    )
    expect(all.filter(([, one]) => codeOf(one) !== undefined)).toHaveLength(1)
    for (const one of all.filter(([, one]) => codeOf(one) === undefined)) expect(told(one)).toEqual(EXPIRED) // prettier-ignore
  })

  it('is no longer asked for when the session is over: somebody has to sign in again', async () => {
    const { interaction, document } = await asked('openid pay')
    await made(204, 'DELETE', `${USERS}/${person.id}/sessions`)
    const [status, again] = await decide(interaction, document, { consent: true })
    expect([status, remediationsOf(again)]).toEqual([200, ['identify']])
  })

  it('is that of the person who was asked, whoever signed in meanwhile', async () => {
    const program = new Page(new Browser(), {})
    const { interaction, document } = await asked('openid pay', program)
    const first = person
    const second = await begun(base, app, { prompt: 'login' }, interaction.page)
    expect((await identified(second, await aPersonWithPassword()))[0]).toBe(200)
    const [, done] = await decide(interaction, document, { consent: true })
    // The session of the first was ended by the second in the same browser.
    expect([codeOf(done), remediationsOf(done)]).toEqual([undefined, ['identify']])
    expect(await made(200, 'GET', `${USERS}/${first.id}/grants`)).toEqual([])
  })

  it('in another browser is not given by whoever came to know the handle', async () => {
    const { document } = await asked('openid pay')
    const { stateHandle } = document
    expect(told(await new Page().idx('consent', { stateHandle, consent: true }))).toEqual(EXPIRED)
  })
})

describe('a password that has expired', () => {
  const expired = async (): Promise<{ readonly interaction: Begun; readonly document: Json }> => {
    person = await aPersonWithPassword()
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password`)
    const interaction = await begun(base, app)
    const [status, document] = await identified(interaction, person)
    expect([status, remediationsOf(document)]).toEqual([200, ['reenroll-authenticator']])
    return { interaction, document }
  }

  const replace = (
    { page }: Begun,
    { stateHandle }: Json,
    passcode: string,
    more: Json = {},
  ): Promise<readonly [number, Json]> =>
    page.idx('challenge/answer', { stateHandle, credentials: { passcode, ...more } })

  it('is replaced without showing it once more, and the person is signed in', async () => {
    const { interaction, document } = await expired()
    expect(document['currentAuthenticator']['value']).toMatchObject({ key: 'okta_password' })
    expect(document['enrollmentAuthenticator']['value']['settings']['complexity']).toMatchObject({ minLength: 8 }) // prettier-ignore
    const [status, done] = await replace(interaction, document, NEW)
    expect([status, codeOf(done)]).toEqual([200, expect.any(String)])
    expect((await identified(await begun(base, app), person))[0]).toBe(401)
    expect((await identified(await begun(base, app), person, NEW))[0]).toBe(200)
    const events = await logEvents(`eventType eq "user.account.update_password" and actor.id eq "${person.id}"`) // prettier-ignore
    expect(events.map(({ outcome }) => outcome.result as string)).toEqual(['SUCCESS'])
  })

  it('is told of whoever knows it alone', async () => {
    person = await aPersonWithPassword()
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password`)
    expect(told(await identified(await begun(base, app), person, 'wrong'))).toEqual([401, ['errors.E0000004']]) // prettier-ignore
    // One that an administrator took out of use proves nothing any more.
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/reset_password?sendEmail=false`)
    expect(told(await identified(await begun(base, app), person))).toEqual([401, ['errors.E0000004']]) // prettier-ignore
  })

  it('is not replaced by one that will not do, and the step stays', async () => {
    const { interaction, document } = await expired()
    const [status, again] = await replace(interaction, document, 'short')
    const [field] = again['remediation']['value'][0]['value'] as Json[]
    const faults = field!['form']['value'][0]['messages']['value'] as Json[]
    expect([status, faults.map(({ message }) => message as string)]).toEqual([
      400,
      [
        'The password must have at least 8 characters',
        'The password must hold an upper-case letter',
        'The password must hold a number',
      ],
    ])
    for (const bad of [PASSWORD, '']) expect((await replace(interaction, again, bad))[0]).toBe(400)
    expect((await replace(interaction, again, NEW))[0]).toBe(200)
  })

  it('is replaced once by many answers, whichever sign-in they are of', async () => {
    const { interaction, document } = await expired()
    const second = await begun(base, app)
    const [, other] = await identified(second, person)
    const all = await Promise.all([
      replace(interaction, document, `${NEW}1`),
      replace(second, other, `${NEW}2`),
      replace(interaction, document, `${NEW}3`),
    ])
    expect(all.filter(([, one]) => codeOf(one) !== undefined)).toHaveLength(1)
    for (const one of all.filter(([, one]) => codeOf(one) === undefined)) expect(told(one)).toEqual(EXPIRED) // prettier-ignore
  })

  it('is replaced until the second of the proof, and not in it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const { interaction, document } = await expired()
    const second = await begun(base, app)
    const [, other] = await identified(second, person)
    const end = Date.parse(document['expiresAt'])
    expect(end).toBe(Date.now() + limits.expiredSignInSeconds * 1000)
    vi.setSystemTime(end)
    expect(told(await replace(interaction, document, NEW))).toEqual(EXPIRED)
    vi.setSystemTime(end - 1000)
    const [status, done] = await replace(second, other, NEW)
    expect([status, codeOf(done)]).toEqual([200, expect.any(String)])
  })

  it('that was replaced elsewhere is not replaced again', async () => {
    const { interaction, document } = await expired()
    const [, done] = await replace(interaction, document, NEW)
    expect(codeOf(done)).toEqual(expect.any(String))
    const [, late] = await interaction.page.idx('introspect', { stateToken: document['stateHandle'] }) // prettier-ignore
    expect(keysOf(late)).toEqual(['idx.session.expired'])
  })

  it('ends the sessions of before where that is wanted', async () => {
    person = await aPersonWithPassword()
    const { browser } = await aSignedInBrowser(person)
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password`)
    const interaction = await begun(base, app)
    const [, document] = await identified(interaction, person)
    expect((await replace(interaction, document, NEW, { revokeSessions: true }))[0]).toBe(200)
    expect((await browser.get('/signin')).html).not.toContain(person.login)
  })
})
