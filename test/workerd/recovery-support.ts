/** Recoveries as tests begin and go on with them. */
import { expect } from 'vitest'
import { API_TOKEN } from '../bindings.ts'
import { postJson } from './session-support.ts'
import { PASSWORD, type TestPerson } from './sign-in-support.ts'
import { answered, made, type Json } from './support.ts'
import { aProfile, USERS } from './user-support.ts'

export const RECOVERY = '/api/v1/authn/recovery'
export const RESET = '/api/v1/authn/credentials/reset_password'
export const NEW = 'Another-Horse-8-battery'
export const QUESTION = 'Which horse?'
export const ANSWER = 'The correct one'

export const TRUSTED = { authorization: `SSWS ${API_TOKEN}` }

/** An active user with {@link PASSWORD} and {@link QUESTION}. */
export async function aPersonWithQuestion(): Promise<TestPerson> {
  const user = await made(200, 'POST', USERS, {
    profile: aProfile(),
    credentials: {
      password: { value: PASSWORD },
      recovery_question: { question: QUESTION, answer: ANSWER },
    },
  })
  return { id: user['id'], login: user['profile']['login'], user }
}

/** Status, error code, and causes where there are any. */
export async function refusal(response: Response): Promise<readonly unknown[]> {
  const [status, error] = await answered(response)
  const causes = (error['errorCauses'] as Json[]).map(({ errorSummary }) => errorSummary as string)
  return [status, error['errorCode'], ...(causes.length > 0 ? [causes] : [])]
}

/** The answer, which must have that status. */
export async function given(status: string, response: Response): Promise<Json> {
  const [code, body] = await answered(response)
  expect([code, body['status']]).toEqual([200, status])
  return body
}

export const start = (
  what: 'password' | 'unlock',
  { login }: Pick<TestPerson, 'login'>,
  more: Json = {},
  headers: Record<string, string> = TRUSTED,
): Promise<Response> => postJson(`${RECOVERY}/${what}`, { username: login, ...more }, headers)

export const recoveryTokenOf = async (
  person: Pick<TestPerson, 'login'>,
  what: 'password' | 'unlock' = 'password',
  more: Json = {},
): Promise<string> => (await given('RECOVERY', await start(what, person, more)))['recoveryToken']

export const exchange = (recoveryToken: string): Promise<Response> =>
  postJson(`${RECOVERY}/token`, { recoveryToken })

export const answer = (stateToken: string, text = ANSWER, more: Json = {}): Promise<Response> =>
  postJson(`${RECOVERY}/answer`, { stateToken, answer: text, ...more })

export const reset = (stateToken: string, newPassword = NEW, more: Json = {}): Promise<Response> =>
  postJson(RESET, { stateToken, newPassword, ...more })

/** The state token of a recovery in which nothing is asked any more. */
export async function resettable(person: Pick<TestPerson, 'login'>): Promise<string> {
  const exchanged = await exchange(await recoveryTokenOf(person))
  return (await given('PASSWORD_RESET', exchanged))['stateToken']
}
