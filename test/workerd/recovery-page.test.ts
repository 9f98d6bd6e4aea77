/** The page that the link of a recovery or of an activation leads to. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { limits } from '../../src/platform/limits.ts'
import { Browser, hiddenInputs, type PageView } from './browser.ts'
import { logEvents } from './log-support.ts'
import { ANSWER, aPersonWithQuestion, exchange, given, NEW, QUESTION, recoveryTokenOf } from './recovery-support.ts' // prettier-ignore
import { authn } from './session-support.ts'
import { aPersonWithPassword, PASSWORD, type TestPerson } from './sign-in-support.ts'
import { made } from './support.ts'
import { aUser, USERS } from './user-support.ts'

const PATH = '/signin/reset-password'

let person: TestPerson
let browser: Browser

beforeEach(async () => {
  person = await aPersonWithPassword()
  browser = new Browser()
})

afterEach(() => {
  vi.useRealTimers()
})

const resetLink = async ({ id } = person): Promise<string> => {
  const path = `${USERS}/${id}/lifecycle/reset_password?sendEmail=false`
  return (await made(200, 'POST', path))['resetPasswordUrl']
}

const questionLink = async ({ id } = person): Promise<string> => {
  const path = `${USERS}/${id}/credentials/forgot_password?sendEmail=false`
  return (await made(200, 'POST', path))['resetPasswordUrl']
}

const choose = (page: PageView, fields: Record<string, string> = {}, by = browser) =>
  by.post(PATH, {
    ...hiddenInputs(page.html),
    newPassword: NEW,
    confirmPassword: fields['newPassword'] ?? NEW,
    ...fields,
  })

const signsIn = async (password: string, { login } = person): Promise<number> =>
  (await authn({ username: login, password })).status

const expectHome = (page: PageView, login = person.login): void => {
  expect(page.html).toContain('id="signout-submit"')
  expect(page.html).toContain(login)
}

const expectOver = (page: PageView): void => {
  expect([page.status, page.location]).toEqual([400, null])
  expect(page.html).toContain('This page has expired')
}

describe('the link', () => {
  it('leads to a page on which its person chooses a password, and is signed in', async () => {
    const page = await browser.get(await resetLink())
    expect(page.status).toBe(200)
    expect(page.html).toContain('Choose a new password')
    expect(page.html).toContain(`<bdi>${person.login}</bdi>`)
    expect(page.html).not.toContain('name="answer"')
    expectHome(await choose(page))
    expect([await signsIn(PASSWORD), await signsIn(NEW)]).toEqual([401, 200])
    const told = await logEvents(`actor.id eq "${person.id}" and eventType sw "user."`)
    expect(told.map(({ eventType }) => eventType).slice(0, 3)).toEqual([
      'user.account.use_token',
      'user.account.reset_password',
      'user.session.start',
    ])
  })

  it('is looked at as often as anybody likes, and used once', async () => {
    const link = await resetLink()
    const pages = [await browser.get(link), await browser.get(link)]
    const other = new Browser()
    const others = await other.get(link)
    expectHome(await choose(pages[1]!))
    expectOver(await choose(others, { newPassword: `${NEW}2` }, other))
    expectOver(await browser.get(link))
    expect(await signsIn(NEW)).toBe(200)
  })

  it('[race] is worth one new password, whoever sends the form how often', async () => {
    const page = await browser.get(await resetLink())
    const all = [1, 2, 3, 4].map((at) => `${NEW}${at}`)
    await Promise.all(all.map((newPassword) => choose(page, { newPassword })))
    const works = await Promise.all(all.map((password) => signsIn(password)))
    expect(works.filter((status) => status === 200)).toHaveLength(1)
  })

  it('is good until its second, and not in it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const link = await resetLink()
    const end = Date.now() + limits.recoveryTokenSeconds * 1000
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      expectOver(await browser.get(link))
    }
    vi.setSystemTime(end - 1000)
    expectHome(await choose(await browser.get(link)))
  })

  it('is nothing when it is broken, or unlocks somebody', async () => {
    const link = await resetLink()
    for (const url of [PATH, `${PATH}?token=`, `${PATH}?token=x`, link.slice(0, -1)])
      expectOver(await browser.get(url))
    const locked = await aPersonWithPassword()
    for (let time = 0; time < limits.passwordAttemptsMax; time++) await signsIn('wrong', locked)
    const token = await recoveryTokenOf(locked, 'unlock')
    expectOver(await browser.get(`${PATH}?token=${token}`))
    await given('SUCCESS', await exchange(token))
  })

  it.each<readonly [string, () => Promise<unknown>]>([
    ['the person is deactivated', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/deactivate`)], // prettier-ignore
    ['sessions of the person end', () => made(204, 'DELETE', `${USERS}/${person.id}/sessions`)],
    ['there is another link', () => resetLink()],
  ])('is nothing when %s, also when its page was opened before', async (_, happens) => {
    const link = await resetLink()
    const page = await browser.get(link)
    await happens()
    expectOver(await choose(page))
    expectOver(await browser.get(link))
    expect(await signsIn(NEW)).toBe(401)
  })

  it('of an activation leads to a page for the first password', async () => {
    const user = await aUser({}, {}, '?activate=false')
    const path = `${USERS}/${user['id']}/lifecycle/activate?sendEmail=false`
    const { activationUrl } = await made(200, 'POST', path)
    const page = await browser.get(activationUrl)
    expect(page.html).toContain('<h1>Choose a password</h1>')
    expect(page.html).not.toContain('differ from the old one')
    expectHome(await choose(page), user['profile']['login'])
  })
})

describe('the form', () => {
  it('is nothing in another browser', async () => {
    const page = await browser.get(await resetLink())
    const stranger = new Browser()
    await stranger.get('/signin')
    expectOver(await choose(page, {}, stranger))
    expect(await signsIn(NEW)).toBe(401)
    expectHome(await choose(page))
  })

  it.each([
    [{ newPassword: 'Short-7' }, 'Your new password needs: at least 8 characters.'],
    [{ newPassword: PASSWORD }, 'Your new password needs: to differ from the old one.'],
    [{ confirmPassword: `${NEW}.` }, 'The two passwords are not the same.'],
  ])('with %j is shown again, and the next one is taken', async (bad, message) => {
    const refused = await choose(await browser.get(await resetLink()), bad)
    expect([refused.status, refused.location]).toEqual([400, null])
    expect(refused.html).toContain(message)
    expect(refused.html).not.toContain(PASSWORD)
    expectHome(await choose(refused))
  })

  it('asks the question first where the link says so', async () => {
    person = await aPersonWithQuestion()
    const page = await browser.get(await questionLink())
    expect(page.html).toContain(QUESTION)
    const wrong = await choose(page, { answer: 'wrong' })
    expect(wrong.status).toBe(403)
    expect(wrong.html).toContain('That is not the answer we know.')
    expect(await signsIn(NEW)).toBe(401)
    const unfit = await choose(wrong, { answer: ANSWER, newPassword: 'short' })
    expect(unfit.status).toBe(400)
    expect(unfit.html).not.toContain('name="answer"')
    expectHome(await choose(unfit))
  })

  it('is nothing after so many wrong answers', async () => {
    person = await aPersonWithQuestion()
    let page = await browser.get(await questionLink())
    for (let time = 0; time < limits.recoveryAnswersMax; time++)
      page = await choose(page, { answer: 'wrong' })
    expect(page.status).toBe(403)
    expectOver(await choose(page, { answer: ANSWER }))
  })

  it('is put off when too many attempts came from the address, and uses nothing up', async () => {
    const { throttle } = compositionOf(env).protocol.ports
    const from = { 'cf-connecting-ip': '203.0.113.78' }
    for (let time = 0; time < limits.attemptsPerAddressMax; time++)
      await throttle.take(from['cf-connecting-ip'], Date.now())
    const page = await browser.get(await resetLink())
    const fields = { ...hiddenInputs(page.html), newPassword: NEW, confirmPassword: NEW }
    const put = await browser.post(PATH, fields, from)
    expect(put.status).toBe(429)
    expect(put.html).toContain('Too many attempts')
    expectHome(await choose(put))
  })
})
