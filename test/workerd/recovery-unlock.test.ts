/** Lockouts at the authentication API: whether they are told, and how a person ends one who has a token for it. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { logEvents } from './log-support.ts'
import { answer, aPersonWithQuestion, exchange, given, NEW, recoveryTokenOf, refusal, reset, start } from './recovery-support.ts' // prettier-ignore
import { authn } from './session-support.ts'
import { aPersonWithPassword, PASSWORD, type TestPerson } from './sign-in-support.ts'
import { answered, api, made, ORIGIN } from './support.ts'
import { USERS } from './user-support.ts'

let person: TestPerson

const tried = (password: string): Promise<Response> => authn({ username: person.login, password })

const lockOut = async (): Promise<void> => {
  for (let time = 0; time < limits.passwordAttemptsMax; time++) await tried('wrong')
}

const statusOf = async (): Promise<string> =>
  (await made(200, 'GET', `${USERS}/${person.id}`))['status']

const showLockouts = (showLockoutFailures: boolean | null) =>
  made(200, 'POST', '/api/v1/org', { showLockoutFailures })

beforeEach(async () => {
  person = await aPersonWithPassword()
})

afterAll(() => showLockouts(null))

describe('a lockout', () => {
  it('is told to nobody, unless the org wants it told', async () => {
    expect(await made(200, 'GET', '/api/v1/org')).toMatchObject({ showLockoutFailures: false })
    await lockOut()
    for (const password of [PASSWORD, 'wrong'])
      expect(await refusal(await tried(password))).toEqual([401, 'E0000004'])
    await showLockouts(true)
    for (const password of [PASSWORD, 'wrong'])
      expect(await answered(await tried(password))).toEqual([
        200,
        {
          status: 'LOCKED_OUT',
          _links: {
            next: {
              name: 'unlock',
              href: `${ORIGIN}/api/v1/authn/recovery/unlock`,
              hints: { allow: ['POST'] },
            },
          },
        },
      ])
    const nobody = { username: 'nobody@people.example', password: 'wrong' }
    expect(await refusal(await authn(nobody))).toEqual([401, 'E0000004'])
    await showLockouts(false)
    expect(await refusal(await tried(PASSWORD))).toEqual([401, 'E0000004'])
  })

  it('can be shown or not, and nothing else', async () => {
    const refused = await api('POST', '/api/v1/org', { showLockoutFailures: 'yes' })
    expect([refused.status, (await answered(refused))[1]['errorCode']]).toEqual([400, 'E0000001'])
  })
})

describe('a password that an administrator took out of use', () => {
  it('does not come back by a lockout and its end', async () => {
    const path = `${USERS}/${person.id}/lifecycle/reset_password?sendEmail=false`
    const { resetPasswordUrl } = await made(200, 'POST', path)
    await lockOut()
    expect(await statusOf()).toBe('RECOVERY')
    expect(await refusal(await start('unlock', person))).toEqual([403, 'E0000032'])
    expect(await refusal(await tried(PASSWORD))).toEqual([401, 'E0000004'])
    const token = new URL(resetPasswordUrl).searchParams.get('token')!
    const { stateToken } = await given('PASSWORD_RESET', await exchange(token))
    await given('SUCCESS', await reset(stateToken))
    await given('SUCCESS', await tried(NEW))
  })
})

describe('whoever is locked out', () => {
  it('ends it with a token, without a session, and signs in with the same password', async () => {
    await lockOut()
    const token = await recoveryTokenOf(person, 'unlock', { relayState: 'r' })
    const success = await given('SUCCESS', await exchange(token))
    expect(success).toEqual({ status: 'SUCCESS', recoveryType: 'UNLOCK', relayState: 'r' })
    expect(await statusOf()).toBe('ACTIVE')
    await given('SUCCESS', await tried(PASSWORD))
    expect(await refusal(await exchange(token))).toEqual([401, 'E0000011'])
    const events = await logEvents(`target.id eq "${person.id}" and eventType sw "user.account.un"`)
    expect(events.map(({ eventType, actor }) => [eventType, actor.id === person.id])).toEqual([
      ['user.account.unlock_token', false],
      ['user.account.unlock', true],
    ])
  })

  it('answers a question before, so often as it takes and no more', async () => {
    person = await aPersonWithQuestion()
    await lockOut()
    const begin = async (): Promise<string> =>
      (await given('RECOVERY', await exchange(await recoveryTokenOf(person, 'unlock'))))['stateToken'] // prettier-ignore
    const first = await begin()
    for (let time = 0; time < limits.recoveryAnswersMax; time++)
      expect(await refusal(await answer(first, 'wrong'))).toEqual([403, 'E0000087'])
    expect(await refusal(await answer(first))).toEqual([401, 'E0000011'])
    const second = await begin()
    expect(await refusal(await reset(second))).toEqual([403, 'E0000079'])
    expect(await statusOf()).toBe('LOCKED_OUT')
    await given('SUCCESS', await answer(second))
    expect(await statusOf()).toBe('ACTIVE')
    await given('SUCCESS', await tried(PASSWORD))
  })

  it('[race] is let in once by one token', async () => {
    await lockOut()
    const token = await recoveryTokenOf(person, 'unlock')
    const all = await Promise.all([1, 2, 3].map(() => exchange(token)))
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, 401, 401])
  })

  it('has no use for the token once an administrator has unlocked them', async () => {
    await lockOut()
    const token = await recoveryTokenOf(person, 'unlock')
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/unlock`)
    expect(await refusal(await exchange(token))).toEqual([401, 'E0000011'])
  })
})
