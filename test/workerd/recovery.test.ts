/** Recoveries at the authentication API, begun by a back end that administers users. */
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser } from './browser.ts'
import { logEvents } from './log-support.ts'
import { ask, justBefore } from './meanwhile.ts'
import { aPerson, setUserStatus } from './principals.ts'
import { ANSWER, answer, aPersonWithQuestion, exchange, given, NEW, QUESTION, recoveryTokenOf, refusal, RECOVERY, reset, RESET, resettable, start, TRUSTED } from './recovery-support.ts' // prettier-ignore
import { aSignedInBrowser, authn, postJson } from './session-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, ORG_BASE, PASSWORD, payloadOf, redeem, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, made, ORIGIN, type Json } from './support.ts'
import { USERS } from './user-support.ts'

const INVALID_TOKEN = [401, 'E0000011']

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp()
})

beforeEach(async () => {
  person = await aPersonWithPassword()
})

afterEach(() => {
  vi.useRealTimers()
})

const statusOf = async ({ id }: Pick<TestPerson, 'id'>): Promise<string> =>
  (await made(200, 'GET', `${USERS}/${id}`))['status']

const signsIn = async (password: string, { login } = person): Promise<number> =>
  (await authn({ username: login, password })).status

const link = (path: string) => ({ href: ORIGIN + path, hints: { allow: ['POST'] } })

const userOf = ({ id, login }: TestPerson): Json => ({
  id,
  profile: {
    login,
    firstName: 'Isaac',
    lastName: 'Brock',
    locale: 'en_US',
    timeZone: null,
  },
})

describe('a password is recovered', () => {
  it('by a token that the back end gets, a state token, and a new password', async () => {
    const begun = await given('RECOVERY', await start('password', person, { relayState: 'r' }))
    expect(begun).toEqual({
      recoveryToken: expect.any(String),
      expiresAt: expect.stringMatching(/Z$/),
      status: 'RECOVERY',
      recoveryType: 'PASSWORD',
      relayState: 'r',
      _embedded: { user: userOf(person) },
      _links: { next: { name: 'recovery', ...link(`${RECOVERY}/token`) } },
    })
    const standing = await given('PASSWORD_RESET', await exchange(begun['recoveryToken']))
    expect(standing).toEqual({
      stateToken: expect.any(String),
      expiresAt: expect.stringMatching(/Z$/),
      status: 'PASSWORD_RESET',
      recoveryType: 'PASSWORD',
      relayState: 'r',
      _embedded: { user: userOf(person), policy: { complexity: expect.any(Object) } },
      _links: {
        next: { name: 'resetPassword', ...link(RESET) },
        cancel: link('/api/v1/authn/cancel'),
      },
    })
    const success = await given('SUCCESS', await reset(standing['stateToken']))
    expect(success['relayState']).toBe('r')
    const url = authorizeUrl(ORG_BASE, app, { prompt: 'none', sessionToken: success['sessionToken'] }) // prettier-ignore
    const { code = '' } = answerOf(await new Browser().get(url))
    const [, tokens] = await answered(await redeem(ORG_BASE, app, code))
    expect(payloadOf(tokens['id_token'])['sub']).toBe(person.id)
    expect([await signsIn(PASSWORD), await signsIn(NEW)]).toEqual([401, 200])
  })

  it('and the log tells who began it, who used the token and what came of it, and no token', async () => {
    const recoveryToken = await recoveryTokenOf(person)
    const { stateToken } = await given('PASSWORD_RESET', await exchange(recoveryToken))
    await given('SUCCESS', await reset(stateToken))
    const events = await logEvents(`target.id eq "${person.id}" and eventType sw "user.account"`)
    expect(events.map(({ eventType, actor }) => [eventType, actor.id === person.id])).toEqual([
      ['user.account.reset_password', false],
      ['user.account.use_token', true],
      ['user.account.reset_password', true],
    ])
    const text = JSON.stringify(await logEvents(`target.id eq "${person.id}"`))
    for (const secret of [recoveryToken, stateToken as string, NEW]) expect(text).not.toContain(secret) // prettier-ignore
  })

  it('of whoever has one that expired, and signs them in', async () => {
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password`)
    await given('SUCCESS', await reset(await resettable(person)))
    expect(await statusOf(person)).toBe('ACTIVE')
  })

  it('also when somebody locked the person out meanwhile, and lets them in again', async () => {
    const stateToken = await resettable(person)
    for (let time = 0; time < limits.passwordAttemptsMax; time++) await signsIn('wrong')
    expect(await statusOf(person)).toBe('LOCKED_OUT')
    await given('SUCCESS', await reset(stateToken))
    expect([await statusOf(person), await signsIn(NEW)]).toEqual(['ACTIVE', 200])
  })

  it('and ends the sessions of before where that is wanted', async () => {
    const { browser } = await aSignedInBrowser(person)
    const silent = async () =>
      answerOf(await browser.get(authorizeUrl(ORG_BASE, app, { prompt: 'none' })))
    const first = await resettable(person)
    await given('SUCCESS', await reset(first))
    expect(await silent()).toHaveProperty('code')
    await given('SUCCESS', await reset(await resettable(person), `${NEW}2`, { revokeSessions: true })) // prettier-ignore
    expect((await silent())['error']).toBe('login_required')
  })
})

describe('whoever begins one', () => {
  const refused = { password: [403, 'E0000034'], unlock: [403, 'E0000032'] }

  it.each(['password', 'unlock'] as const)(
    'has to be a back end: %s is refused alike for somebody and nobody, by whatever it would be sent',
    async (what) => {
      for (const login of [person.login, 'nobody@people.example'])
        for (const factor of [{}, { factorType: 'EMAIL' }, { factorType: 'SMS' }])
          expect(await refusal(await start(what, { login }, factor, {}))).toEqual(refused[what])
      expect(await refusal(await start(what, person, { factorType: 'EMAIL' }))).toEqual(refused[what]) // prettier-ignore
    },
  )

  it('has to be known, and may administer users', async () => {
    const bad = { authorization: 'SSWS 00nothing' }
    expect(await refusal(await start('password', person, {}, bad))).toEqual(INVALID_TOKEN)
    const none = await aPerson('READ_ONLY_ADMIN')
    const helpDesk = await aPerson('HELP_DESK_ADMIN')
    const by = ({ authorization }: { authorization: string }) => ({ authorization })
    expect(await refusal(await start('password', person, {}, by(none)))).toEqual([403, 'E0000006'])
    await given('RECOVERY', await start('password', person, {}, by(helpDesk)))
  })

  it('gets none of an administrator, unless they could give themselves every role', async () => {
    const { authorization } = await aPerson('USER_ADMIN')
    await made(201, 'POST', `${USERS}/${person.id}/roles`, { type: 'READ_ONLY_ADMIN' })
    expect(await refusal(await start('password', person, {}, { authorization }))).toEqual([403, 'E0000006']) // prettier-ignore
    await given('RECOVERY', await start('password', person))
  })

  it('has none any more of whom became an administrator since', async () => {
    const { authorization } = await aPerson('HELP_DESK_ADMIN')
    const begun = await given('RECOVERY', await start('password', person, {}, { authorization }))
    const other = await aPersonWithPassword()
    const stateToken = await resettable(other)
    for (const { id } of [person, other])
      await made(201, 'POST', `${USERS}/${id}/roles`, { type: 'SUPER_ADMIN' })
    expect(await refusal(await exchange(begun['recoveryToken']))).toEqual(INVALID_TOKEN)
    expect(await refusal(await reset(stateToken))).toEqual(INVALID_TOKEN)
  })

  it('[race] gets none of whom becomes an administrator before it begins', async () => {
    const { authorization } = await aPerson('HELP_DESK_ADMIN')
    const promote = () => made(201, 'POST', `${USERS}/${person.id}/roles`, { type: 'SUPER_ADMIN' })
    const headers = { authorization, 'content-type': 'application/json' }
    const body = JSON.stringify({ username: person.login })
    const response = await justBefore('recover', promote, () =>
      ask(`${RECOVERY}/password`, { method: 'POST', headers, body }),
    )
    expect(await refusal(response)).toEqual([403, 'E0000006'])
  })

  it('is told that there is no such user, or that the status does not allow it', async () => {
    const nobody = { login: 'nobody@people.example' }
    expect(await refusal(await start('password', nobody))).toEqual([403, 'E0000095'])
    expect(await refusal(await start('unlock', nobody))).toEqual([403, 'E0000095'])
    expect(await refusal(await start('unlock', person))).toEqual([403, 'E0000032'])
    for (const status of [
      'STAGED',
      'PROVISIONED',
      'RECOVERY',
      'LOCKED_OUT',
      'SUSPENDED',
      'DEPROVISIONED',
    ]) {
      await setUserStatus(person.id, status)
      expect(await refusal(await start('password', person))).toEqual([403, 'E0000034'])
    }
  })

  it('sends JSON that says who is meant', async () => {
    for (const body of [{}, { username: '' }, { username: 1 }, { username: 'x', relayState: 1 }])
      expect((await refusal(await postJson(`${RECOVERY}/password`, body, TRUSTED)))[1]).toBe('E0000001') // prettier-ignore
    expect((await postJson(`${RECOVERY}/password`, '[', TRUSTED)).status).toBe(400)
  })
})

describe('a recovery token', () => {
  it('[race] is exchanged once, however often it comes', async () => {
    const token = await recoveryTokenOf(person)
    const all = await Promise.all(Array.from({ length: 5 }, () => exchange(token)))
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401, 401])
    expect(await refusal(await exchange(token))).toEqual(INVALID_TOKEN)
  })

  it('is good until its second, and not in it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const tokens = [await recoveryTokenOf(person)]
    const end = Date.now() + limits.recoveryTokenSeconds * 1000
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      expect(await refusal(await exchange(tokens[0]!))).toEqual(INVALID_TOKEN)
    }
    vi.setSystemTime(end - 1000)
    await given('PASSWORD_RESET', await exchange(tokens[0]!))
  })

  it('is worth nothing once there is another one', async () => {
    const first = await recoveryTokenOf(person)
    const second = await recoveryTokenOf(person)
    expect(await refusal(await exchange(first))).toEqual(INVALID_TOKEN)
    await given('PASSWORD_RESET', await exchange(second))
  })

  it.each<readonly [string, () => Promise<unknown>]>([
    ['sessions of the person end', () => made(204, 'DELETE', `${USERS}/${person.id}/sessions`)],
    ['another password is set', () => made(200, 'POST', `${USERS}/${person.id}`, { credentials: { password: { value: NEW } } })], // prettier-ignore
    ['the person is suspended', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/suspend`)],
    ['the person is deactivated', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/deactivate`)], // prettier-ignore
    ['the person was suspended for a while', async () => {
      await made(200, 'POST', `${USERS}/${person.id}/lifecycle/suspend`)
      await made(200, 'POST', `${USERS}/${person.id}/lifecycle/unsuspend`)
    }], // prettier-ignore
  ])('is worth nothing when %s, and neither is what it was exchanged for', async (_, happens) => {
    const other = await aPersonWithPassword()
    const stateToken = await resettable(person)
    await happens()
    expect(await refusal(await reset(stateToken, `${NEW}2`))).toEqual(INVALID_TOKEN)
    person = other
    const token = await recoveryTokenOf(person)
    await happens()
    expect(await refusal(await exchange(token))).toEqual(INVALID_TOKEN)
  })

  it('is none when it is changed, or of another kind', async () => {
    const token = await recoveryTokenOf(person)
    const stateToken = await resettable(await aPersonWithPassword())
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password`)
    const expired = (await given('PASSWORD_EXPIRED', await authn({ username: person.login, password: PASSWORD })))['stateToken'] as string // prettier-ignore
    for (const other of ['', 'x', token.slice(0, -1), `${token}x`, stateToken, expired])
      expect(await refusal(await exchange(other))).toEqual(INVALID_TOKEN)
    for (const other of [token, '', 'x.y.z'])
      for (const response of [
        await reset(other),
        await answer(other),
        await authn({ stateToken: other }),
      ])
        // prettier-ignore
        expect(await refusal(response)).toEqual(INVALID_TOKEN)
    expect(await refusal(await authn({ token }))).toEqual(INVALID_TOKEN)
  })
})

describe('a state token of a recovery', () => {
  it('is good until its second, and not in it', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    const stateToken = await resettable(person)
    const end = Date.now() + limits.recoverySeconds * 1000
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      expect(await refusal(await reset(stateToken))).toEqual(INVALID_TOKEN)
    }
    vi.setSystemTime(end - 1000)
    await given('SUCCESS', await reset(stateToken))
  })

  it('[race] is worth one new password, and nothing after that', async () => {
    const stateToken = await resettable(person)
    const all = await Promise.all([1, 2, 3, 4, 5].map((at) => reset(stateToken, `${NEW}${at}`)))
    const statuses = all.map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, 401, 401, 401, 401])
    expect(await signsIn(`${NEW}${statuses.indexOf(200) + 1}`)).toBe(200)
    expect(await refusal(await reset(stateToken))).toEqual(INVALID_TOKEN)
  })

  it.each([
    ['Short-7', ['The new password must have at least 8 characters']],
    [PASSWORD, ['The new password must differ from the current password']],
  ])('stays when "%s" is not good enough', async (bad, causes) => {
    const stateToken = await resettable(person)
    expect(await refusal(await reset(stateToken, bad))).toEqual([403, 'E0000014', causes])
    await given('SUCCESS', await reset(stateToken))
  })

  it('says where it stands, and is worth nothing after it was cancelled', async () => {
    const { stateToken } = await given('PASSWORD_RESET', await exchange(await recoveryTokenOf(person, 'password', { relayState: 'r' }))) // prettier-ignore
    for (const path of ['', '/introspect'])
      expect(await given('PASSWORD_RESET', await postJson(`/api/v1/authn${path}`, { stateToken }))).toMatchObject({ recoveryType: 'PASSWORD', relayState: 'r' }) // prettier-ignore
    expect(await answered(await postJson('/api/v1/authn/cancel', { stateToken }))).toEqual([200, { relayState: 'r' }]) // prettier-ignore
    for (const response of [
      await reset(stateToken),
      await authn({ stateToken }),
      await postJson('/api/v1/authn/cancel', { stateToken }),
    ])
      // prettier-ignore
      expect(await refusal(response)).toEqual(INVALID_TOKEN)
  })

  it('is taken only for what comes next', async () => {
    const stateToken = await resettable(person)
    const misplaced = [403, 'E0000079']
    expect(await refusal(await answer(stateToken))).toEqual(misplaced)
    const change = { stateToken, oldPassword: PASSWORD, newPassword: NEW }
    expect(await refusal(await postJson('/api/v1/authn/credentials/change_password', change))).toEqual(misplaced) // prettier-ignore
    const other = await aPersonWithPassword()
    await made(200, 'POST', `${USERS}/${other.id}/lifecycle/expire_password`)
    const expired = await given('PASSWORD_EXPIRED', await authn({ username: other.login, password: PASSWORD })) // prettier-ignore
    expect(await refusal(await reset(expired['stateToken']))).toEqual(misplaced)
    await given('SUCCESS', await reset(stateToken))
  })

  it('[race] begins no session when sessions end between the new password and the session', async () => {
    const stateToken = await resettable(person)
    const end = () => made(204, 'DELETE', `${USERS}/${person.id}/sessions`)
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify({ stateToken, newPassword: NEW })
    const response = await justBefore('startSession', end, () => ask(RESET, { ...init, body }))
    expect(await refusal(response)).toEqual([401, 'E0000004'])
    expect(await signsIn(NEW)).toBe(200)
  })
})

describe('a question', () => {
  beforeEach(async () => {
    person = await aPersonWithQuestion()
  })

  const asked = async (): Promise<string> => {
    const standing = await given('RECOVERY', await exchange(await recoveryTokenOf(person)))
    expect(standing).toMatchObject({
      recoveryType: 'PASSWORD',
      _embedded: { user: { recovery_question: { question: QUESTION } } },
      _links: { next: { name: 'answer', ...link(`${RECOVERY}/answer`) } },
    })
    expect(JSON.stringify(standing)).not.toContain(ANSWER)
    return standing['stateToken']
  }

  it('is asked before a new password is taken, whatever the case and spaces of the answer', async () => {
    const stateToken = await asked()
    expect(await refusal(await reset(stateToken))).toEqual([403, 'E0000079'])
    const right = await answer(stateToken, `  ${ANSWER.toUpperCase().replaceAll(' ', '  ')}`)
    const standing = await given('PASSWORD_RESET', right)
    expect(standing['_embedded']['user']).not.toHaveProperty('recovery_question')
    expect(await refusal(await answer(stateToken))).toEqual([403, 'E0000079'])
    await given('SUCCESS', await reset(standing['stateToken']))
    expect(await signsIn(NEW)).toBe(200)
  })

  it('may be answered together with the new password', async () => {
    const stateToken = await asked()
    expect((await refusal(await answer(stateToken, ANSWER, { newPassword: 'short' })))[1]).toBe('E0000014') // prettier-ignore
    await given('SUCCESS', await reset(stateToken))
    await given('SUCCESS', await answer(await asked(), ANSWER, { newPassword: `${NEW}2` }))
    expect(await signsIn(`${NEW}2`)).toBe(200)
  })

  it('[race] takes so many wrong answers, however many come at once, and no right one after them', async () => {
    const stateToken = await asked()
    const most = limits.recoveryAnswersMax
    const all = await Promise.all(
      Array.from({ length: most + 2 }, async (_, at) => (await refusal(await answer(stateToken, `wrong ${at}`)))[1]), // prettier-ignore
    )
    expect(all.filter((code) => code === 'E0000087')).toHaveLength(most)
    expect(all.filter((code) => code === 'E0000011')).toHaveLength(2)
    expect(await refusal(await answer(stateToken))).toEqual(INVALID_TOKEN)
    expect(await refusal(await reset(stateToken))).toEqual([403, 'E0000079'])
    const failures = await logEvents(`actor.id eq "${person.id}" and outcome.result eq "FAILURE"`)
    expect(failures.map(({ eventType, outcome }) => [eventType, outcome.reason])).toEqual(
      Array.from({ length: most }, () => ['user.account.reset_password', 'INVALID_ANSWER']),
    )
  })

  it('counts wrong answers as wrong passwords, and a right one as a right one', async () => {
    for (let time = 0; time < limits.passwordAttemptsMax - 1; time++) await signsIn('wrong')
    const stateToken = await asked()
    await given('PASSWORD_RESET', await answer(stateToken))
    for (let time = 0; time < limits.passwordAttemptsMax - 1; time++) await signsIn('wrong')
    expect(await statusOf(person)).toBe('ACTIVE')
    expect(await refusal(await answer(await asked(), 'wrong'))).toEqual([403, 'E0000087'])
    expect(await statusOf(person)).toBe('LOCKED_OUT')
  })

  it('is the one of now, and keeps its answer from whoever had it changed', async () => {
    const stateToken = await asked()
    await made(200, 'POST', `${USERS}/${person.id}`, {
      credentials: { recovery_question: { question: 'Other?', answer: 'other' } },
    })
    expect(await refusal(await answer(stateToken))).toEqual([403, 'E0000087'])
    await given('PASSWORD_RESET', await answer(stateToken, 'other'))
  })
})

describe('answers and new passwords from one address', () => {
  const from = { 'cf-connecting-ip': '203.0.113.77' }

  /** Uses up what an address has, but for so many. */
  async function leave(left: number): Promise<void> {
    const { throttle } = compositionOf(env).protocol.ports
    for (let time = left; time < limits.attemptsPerAddressMax; time++)
      await throttle.take(from['cf-connecting-ip'], Date.now())
  }

  it('are bounded together with passwords, and right ones do not count', async () => {
    const asked = await aPersonWithQuestion()
    const begun = await given('RECOVERY', await exchange(await recoveryTokenOf(asked)))
    const other = await resettable(person)
    await leave(2)
    const path = `${RECOVERY}/answer`
    const answered = (text: string): Promise<Response> =>
      postJson(path, { stateToken: begun['stateToken'], answer: text }, from)
    await given('PASSWORD_RESET', await answered(ANSWER))
    const chosen = (stateToken: string, newPassword: string): Promise<Response> =>
      postJson(RESET, { stateToken, newPassword }, from)
    await given('SUCCESS', await chosen(begun['stateToken'], NEW))
    for (let time = 0; time < 2; time++)
      expect((await refusal(await chosen(other, PASSWORD)))[1]).toBe('E0000014')
    expect(await refusal(await chosen(other, NEW))).toEqual([429, 'E0000047'])
    expect((await authn({ username: person.login, password: PASSWORD }, from)).status).toBe(429)
    await given('SUCCESS', await reset(other))
  })
})
