/** Links and tokens of recoveries that administrators are given to hand on. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { logEvents } from './log-support.ts'
import { aPerson } from './principals.ts'
import { ANSWER, answer, aPersonWithQuestion, exchange, given, NEW, QUESTION, refusal, reset } from './recovery-support.ts' // prettier-ignore
import { authn } from './session-support.ts'
import { aPersonWithPassword, PASSWORD, type TestPerson } from './sign-in-support.ts'
import { answered, api, made, ORIGIN, type Json } from './support.ts'
import { aUser, USERS } from './user-support.ts'

let person: TestPerson

beforeEach(async () => {
  person = await aPersonWithPassword()
})

afterEach(() => {
  vi.useRealTimers()
})

const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? ''

const call = (path: string, { id } = person): Promise<Json> =>
  made(200, 'POST', `${USERS}/${id}/${path}`)

const statusOf = async ({ id }: { readonly id: string }): Promise<string> =>
  (await made(200, 'GET', `${USERS}/${id}`))['status']

const signsIn = async (password: string, login = person.login): Promise<number> =>
  (await authn({ username: login, password })).status

describe('reset_password', () => {
  it('takes the password out of use and gives a link, whose token chooses another one', async () => {
    const { resetPasswordUrl: url } = await call('lifecycle/reset_password?sendEmail=false')
    expect(url).toMatch(`${ORIGIN}/signin/reset-password?token=`)
    expect([await statusOf(person), await signsIn(PASSWORD)]).toEqual(['RECOVERY', 401])
    const { stateToken } = await given('PASSWORD_RESET', await exchange(tokenOf(url)))
    await given('SUCCESS', await reset(stateToken))
    expect([await statusOf(person), await signsIn(NEW)]).toEqual(['ACTIVE', 200])
  })

  it('asks no question: an administrator vouches for whom the link is given to', async () => {
    person = await aPersonWithQuestion()
    const { resetPasswordUrl: url } = await call('lifecycle/reset_password?sendEmail=false')
    await given('PASSWORD_RESET', await exchange(tokenOf(url)))
  })

  it('gives a link that is good after the sessions of the person were ended with it', async () => {
    const path = 'lifecycle/reset_password?sendEmail=false&revokeSessions=true'
    const { resetPasswordUrl: url } = await call(path)
    await given('PASSWORD_RESET', await exchange(tokenOf(url)))
  })

  it('gives none when it would be mailed, nor to who may not change the user', async () => {
    expect(await call('lifecycle/reset_password?sendEmail=true')).toEqual({})
    const { authorization } = await aPerson('USER_ADMIN')
    await made(201, 'POST', `${USERS}/${person.id}/roles`, { type: 'READ_ONLY_ADMIN' })
    const path = `${USERS}/${person.id}/lifecycle/reset_password?sendEmail=false`
    expect((await api('POST', path, undefined, authorization)).status).toBe(403)
  })
})

describe('forgot_password', () => {
  const PATH = 'credentials/forgot_password?sendEmail=false'

  it('leaves the password as it is, and gives a link that asks the question first', async () => {
    person = await aPersonWithQuestion()
    const { resetPasswordUrl: url } = await call(PATH)
    expect([await statusOf(person), await signsIn(PASSWORD)]).toEqual(['ACTIVE', 200])
    const { stateToken } = await given('RECOVERY', await exchange(tokenOf(url)))
    await given('PASSWORD_RESET', await answer(stateToken))
    await given('SUCCESS', await reset(stateToken))
    expect(await signsIn(NEW)).toBe(200)
  })

  it('is refused without a question, in another status, and where it would be mailed', async () => {
    const refused = async (path: string) =>
      refusal(await api('POST', `${USERS}/${person.id}/${path}`))
    expect(await refused(PATH)).toEqual([403, 'E0000034'])
    person = await aPersonWithQuestion()
    for (const path of [
      'credentials/forgot_password',
      'credentials/forgot_password?sendEmail=true',
    ])
      expect(await refused(path)).toEqual([403, 'E0000034', [expect.stringContaining('sendEmail')]])
    await call('lifecycle/suspend')
    expect(await refused(PATH)).toEqual([403, 'E0000034'])
  })
})

describe('forgot_password_recovery_question', () => {
  const chosen = (text: string, password = NEW): Promise<Response> =>
    api('POST', `${USERS}/${person.id}/credentials/forgot_password_recovery_question`, {
      password: { value: password },
      recovery_question: { answer: text },
    })

  beforeEach(async () => {
    person = await aPersonWithQuestion()
  })

  it('sets the password of whoever knows the answer', async () => {
    const [status, credentials] = await answered(await chosen(ANSWER.toLowerCase()))
    expect([status, credentials]).toEqual([
      200,
      {
        password: {},
        recovery_question: { question: QUESTION },
        provider: { type: 'OKTA', name: 'OKTA' },
      },
    ])
    expect([await signsIn(PASSWORD), await signsIn(NEW)]).toEqual([401, 200])
    const [event] = await logEvents(`target.id eq "${person.id}" and eventType eq "user.account.reset_password"`) // prettier-ignore
    expect(event!.actor.id).not.toBe(person.id)
  })

  it('counts a wrong answer as a wrong password, and changes nothing', async () => {
    for (let time = 0; time < limits.passwordAttemptsMax; time++) {
      expect(await statusOf(person)).toBe('ACTIVE')
      expect(await refusal(await chosen('wrong'))).toEqual([403, 'E0000087'])
    }
    expect(await statusOf(person)).toBe('LOCKED_OUT')
    expect(await refusal(await chosen(ANSWER))).toEqual([403, 'E0000034'])
  })

  it('tries no answer for a password that will not do, and takes not the present one', async () => {
    for (const [password, text] of [
      ['short', 'wrong'],
      ['short', ANSWER],
      [PASSWORD, ANSWER],
    ] as const)
      // prettier-ignore
      expect((await refusal(await chosen(text, password)))[1]).toBe('E0000080')
    expect(await signsIn(PASSWORD)).toBe(200)
  })

  it('[race] sets one of many that come at once', async () => {
    const all = await Promise.all([1, 2, 3].map((at) => chosen(ANSWER, `${NEW}${at}`)))
    const won = all.flatMap(({ status }, at) => (status === 200 ? [at] : []))
    for (const { status } of all) expect([200, 409]).toContain(status)
    const works = await Promise.all([1, 2, 3].map((at) => signsIn(`${NEW}${at}`)))
    expect(works.flatMap((status, at) => (status === 200 ? [at] : []))).toEqual(won.slice(0, 1))
    expect(won.length).toBeLessThanOrEqual(1)
  })

  it('is refused to who has no question', async () => {
    person = await aPersonWithPassword()
    expect(await refusal(await chosen(ANSWER))).toEqual([403, 'E0000034'])
  })
})

describe('an activation token', () => {
  const aWaiting = async (): Promise<readonly [user: Json, activation: Json]> => {
    const user = await aUser({}, {}, '?activate=false')
    const path = `${USERS}/${user['id']}/lifecycle/activate?sendEmail=false`
    return [user, await made(200, 'POST', path)]
  }

  it('lets a user who was activated without a password choose one', async () => {
    const [user, { activationUrl, activationToken: token }] = await aWaiting()
    expect(activationUrl).toBe(`${ORIGIN}/signin/activate?token=${token}`)
    const { id, login } = { id: user['id'] as string, login: user['profile']['login'] as string }
    expect(await statusOf({ id })).toBe('PROVISIONED')
    const standing = await given('PASSWORD_RESET', await authn({ token }))
    expect(standing).toMatchObject({
      recoveryType: 'ACCOUNT_ACTIVATION',
      _embedded: { user: { id }, policy: { complexity: { minLength: 8 } } },
    })
    expect(await refusal(await authn({ token }))).toEqual([401, 'E0000011'])
    const success = await given('SUCCESS', await reset(standing['stateToken']))
    expect(success).toHaveProperty('sessionToken')
    expect([await statusOf({ id }), await signsIn(NEW, login)]).toEqual(['ACTIVE', 200])
  })

  it('is none for a recovery, nor the other way round', async () => {
    const [, { activationToken }] = await aWaiting()
    expect(await refusal(await exchange(activationToken))).toEqual([401, 'E0000011'])
    const { resetPasswordUrl: url } = await call('lifecycle/reset_password?sendEmail=false')
    expect(await refusal(await authn({ token: tokenOf(url) }))).toEqual([401, 'E0000011'])
  })

  it('is worth nothing once an administrator set a password, or activated the user anew', async () => {
    const [user, { activationToken: first }] = await aWaiting()
    const path = `${USERS}/${user['id']}/lifecycle/reactivate?sendEmail=false`
    const { activationToken: second } = await made(200, 'POST', path)
    expect(await refusal(await authn({ token: first }))).toEqual([401, 'E0000011'])
    const set = { credentials: { password: { value: PASSWORD } } }
    await made(200, 'POST', `${USERS}/${user['id']}`, set)
    expect(await refusal(await authn({ token: second }))).toEqual([401, 'E0000011'])
  })

  it('is not given where there is nothing to choose, or where it would be mailed', async () => {
    const credentials = { password: { value: PASSWORD } }
    const user = await aUser({}, { credentials }, '?activate=false')
    const activate = `${USERS}/${user['id']}/lifecycle/activate?sendEmail=false`
    expect(await made(200, 'POST', activate)).toEqual({})
    const other = await aUser({}, {}, '?activate=false')
    expect(await made(200, 'POST', `${USERS}/${other['id']}/lifecycle/activate`)).toEqual({})
    expect(await made(200, 'POST', `${USERS}/${other['id']}/lifecycle/reactivate?sendEmail=true`)).toEqual({}) // prettier-ignore
  })

  it('is good until its second, and not in it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const [, { activationToken: token }] = await aWaiting()
    const end = Date.now() + limits.activationTokenSeconds * 1000
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      expect(await refusal(await authn({ token }))).toEqual([401, 'E0000011'])
    }
    vi.setSystemTime(end - 1000)
    await given('PASSWORD_RESET', await authn({ token }))
  })
})
