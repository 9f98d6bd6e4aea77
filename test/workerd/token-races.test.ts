/** Races at the token endpoint: of many who come with one code or one refresh token at the same time. */
import { beforeAll, describe, expect, it } from 'vitest'
import {
  aPersonWithPassword,
  aSignInApp,
  ORG_BASE,
  redeem,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { basic, post, type Json } from './support.ts'

const MANY = 50

let app: SignInApp
let person: TestPerson

beforeAll(async () => {
  app = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 30 } })
  person = await aPersonWithPassword()
})

const withClient = (path: string, fields: Record<string, string>): Promise<Response> =>
  post(`${ORG_BASE}/v1/${path}`, fields, { authorization: basic(app.clientId, app.secret) })

const refresh = (token: string): Promise<Response> =>
  withClient('token', { grant_type: 'refresh_token', refresh_token: token })

async function offline(): Promise<Json> {
  const { answer } = await signedIn(ORG_BASE, app, person, { scope: 'openid offline_access' })
  return (await (await redeem(ORG_BASE, app, answer['code']!)).json()) as Json
}

const all = <Result>(work: () => Promise<Result>): Promise<readonly Result[]> =>
  Promise.all(Array.from({ length: MANY }, work))

describe('at the same time', () => {
  it('[RFC6749-4.1.2] fifty redemptions of one code give exactly one success', async () => {
    const { answer } = await signedIn(ORG_BASE, app, person)
    const statuses = await all(async () => (await redeem(ORG_BASE, app, answer['code']!)).status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(MANY - 1)
  })

  it('[RFC9700-4.14.2] fifty refreshes inside the leeway all get the same successor', async () => {
    const { refresh_token: token } = await offline()
    const answers = await all(async () => (await (await refresh(token)).json()) as Json)
    const successors = new Set(answers.map((answer) => answer['refresh_token']))
    expect([...successors]).toEqual([expect.any(String)])
    expect(successors.has(token)).toBe(false)
    expect((await refresh([...successors][0] as string)).status).toBe(200)
  })

  it('[RFC7009-2] a refresh beside a revocation never leaves a living token', async () => {
    for (let round = 0; round < 5; round++) {
      const { refresh_token: token } = await offline()
      const [refreshed] = await Promise.all([
        refresh(token).then((response) => response.json() as Promise<Json>),
        withClient('revoke', { token }),
      ])
      for (const left of [refreshed['refresh_token'], token, refreshed['access_token']]) {
        if (left === undefined) continue
        const seen = (await (await withClient('introspect', { token: left })).json()) as Json
        expect(seen).toEqual({ active: false })
      }
      expect((await refresh(token)).status).toBe(400)
    }
  })
})
