/**
 * Attempts to sign in: bounded by address and by person whatever a caller does about it, telling nobody who has an
 * account, and in the log before the answer, without filling it.
 */
import {
  createExecutionContext,
  evictDurableObject,
  runDurableObjectAlarm,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import worker from '../../src/index.ts'
import { limits } from '../../src/platform/limits.ts'
import { anApp as anAppBody, create } from './app-support.ts'
import { Browser, hiddenInputs, type PageView } from './browser.ts'
import { flushLog, logEvents } from './log-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, CALLBACK, ORG_BASE, PASSWORD, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, basic, made, ORIGIN, post, send, unique, type Json } from './support.ts'
import { USERS } from './user-support.ts'

let person: TestPerson
let app: SignInApp
let addresses = 0

/** An address that nobody else has. */
const anAddress = (): string => `203.0.113.${++addresses}`

const from = (address: string): Record<string, string> => ({ 'cf-connecting-ip': address })

beforeAll(async () => {
  person = await aPersonWithPassword()
  app = await aSignInApp()
})

afterEach(() => {
  vi.useRealTimers()
})

async function atSignIn(): Promise<readonly [Browser, PageView]> {
  const browser = new Browser()
  return [browser, await browser.get(authorizeUrl(ORG_BASE, app))]
}

async function attempt(
  identifier: string,
  password: string,
  headers: Record<string, string> = from(anAddress()),
): Promise<PageView> {
  const [browser, page] = await atSignIn()
  return browser.post('/signin', { ...hiddenInputs(page.html), identifier, password }, headers)
}

const throttle = (address: string) => env.THROTTLE.getByName(address)

describe('attempts from one address', () => {
  it('are bounded, also for those that seem to come from before the window', async () => {
    const counter = throttle(unique('address'))
    const began = 1_000_000
    const taken: boolean[] = []
    for (let count = 0; count < limits.attemptsPerAddressMax + 20; count++)
      taken.push(await counter.take(began - count))
    expect(taken.filter(Boolean)).toHaveLength(limits.attemptsPerAddressMax)
  })

  it('begin anew when the window is over, and not a millisecond before', async () => {
    const counter = throttle(unique('address'))
    const window = limits.attemptsWindowSeconds * 1000
    for (let count = 0; count < limits.attemptsPerAddressMax; count++) await counter.take(1000)
    expect(await counter.take(1000 + window - 1)).toBe(false)
    expect(await counter.take(1000 + window)).toBe(true)
  })

  it('are not forgotten by whoever waits until the counter is out of memory', async () => {
    const counter = throttle(unique('address'))
    for (let count = 0; count < limits.attemptsPerAddressMax; count++) await counter.take(1000)
    await evictDurableObject(counter)
    expect(await counter.take(2000)).toBe(false)
  })

  it('leave nothing behind when the window is over', async () => {
    const counter = throttle(unique('address'))
    const stored = (): Promise<number> =>
      runInDurableObject(counter, (_, { storage }) => [...storage.kv.list()].length)
    expect(await stored()).toBe(0)
    await counter.giveBack()
    expect(await stored()).toBe(0)
    await counter.take(1000)
    expect(await stored()).toBe(1)
    expect(await runDurableObjectAlarm(counter)).toBe(true)
    expect(await stored()).toBe(0)
    expect(await runDurableObjectAlarm(counter)).toBe(false)
  })

  it('are given back one for one: a good account buys no further attempts', async () => {
    const address = anAddress()
    const wrong = async (): Promise<number> =>
      (await attempt(unique('nobody'), 'y'.repeat(5000), from(address))).status
    for (let count = 0; count < limits.attemptsPerAddressMax - 1; count++) await wrong()
    for (let count = 0; count < 3; count++)
      expect((await attempt(person.login, PASSWORD, from(address))).location).not.toBeNull()
    expect([await wrong(), await wrong()]).toEqual([403, 429])
    expect((await attempt(person.login, PASSWORD, from(address))).status).toBe(429)
  })

  it('are of the address that the edge says, whatever the caller says', async () => {
    const address = anAddress()
    const forged = (name: string): Record<string, string> => ({
      ...from(address),
      [name]: anAddress(),
    })
    const names = ['x-forwarded-for', 'x-real-ip', 'true-client-ip', 'forwarded']
    for (let count = 0; count < limits.attemptsPerAddressMax; count++)
      await attempt('nobody', 'y'.repeat(5000), forged(names[count % names.length]!))
    expect((await attempt('nobody', 'wrong', forged('x-forwarded-for'))).status).toBe(429)
  })

  it('that are too many are told together and not one by one, and none of them in the database of the configuration', async () => {
    const address = anAddress()
    for (let count = 0; count < limits.attemptsPerAddressMax; count++)
      await attempt('nobody', 'y'.repeat(5000), from(address))
    await flushLog()
    const filter = 'outcome.reason eq "TOO_MANY_ATTEMPTS"'
    const before = (await logEvents(filter)).length
    for (let count = 0; count < 3 * limits.logUnprovenRefusalsToldMax; count++)
      expect((await attempt(`flood-${count}`, 'wrong', from(address))).status).toBe(429)
    await flushLog()
    const told = (await logEvents(filter)).length - before
    expect(told).toBeGreaterThan(0)
    expect(told).toBeLessThanOrEqual(2 * (limits.logUnprovenRefusalsToldMax + 1))
  })
})

describe('a request that is sent slowly', () => {
  it('is as old as its end: a transaction that is over meanwhile lets nobody in', async () => {
    const [browser, page] = await atSignIn()
    const body = new URLSearchParams({
      ...hiddenInputs(page.html),
      identifier: person.login,
      password: PASSWORD,
    }).toString()
    const began = Date.now()
    vi.useFakeTimers({ now: began, toFake: ['Date'] })
    const slow = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          vi.setSystemTime(began + limits.transactionSeconds * 1000 + 1000)
          controller.enqueue(new TextEncoder().encode(body))
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const request = new Request(`${ORIGIN}/signin`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
      body: slow,
      duplex: 'half',
    } as RequestInit)
    const context = createExecutionContext()
    const response = await worker.fetch(request as never, env, context)
    await waitOnExecutionContext(context)
    expect(response.status).toBe(400)
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

/** Everything that an answer shows, apart from what is new in each. */
const shown = ({ status, html, headers, location }: PageView, identifier: string) => ({
  status,
  location,
  html: html
    .replaceAll(identifier, 'IDENTIFIER')
    .replace(/name="transaction" value="[^"]*"/, 'TRANSACTION'),
  headers: [...headers.keys()].sort(),
})

describe('nobody learns who has an account', () => {
  const people: { name: string; login: string }[] = []

  beforeAll(async () => {
    const suspended = await aPersonWithPassword()
    await made(200, 'POST', `${USERS}/${suspended.id}/lifecycle/suspend`)
    const locked = await aPersonWithPassword()
    for (let count = 0; count < limits.passwordAttemptsMax; count++)
      await attempt(locked.login, `wrong-${count}`)
    const expired = await aPersonWithPassword()
    await made(200, 'POST', `${USERS}/${expired.id}/lifecycle/expire_password`)
    const gone = await aPersonWithPassword()
    await made(200, 'POST', `${USERS}/${gone.id}/lifecycle/deactivate`)
    people.push(
      { name: 'active', login: person.login },
      { name: 'suspended', login: suspended.login },
      { name: 'locked', login: locked.login },
      { name: 'expired', login: expired.login },
      { name: 'deactivated', login: gone.login },
    )
  })

  it('by a wrong password at the sign-in page, whatever became of the account', async () => {
    const nobody = `${unique('nobody')}@people.example`
    const expected = shown(await attempt(nobody, 'wrong'), nobody)
    expect(expected.status).toBe(403)
    for (const { login } of people)
      expect(shown(await attempt(login, 'wrong'), login)).toEqual(expected)
  })

  it('by the right password of somebody who may not sign in', async () => {
    const nobody = `${unique('nobody')}@people.example`
    const expected = shown(await attempt(nobody, 'wrong'), nobody)
    for (const { name, login } of people.filter(
      ({ name }) => !['active', 'expired'].includes(name),
    ))
      expect([name, shown(await attempt(login, PASSWORD), login)]).toEqual([name, expected])
  })

  it('[RFC6749-4.3.2] by the password grant', async () => {
    const body = await create(
      anAppBody(
        {
          application_type: 'native',
          grant_types: ['authorization_code', 'password'],
          response_types: ['code'],
          redirect_uris: [CALLBACK],
        },
        { token_endpoint_auth_method: 'client_secret_basic' },
      ),
    )
    const { client_id, client_secret } = body['credentials']['oauthClient']
    await made(200, 'PUT', `/api/v1/apps/${body['id']}`, {
      ...body,
      settings: { ...body['settings'], implicitAssignment: true },
    })
    const grant = async (
      username: string,
      password: string,
    ): Promise<readonly [number, Json, string[]]> => {
      const response = await post(
        '/oauth2/v1/token',
        { grant_type: 'password', username, password, scope: 'openid' },
        { authorization: basic(client_id, client_secret), ...from(anAddress()) },
      )
      const [status, error] = await answered(response)
      return [status, error, [...response.headers.keys()].sort()]
    }
    const expected = await grant(unique('nobody'), 'wrong')
    expect(expected.slice(0, 2)).toMatchObject([400, { error: 'invalid_grant' }])
    for (const { login } of people) expect(await grant(login, 'wrong')).toEqual(expected)
    for (const { login } of people.filter(({ name }) => !['active', 'expired'].includes(name)))
      expect(await grant(login, PASSWORD)).toEqual(expected)
    expect((await grant(person.login, PASSWORD))[0]).toBe(200)
  })
})

describe('in the log, before the answer,', () => {
  const eventsOf = (login: string): Promise<readonly Json[]> =>
    logEvents(`eventType eq "user.session.start" and actor.alternateId eq "${login}"`)

  it('is who signed in, who failed and who is locked out, and no password', async () => {
    const one = await aPersonWithPassword()
    await attempt(one.login, 'Not-The-Secret-1')
    expect(await eventsOf(one.login)).toMatchObject([
      { outcome: { result: 'FAILURE', reason: 'INVALID_CREDENTIALS' }, actor: { id: 'unknown' } },
    ])
    await attempt(one.login, PASSWORD)
    expect(await eventsOf(one.login)).toMatchObject([
      { outcome: { result: 'FAILURE' } },
      { outcome: { result: 'SUCCESS' }, actor: { id: one.id } },
    ])
    for (let count = 0; count < limits.passwordAttemptsMax; count++)
      await attempt(one.login, 'Not-The-Secret-2')
    expect(
      await logEvents(`eventType eq "user.account.lock" and target.id eq "${one.id}"`),
    ).toHaveLength(1)
    const all = JSON.stringify((await env.LOG_DB.prepare('SELECT * FROM events').all()).results)
    for (const secret of [PASSWORD, 'Not-The-Secret']) expect(all).not.toContain(secret)
  })

  it('is who signed out, once', async () => {
    const one = await aPersonWithPassword()
    const { browser } = await signedIn(ORG_BASE, app, one)
    const home = await browser.get('/signin')
    await browser.post('/signout', hiddenInputs(home.html))
    await browser.post('/signout', hiddenInputs(home.html))
    expect(
      await logEvents(`eventType eq "user.session.end" and actor.id eq "${one.id}"`),
    ).toHaveLength(1)
  })

  it('is a password that was right at the authentication API', async () => {
    const one = await aPersonWithPassword()
    await send('/api/v1/authn', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...from(anAddress()) },
      body: JSON.stringify({ username: one.login, password: PASSWORD }),
    })
    const events = await logEvents(`actor.id eq "${one.id}" and outcome.result eq "SUCCESS"`)
    expect(events.map((event) => event['eventType'])).toEqual(['user.authentication.verify'])
  })
})
