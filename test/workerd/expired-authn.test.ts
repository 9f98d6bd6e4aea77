/** Transactions of the authentication API: a password that has expired, and another one in its place. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { answerOf, Browser } from './browser.ts'
import { logEvents } from './log-support.ts'
import { ask, justBefore } from './meanwhile.ts'
import { aSignedInBrowser, authn, postJson } from './session-support.ts'
import { aPersonWithPassword, aSignInApp, authorizeUrl, ORG_BASE, PASSWORD, payloadOf, redeem, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, made, ORIGIN, send, type Json } from './support.ts'
import { USERS } from './user-support.ts'

const CHANGE = '/api/v1/authn/credentials/change_password'
const NEW = 'Another-Horse-8-battery'

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp()
})

beforeEach(async () => {
  person = await aPersonWithPassword()
  await expire(person)
})

afterEach(() => {
  vi.useRealTimers()
})

const expire = ({ id }: Pick<TestPerson, 'id'>): Promise<Json> =>
  made(200, 'POST', `${USERS}/${id}/lifecycle/expire_password`)

const statusOf = async ({ id }: Pick<TestPerson, 'id'>): Promise<string> =>
  (await made(200, 'GET', `${USERS}/${id}`))['status']

const begin = async (more: Json = {}): Promise<Json> => {
  const [status, transaction] = await answered(
    await authn({ username: person.login, password: PASSWORD, ...more }),
  )
  expect([status, transaction['status']]).toEqual([200, 'PASSWORD_EXPIRED'])
  return transaction
}

const stateTokenOf = async (): Promise<string> => (await begin())['stateToken']

const change = (stateToken: string, more: Json = {}): Promise<Response> =>
  postJson(CHANGE, { stateToken, oldPassword: PASSWORD, newPassword: NEW, ...more })

/** Status, error code, and causes where there are any. */
async function refusal(response: Response): Promise<readonly unknown[]> {
  const [status, error] = await answered(response)
  const causes = (error['errorCauses'] as Json[]).map(({ errorSummary }) => errorSummary as string)
  return [status, error['errorCode'], ...(causes.length > 0 ? [causes] : [])]
}

describe('a right password that has expired', () => {
  it('is answered with a state token, who it is, what a password must be like, and where it goes', async () => {
    const transaction = await begin({ relayState: 'r' })
    const link = (path: string) => ({ href: ORIGIN + path, hints: { allow: ['POST'] } })
    expect(transaction).toEqual({
      stateToken: expect.any(String),
      expiresAt: expect.stringMatching(/Z$/),
      status: 'PASSWORD_EXPIRED',
      relayState: 'r',
      _embedded: {
        user: {
          id: person.id,
          profile: {
            login: person.login,
            firstName: 'Isaac',
            lastName: 'Brock',
            locale: 'en_US',
            timeZone: null,
          },
        },
        policy: {
          complexity: {
            minLength: 8,
            minLowerCase: 1,
            minUpperCase: 1,
            minNumber: 1,
            minSymbol: 0,
            excludeUsername: true,
          },
        },
      },
      _links: {
        next: { name: 'changePassword', ...link(CHANGE) },
        cancel: link('/api/v1/authn/cancel'),
      },
    })
    expect(JSON.stringify(transaction)).not.toContain(PASSWORD)
  })

  it('is told to nobody who has a wrong one, or is locked out', async () => {
    expect(await refusal(await authn({ username: person.login, password: 'wrong' }))).toEqual([401, 'E0000004']) // prettier-ignore
    for (let time = 1; time < limits.passwordAttemptsMax; time++)
      await authn({ username: person.login, password: 'wrong' })
    expect(await refusal(await authn({ username: person.login, password: PASSWORD }))).toEqual([401, 'E0000004']) // prettier-ignore
  })

  it('is worth nothing once an administrator took it out of use', async () => {
    await made(200, 'POST', `${USERS}/${person.id}/lifecycle/reset_password?sendEmail=false`)
    expect(await refusal(await authn({ username: person.login, password: PASSWORD }))).toEqual([401, 'E0000004']) // prettier-ignore
  })
})

describe('another password in its place', () => {
  it('signs in, and is the password from then on', async () => {
    const { stateToken } = await begin({ relayState: 'r' })
    const [status, success] = await answered(await change(stateToken))
    expect([status, success['status'], success['relayState']]).toEqual([200, 'SUCCESS', 'r'])
    const url = authorizeUrl(ORG_BASE, app, { prompt: 'none', sessionToken: success['sessionToken'] }) // prettier-ignore
    const { code = '' } = answerOf(await new Browser().get(url))
    const [, tokens] = await answered(await redeem(ORG_BASE, app, code))
    expect(payloadOf(tokens['id_token'])['sub']).toBe(person.id)
    expect(await statusOf(person)).toBe('ACTIVE')
    expect((await authn({ username: person.login, password: PASSWORD })).status).toBe(401)
    const [again, { status: next }] = await answered(
      await authn({ username: person.login, password: NEW }),
    )
    expect([again, next]).toEqual([200, 'SUCCESS'])
    const events = await logEvents(`eventType eq "user.account.update_password" and actor.id eq "${person.id}"`) // prettier-ignore
    expect(events.map(({ outcome, client }) => [outcome.result, client.ipAddress !== undefined])).toEqual([['SUCCESS', true]]) // prettier-ignore
  })

  it('is taken once for one state token, and once of many that come at once', async () => {
    const [first, second] = [await stateTokenOf(), await stateTokenOf()]
    const all = await Promise.all(
      [first, second, first, second].map((token, at) => change(token, { newPassword: `${NEW}${at}` })), // prettier-ignore
    )
    const statuses = all.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    for (const response of all.filter(({ status }) => status !== 200))
      expect([[401, 'E0000011'], [403, 'E0000014', [expect.stringContaining('oldPassword')]]]).toContainEqual(await refusal(response)) // prettier-ignore
    const right = `${NEW}${statuses.indexOf(200)}`
    expect((await authn({ username: person.login, password: right })).status).toBe(200)
    // Also when it expires again.
    await expire(person)
    expect(await refusal(await change(first, { oldPassword: right }))).toEqual([401, 'E0000011'])
  })

  it.each([
    ['Short-7', ['The new password must have at least 8 characters']],
    [
      'nothing but small',
      ['The new password must hold an upper-case letter', 'The new password must hold a number'],
    ],
    [PASSWORD, ['The new password must differ from the current password']],
    [
      'Aa1'.repeat(limits.passwordCharactersMax),
      ['The new password must have at most 256 characters'],
    ],
  ])(
    '"%.20s" is refused with all that it misses, and the state token stays',
    async (newPassword, causes) => {
      // prettier-ignore
      const token = await stateTokenOf()
      expect(await refusal(await change(token, { newPassword }))).toEqual([403, 'E0000014', causes])
      expect(await statusOf(person)).toBe('PASSWORD_EXPIRED')
      expect((await change(token)).status).toBe(200)
    },
  )

  it('needs the old one once more, which counts as an attempt', async () => {
    const token = await stateTokenOf()
    for (let time = 0; time < limits.passwordAttemptsMax; time++)
      expect(await refusal(await change(token, { oldPassword: time === 0 ? 'x'.repeat(2000) : 'wrong' }))).toEqual([403, 'E0000014', ['oldPassword: The password is not the present one']]) // prettier-ignore
    expect((await change(token, { oldPassword: 'wrong' })).status).toBe(403)
    expect(await statusOf(person)).toBe('LOCKED_OUT')
    expect(await refusal(await change(token))).toEqual([401, 'E0000011'])
    const [event] = await logEvents(`eventType eq "user.account.update_password" and actor.id eq "${person.id}"`) // prettier-ignore
    expect(event?.['outcome']).toEqual({ result: 'FAILURE', reason: 'INVALID_CREDENTIALS' })
  })

  it('ends the sessions of before where that is wanted, and not the one that begins', async () => {
    const other = await aPersonWithPassword()
    person = other
    const { browser } = await aSignedInBrowser(other)
    await expire(other)
    const [, success] = await answered(await change(await stateTokenOf(), { revokeSessions: true }))
    expect((await browser.get('/signin')).html).not.toContain(other.login)
    const url = authorizeUrl(ORG_BASE, app, { prompt: 'none', sessionToken: success['sessionToken'] }) // prettier-ignore
    expect(answerOf(await new Browser().get(url))).toHaveProperty('code')
  })

  it.each([
    ['{}', 400, 'E0000001'],
    ['{"stateToken":"x","oldPassword":"a","newPassword":1}', 400, 'E0000001'],
    ['{"stateToken":"x","oldPassword":"a","newPassword":"b"}', 401, 'E0000011'],
    ['{', 400, 'E0000003'],
  ])('%s is %i %s', async (body, status, code) => {
    expect((await refusal(await postJson(CHANGE, body))).slice(0, 2)).toEqual([status, code])
  })

  it('comes in JSON alone, and by POST', async () => {
    const body = { stateToken: await stateTokenOf(), oldPassword: PASSWORD, newPassword: NEW }
    expect(await refusal(await postJson(CHANGE, body, { 'content-type': 'text/plain' }))).toEqual([400, 'E0000021']) // prettier-ignore
    expect((await send(CHANGE)).status).toBe(405)
  })
})

describe('a state token', () => {
  it('names the transaction as long as it stands, at both addresses', async () => {
    const transaction = await begin({ relayState: 'r' })
    const { stateToken } = transaction
    for (const path of ['/api/v1/authn', '/api/v1/authn/introspect']) {
      const [status, again] = await answered(await postJson(path, { stateToken }))
      expect(status).toBe(200)
      expect(again).toEqual({ ...transaction, stateToken: expect.any(String) })
    }
    expect((await change(stateToken)).status).toBe(200)
    expect(await refusal(await authn({ stateToken }))).toEqual([401, 'E0000011'])
  })

  it('is good until its second, and not in it, however often it was asked about', async () => {
    const first = await begin()
    const [, second] = await answered(await authn({ stateToken: first['stateToken'] }))
    expect(second['expiresAt']).toBe(first['expiresAt'])
    vi.useFakeTimers({ toFake: ['Date'] })
    const end = Date.parse(first['expiresAt'])
    vi.setSystemTime(end - 1000)
    expect((await authn({ stateToken: first['stateToken'] })).status).toBe(200)
    for (const now of [end, end + 1000]) {
      vi.setSystemTime(now)
      for (const { stateToken } of [first, second]) {
        expect(await refusal(await authn({ stateToken }))).toEqual([401, 'E0000011'])
        expect(await refusal(await change(stateToken))).toEqual([401, 'E0000011'])
      }
    }
    expect(await statusOf(person)).toBe('PASSWORD_EXPIRED')
  })

  it('is worth nothing after it was cancelled, and another one is', async () => {
    const { stateToken } = await begin({ relayState: 'r' })
    const other = await stateTokenOf()
    const [status, cancelled] = await answered(await postJson('/api/v1/authn/cancel', { stateToken })) // prettier-ignore
    expect([status, cancelled]).toEqual([200, { relayState: 'r' }])
    for (const response of [
      await authn({ stateToken }),
      await change(stateToken),
      await postJson('/api/v1/authn/cancel', { stateToken }),
    ])
      expect(await refusal(response)).toEqual([401, 'E0000011'])
    expect((await change(other)).status).toBe(200)
  })

  it.each<readonly [string, () => Promise<unknown>]>([
    ['sessions of the person end', () => made(204, 'DELETE', `${USERS}/${person.id}/sessions`)],
    ['another password is set that expires as well', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/expire_password_with_temp_password`)], // prettier-ignore
    ['the password is taken out of use', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/reset_password?sendEmail=false`)], // prettier-ignore
    ['the person is deactivated', () => made(200, 'POST', `${USERS}/${person.id}/lifecycle/deactivate`)], // prettier-ignore
  ])('is worth nothing when %s', async (_, happens) => {
    const token = await stateTokenOf()
    await happens()
    expect(await refusal(await authn({ stateToken: token }))).toEqual([401, 'E0000011'])
    expect(await refusal(await change(token))).toEqual([401, 'E0000011'])
  })

  it('[race] begins no session when sessions end between the new password and the session', async () => {
    const token = await stateTokenOf()
    const response = await justBefore(
      'startSession',
      () => made(204, 'DELETE', `${USERS}/${person.id}/sessions`),
      () =>
        ask(CHANGE, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ stateToken: token, oldPassword: PASSWORD, newPassword: NEW }),
        }),
    )
    expect(await refusal(response)).toEqual([401, 'E0000004'])
    expect((await authn({ username: person.login, password: NEW })).status).toBe(200)
  })

  it('is none when it is changed, or of another kind', async () => {
    const token = await stateTokenOf()
    await change(token)
    const [, { sessionToken }] = await answered(await authn({ username: person.login, password: NEW })) // prettier-ignore
    for (const stateToken of [token.slice(0, -1), `${token}A`, sessionToken as string, '', 'x'])
      expect(await refusal(await authn({ stateToken }))).toEqual([401, 'E0000011'])
    expect((await authn({ stateToken: 1 })).status).toBe(400)
    expect(await refusal(await postJson('/api/v1/sessions', { sessionToken: token }))).toEqual([401, 'E0000004']) // prettier-ignore
  })
})
