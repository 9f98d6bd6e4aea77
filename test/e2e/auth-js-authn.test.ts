/**
 * Transactions of the authentication API by Okta's okta-auth-js, unmodified, in the real runtime: expired passwords,
 * recoveries and lockouts, each step by the function that the client makes of the link in the answer.
 */
import { OktaAuth, type AuthnTransaction } from '@okta/okta-auth-js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import type { Json } from '../json.ts'
import { API_TOKEN, ORIGIN, startRuntime, type Runtime } from './runtime.ts'

const PASSWORD = 'Correct-Horse-7-battery'
const NEW = 'Another-Horse-8-battery'
const ANSWER = 'The correct one'

let runtime: Runtime
let client: OktaAuth
let people = 0
let login: string
let userId: string

const socketOf = (url: string): string => url.replace(ORIGIN, runtime.isolates[0]!.origin)

async function api(method: string, path: string, body: Json = {}): Promise<Json> {
  const response = await fetch(socketOf(ORIGIN + path), {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Json
}

const lifecycle = (action: string): Promise<Json> =>
  api('POST', `/api/v1/users/${userId}/lifecycle/${action}`)

const signIn = (password: string): Promise<AuthnTransaction> =>
  client.signInWithCredentials({ username: login, password })

/** The session token, which is good for a session of the person. */
async function expectSuccess({ status, sessionToken }: AuthnTransaction): Promise<void> {
  expect(status).toBe('SUCCESS')
  const session = await api('POST', '/api/v1/sessions', { sessionToken })
  expect([session['userId'], session['status']]).toEqual([userId, 'ACTIVE'])
}

beforeAll(async () => {
  runtime = await startRuntime(1)
  client = new OktaAuth({
    issuer: ORIGIN,
    clientId: 'none',
    redirectUri: 'http://localhost:9/callback',
    httpRequestInterceptors: [
      (request) => {
        request.url = socketOf(request.url ?? '')
      },
    ],
  })
})

afterAll(() => runtime.stop())

beforeEach(async () => {
  login = `ada-${++people}@people.example`
  const user = await api('POST', '/api/v1/users', {
    profile: { firstName: 'Ada', lastName: 'Lovelace', login, email: login },
    credentials: {
      password: { value: PASSWORD },
      recovery_question: { question: 'Which horse?', answer: ANSWER },
    },
  })
  userId = user['id']
})

describe('a password that has expired', () => {
  it('is changed, and signs in', async () => {
    await lifecycle('expire_password')
    const expired = await signIn(PASSWORD)
    expect(expired).toMatchObject({
      status: 'PASSWORD_EXPIRED',
      user: { id: userId, profile: { login } },
      policy: { complexity: { minLength: 8 } },
    })
    const change = (newPassword: string) =>
      expired.changePassword!({ oldPassword: PASSWORD, newPassword })
    await expect(change('short')).rejects.toMatchObject({ errorCode: 'E0000014' })
    await expectSuccess(await change(NEW))
    await expectSuccess(await signIn(NEW))
  })

  it('is resumed by the state token, and is over once it was cancelled', async () => {
    await lifecycle('expire_password')
    const expired = await signIn(PASSWORD)
    const { stateToken } = (expired as unknown as { readonly data: Json }).data as { stateToken: string } // prettier-ignore
    expect(await client.tx.introspect({ stateToken })).toMatchObject({ status: 'PASSWORD_EXPIRED' }) // prettier-ignore
    expect(await client.tx.resume({ stateToken })).toMatchObject({ status: 'PASSWORD_EXPIRED' }) // prettier-ignore
    await expired.cancel!()
    await expect(client.tx.introspect({ stateToken })).rejects.toMatchObject({ errorCode: 'E0000011' }) // prettier-ignore
  })
})

describe('a password that was forgotten', () => {
  const recoveryToken = async (): Promise<string> =>
    (await api('POST', '/api/v1/authn/recovery/password', { username: login }))['recoveryToken']

  it('is reset by the token of a back end and the answer to the question', async () => {
    const asked = await client.verifyRecoveryToken({ recoveryToken: await recoveryToken() })
    expect(asked).toMatchObject({
      status: 'RECOVERY',
      recoveryType: 'PASSWORD',
      user: { recovery_question: { question: 'Which horse?' } },
    })
    await expect(asked.answer!({ answer: 'wrong' })).rejects.toMatchObject({ errorCode: 'E0000087' }) // prettier-ignore
    const answered = await asked.answer!({ answer: ANSWER })
    expect(answered.status).toBe('PASSWORD_RESET')
    await expectSuccess(await answered.resetPassword!({ newPassword: NEW }))
    await expect(signIn(PASSWORD)).rejects.toMatchObject({ errorCode: 'E0000004' })
    await expectSuccess(await signIn(NEW))
  })

  it('is reset by the link of an administrator, once', async () => {
    const { resetPasswordUrl } = await lifecycle('reset_password?sendEmail=false')
    const token = new URL(resetPasswordUrl).searchParams.get('token')!
    const reset = await client.verifyRecoveryToken({ recoveryToken: token })
    expect(reset.status).toBe('PASSWORD_RESET')
    await expectSuccess(await reset.resetPassword!({ newPassword: NEW }))
    const again = client.verifyRecoveryToken({ recoveryToken: token })
    await expect(again).rejects.toMatchObject({ errorCode: 'E0000011' })
  })

  it('is mailed to nobody, which is all that is told', async () => {
    for (const username of [login, 'nobody@people.example'])
      await expect(client.forgotPassword({ username, factorType: 'EMAIL' })).rejects.toMatchObject({ errorCode: 'E0000034' }) // prettier-ignore
  })
})

describe('whoever is locked out', () => {
  beforeEach(async () => {
    for (let time = 0; time < limits.passwordAttemptsMax; time++)
      await signIn('wrong').catch(() => undefined)
  })

  it('is told as much by an org that wants it, and ends it by the token of a back end', async () => {
    await expect(signIn(PASSWORD)).rejects.toMatchObject({ errorCode: 'E0000004' })
    await api('POST', '/api/v1/org', { showLockoutFailures: true })
    const locked = await signIn(PASSWORD)
    expect(locked.status).toBe('LOCKED_OUT')
    const mailed = locked.unlock!({ username: login, factorType: 'EMAIL' })
    await expect(mailed).rejects.toMatchObject({ errorCode: 'E0000032' })
    const { recoveryToken } = await api('POST', '/api/v1/authn/recovery/unlock', { username: login }) // prettier-ignore
    const asked = await client.verifyRecoveryToken({ recoveryToken })
    expect(asked).toMatchObject({ status: 'RECOVERY', recoveryType: 'UNLOCK' })
    const unlocked = await asked.answer!({ answer: ANSWER })
    expect([unlocked.status, unlocked.sessionToken]).toEqual(['SUCCESS', undefined])
    await expectSuccess(await signIn(PASSWORD))
  })
})

describe('whoever was activated without a password', () => {
  it('chooses one by the token that the administrator was given', async () => {
    login = `waiting-${login}`
    const profile = { firstName: 'Ada', lastName: 'Lovelace', login, email: login }
    userId = (await api('POST', '/api/v1/users?activate=false', { profile }))['id']
    const { activationToken } = await lifecycle('activate?sendEmail=false')
    const begun = await client.signInWithCredentials({ token: activationToken } as never)
    expect(begun).toMatchObject({ status: 'PASSWORD_RESET', recoveryType: 'ACCOUNT_ACTIVATION' })
    await expectSuccess(await begun.resetPassword!({ newPassword: NEW }))
  })
})
