/** The page on which people replace a password that has expired, on their way into an app or for themselves. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser, hiddenInputs, type PageView } from './browser.ts'
import { logEvents } from './log-support.ts'
import { ask, justBefore } from './meanwhile.ts'
import { authn } from './session-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, ORG_BASE, PASSWORD, payloadOf, redeem, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, made, ORIGIN } from './support.ts'
import { USERS } from './user-support.ts'

const NEW = 'Another-Horse-8-battery'
const PATH = '/signin/password'

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp()
})

beforeEach(async () => {
  person = await aPersonWithPassword()
  await made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password`)
})

afterEach(() => {
  vi.useRealTimers()
})

const statusOf = async (): Promise<string> =>
  (await made(200, 'GET', `${USERS}/${person.id}`))['status']

/** The page that asks for a new password, of a browser that came for the app. */
async function asked(
  browser = new Browser(),
): Promise<readonly [browser: Browser, page: PageView]> {
  const signIn = await browser.get(authorizeUrl(ORG_BASE, app))
  return [browser, await browser.signIn(signIn, person.login, PASSWORD)]
}

const choose = (
  browser: Browser,
  page: PageView,
  newPassword = NEW,
  confirmPassword = newPassword,
): Promise<PageView> => {
  expect(page.html).toContain('id="password-submit"')
  return browser.post(PATH, { ...hiddenInputs(page.html), newPassword, confirmPassword })
}

const hasSession = (browser: Browser): boolean =>
  [...browser.cookies.keys()].some((name) => name.endsWith('_session'))

const expectBeginning = (view: PageView): void => {
  expect([view.status, view.location]).toEqual([403, null])
  expect(view.html).toContain('Your sign-in was ended before it was complete. Sign in again.')
  expect(view.html).toContain('id="signin-submit"')
}

describe('whoever knows a password that has expired', () => {
  it('is asked for another one, and has no session before', async () => {
    const [browser, page] = await asked()
    expect(page.status).toBe(200)
    expect(page.html).toContain('Choose a new password')
    expect(page.html).toContain(`<bdi>${person.login}</bdi>`)
    expect(page.html).not.toContain(PASSWORD)
    expect(hasSession(browser)).toBe(false)
    const silent = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'none' }))
    expect(answerOf(silent)['error']).toBe('login_required')
  })

  it('goes on to the app with the new one, which is the password from then on', async () => {
    const [browser, page] = await asked()
    const answer = answerOf(await choose(browser, page))
    const [, tokens] = await answered(await redeem(ORG_BASE, app, answer['code']!))
    expect(payloadOf(tokens['id_token'])).toMatchObject({ sub: person.id, amr: ['pwd'] })
    expect(await statusOf()).toBe('ACTIVE')
    expect((await authn({ username: person.login, password: PASSWORD })).status).toBe(401)
    expect((await authn({ username: person.login, password: NEW })).status).toBe(200)
    const events = await logEvents(`actor.id eq "${person.id}" and eventType sw "user."`)
    const told = events.map(({ eventType, outcome }) => `${eventType} ${outcome.result}`)
    expect(told).toContain('user.account.update_password SUCCESS')
    expect(told).toContain('user.session.start SUCCESS')
  })

  it('may come for their own sake, and ends at the page of who is signed in', async () => {
    const browser = new Browser()
    const page = await browser.signIn(await browser.get('/signin'), person.login, PASSWORD)
    const home = await choose(browser, page)
    expect(home.html).toContain(person.login)
    expect(home.html).toContain('id="signout-submit"')
  })

  it('is not asked when an administrator took the password out of use', async () => {
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/reset_password?sendEmail=false`)
    const [, page] = await asked()
    expect(page.status).toBe(403)
    expect(page.html).toContain('Ask your administrator for a new one.')
    expect(page.html).not.toContain('password-submit')
  })

  it('gets in with a temporary password, too', async () => {
    const path = `${USERS}/${person.id}/lifecycle/expire_password_with_temp_password`
    const { tempPassword } = await made(200, 'POST', path)
    const browser = new Browser()
    const signIn = await browser.get(authorizeUrl(ORG_BASE, app))
    const page = await browser.signIn(signIn, person.login, tempPassword)
    expect(answerOf(await choose(browser, page))).toHaveProperty('code')
  })
})

describe('a new password', () => {
  it.each([
    ['Short-7', 'Your new password needs: at least 8 characters.'],
    ['no number or capital', 'Your new password needs: an upper-case letter, a number.'],
    [PASSWORD, 'Your new password needs: to differ from the old one.'],
    ['', 'Your new password needs: at least 8 characters, a lower-case letter, an upper-case letter, a number.'], // prettier-ignore
  ])('"%s" is refused with what it misses, and the next one is taken', async (bad, message) => {
    const [browser, page] = await asked()
    const refused = await choose(browser, page, bad)
    expect([refused.status, refused.location]).toEqual([400, null])
    expect(refused.html).toContain(message)
    if (bad !== '') expect(refused.html).not.toContain(bad)
    expect(hasSession(browser)).toBe(false)
    expect(await statusOf()).toBe('PASSWORD_EXPIRED')
    expect(answerOf(await choose(browser, refused))).toHaveProperty('code')
  })

  it('has to be the same twice', async () => {
    const [browser, page] = await asked()
    const refused = await choose(browser, page, NEW, `${NEW}.`)
    expect(refused.status).toBe(400)
    expect(refused.html).toContain('The two passwords are not the same.')
    expect(await statusOf()).toBe('PASSWORD_EXPIRED')
  })

  it('[race] is stored once, whoever sends the form how often', async () => {
    const [browser, page] = await asked()
    const all = Array.from({ length: 5 }, (_, at) => `${NEW}${at}`)
    const views = await Promise.all(all.map((password) => choose(browser, page, password)))
    expect(views.filter(({ location }) => location?.includes('code='))).toHaveLength(1)
    const works = await Promise.all(
      all.map(async (password) => (await authn({ username: person.login, password })).status),
    )
    expect(works.filter((status) => status === 200)).toHaveLength(1)
  })
})

describe('the form', () => {
  it('is nothing in another browser, nor in another sign-in of the same', async () => {
    const [browser, page] = await asked()
    const stranger = new Browser()
    await stranger.get(authorizeUrl(ORG_BASE, app))
    const taken = await choose(stranger, page)
    expect(taken.status).toBe(400)
    expect(taken.html).toContain('This page has expired')
    const others = hiddenInputs((await stranger.get(authorizeUrl(ORG_BASE, app))).html)
    const chosen = { newPassword: NEW, confirmPassword: NEW }
    const { proof = '' } = hiddenInputs(page.html)
    expectBeginning(await stranger.post(PATH, { ...others, proof, ...chosen }))
    const again = hiddenInputs((await browser.get(authorizeUrl(ORG_BASE, app))).html)
    expectBeginning(await browser.post(PATH, { ...again, proof, ...chosen }))
    expect(await statusOf()).toBe('PASSWORD_EXPIRED')
    expect(answerOf(await choose(browser, page))).toHaveProperty('code')
  })

  it('is nothing without the proof, with a broken one, or with a state token', async () => {
    const [browser, page] = await asked()
    const { transaction = '', proof = '' } = hiddenInputs(page.html)
    const [, { stateToken }] = await answered(await authn({ username: person.login, password: PASSWORD })) // prettier-ignore
    for (const other of ['', 'x', proof.slice(0, -1), transaction, stateToken as string])
      expectBeginning(await browser.post(PATH, { transaction, proof: other, newPassword: NEW, confirmPassword: NEW })) // prettier-ignore
    expect((await authn({ stateToken: proof })).status).toBe(401)
    expect(await statusOf()).toBe('PASSWORD_EXPIRED')
  })

  it('is good until its second, and not in it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const [browser, page] = await asked()
    const end = Date.now() + limits.expiredSignInSeconds * 1000
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      expectBeginning(await choose(browser, page))
    }
    vi.setSystemTime(end - 1000)
    expect(answerOf(await choose(browser, page))).toHaveProperty('code')
  })

  it.each<readonly [string, () => Promise<unknown>]>([
    ['sessions of the person end', () => made(204, 'DELETE', `${USERS}/${person.id}/sessions`)],
    ['another password is set', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password_with_temp_password`)], // prettier-ignore
    ['the password is taken out of use', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/reset_password?sendEmail=false`)], // prettier-ignore
    ['the person is deactivated', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/deactivate`)], // prettier-ignore
  ])('is nothing when %s', async (_, happens) => {
    const [browser, page] = await asked()
    await happens()
    expectBeginning(await choose(browser, page))
    expect(hasSession(browser)).toBe(false)
    expect((await authn({ username: person.login, password: NEW })).status).toBe(401)
  })

  it('lets nobody in after somebody signed in with the same sign-in', async () => {
    const browser = new Browser()
    const signIn = await browser.get(authorizeUrl(ORG_BASE, app))
    const page = await browser.signIn(signIn, person.login, PASSWORD)
    const other = await aPersonWithPassword()
    expect(answerOf(await browser.signIn(signIn, other.login, PASSWORD))).toHaveProperty('code')
    const { code = '' } = answerOf(await choose(browser, page))
    const [, tokens] = await answered(await redeem(ORG_BASE, app, code))
    expect(payloadOf(tokens['id_token'])['sub']).toBe(other.id)
    expect(await statusOf()).toBe('PASSWORD_EXPIRED')
  })

  it('[race] begins no session when sessions end between the new password and the session', async () => {
    const [browser, page] = await asked(new Browser(ORIGIN, ask))
    const end = () => made(204, 'DELETE', `${USERS}/${person.id}/sessions`)
    expectBeginning(await justBefore('startSession', end, () => choose(browser, page)))
    expect(hasSession(browser)).toBe(false)
    expect((await authn({ username: person.login, password: NEW })).status).toBe(200)
  })

  it('takes the place of the session that the browser had, of whomever', async () => {
    const other = await aPersonWithPassword()
    const { browser } = await signedIn(ORG_BASE, app, other)
    const signIn = await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'login' }))
    const page = await browser.signIn(signIn, person.login, PASSWORD)
    expect(answerOf(await choose(browser, page))).toHaveProperty('code')
    expect((await browser.get('/signin')).html).toContain(person.login)
  })
})
