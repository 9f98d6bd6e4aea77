/**
 * After any revocation introspection says so at once, and within a minute so does every verifier: one in an isolate of
 * its own, which had read everything a moment before and hears of nothing but what storage says.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import type { Verdict } from '../../src/verifier/verdict.ts'
import { APPS } from './app-support.ts'
import { arrived, aPeopleServer, introspect, refresh, revoke, tokensFor } from './token-support.ts'
import { answerOf } from './browser.ts'
import { aPersonWithPassword, aSignInApp, redeem, type SignInApp } from './sign-in-support.ts'
import { aClient, api, made, type Json, type TestClient, type TestServer } from './support.ts'
import {
  AUDIENCE,
  aVerifier,
  heldTokens,
  later,
  machineToken,
  settled,
  type HeldTokens,
} from './verifier-support.ts'

let server: TestServer
let witness: SignInApp

beforeAll(async () => {
  server = await aPeopleServer()
  witness = await aSignInApp()
})

beforeEach(() => {
  vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

const reasonOf = (verdict: Verdict): string => (verdict.valid ? 'valid' : verdict.reason)

/** What verifiers say before the revocation, at the bound, and when they are asked all the time between. */
async function bounded(
  at: TestServer,
  token: string,
  revoked: () => Promise<unknown>,
): Promise<readonly string[]> {
  const [seldom, often] = [aVerifier(), aVerifier()]
  const expected = { issuer: at.issuer, audience: AUDIENCE }
  const before = [await seldom(token, expected), await often(token, expected)]
  expect(before.map(reasonOf)).toEqual(['valid', 'valid'])
  await revoked()
  for (let seconds = 0; seconds < limits.revocationHeardSeconds; seconds += 5) {
    later(5)
    await often(token, expected)
    await settled()
  }
  return [reasonOf(await seldom(token, expected)), reasonOf(await often(token, expected))]
}

const REVOKED = ['revoked', 'revoked']

const lifecycle = (of: string, what: string): Promise<Response> =>
  api('POST', `${of}/lifecycle/${what}`)

const user = ({ person }: HeldTokens): string => `/api/v1/users/${person.id}`

const PEOPLE: readonly (readonly [string, (one: HeldTokens) => Promise<unknown>])[] = [
  ['its app revokes it', ({ server: { issuer }, app, token }) => revoke(issuer, app, token)],
  [
    'its app revokes the refresh token',
    ({ server: { issuer }, app, tokens }) => revoke(issuer, app, tokens['refresh_token']),
  ],
  ['the person is deactivated', (one) => lifecycle(user(one), 'deactivate')],
  ['the person is suspended', (one) => lifecycle(user(one), 'suspend')],
  [
    'the person is deleted',
    async (one) => {
      await api('DELETE', user(one))
      await api('DELETE', user(one))
    },
  ],
  [
    'all tokens of the person are revoked',
    (one) => made(204, 'DELETE', `${user(one)}/sessions?oauthTokens=true`),
  ],
  [
    "the person's tokens of the app are revoked",
    (one) => made(204, 'DELETE', `${user(one)}/clients/${one.app.clientId}/tokens`),
  ],
  ['the app is not for everybody any more', ({ app }) => made(200, 'PUT', `${APPS}/${app.id}`, app.app)], // prettier-ignore
  ['the app is deactivated', ({ app }) => lifecycle(`${APPS}/${app.id}`, 'deactivate')],
  [
    'the app is deactivated and activated again',
    async ({ app }) => {
      later(1)
      await lifecycle(`${APPS}/${app.id}`, 'deactivate')
      await lifecycle(`${APPS}/${app.id}`, 'activate')
    },
  ],
  [
    'the app is deleted',
    async ({ app }) => {
      await lifecycle(`${APPS}/${app.id}`, 'deactivate')
      await made(204, 'DELETE', `${APPS}/${app.id}`)
    },
  ],
]

describe("a person's token is refused by every verifier", () => {
  it.each(PEOPLE)('within a minute after %s', async (_, revoked) => {
    const one = await heldTokens(server)
    const verdicts = await bounded(server, one.token, async () => {
      await revoked(one)
      const asked = await introspect(server.issuer, witness, one.token)
      expect(asked).toEqual({ active: false })
    })
    expect(verdicts).toEqual(REVOKED)
  })

  it('within a minute after its refresh token is replayed', async () => {
    const app = await aSignInApp({ refresh_token: { rotation_type: 'ROTATE', leeway: 0 } })
    const one = await heldTokens(server, { app })
    const replayed = async () => {
      for (const status of [200, 400]) {
        later(1)
        const { refresh_token: token } = one.tokens
        expect((await refresh(server.issuer, app, token)).status).toBe(status)
      }
    }
    expect(await bounded(server, one.token, replayed)).toEqual(REVOKED)
  })

  it('within a minute after a code is replayed', async () => {
    const [app, person] = [await aSignInApp(), await aPersonWithPassword()]
    const { code = '' } = answerOf(await arrived(server.issuer, app, person, { scope: 'openid' }))
    const first = await (await redeem(server.issuer, app, code)).json<{ access_token: string }>()
    const again = async () => expect((await redeem(server.issuer, app, code)).status).toBe(400)
    expect(await bounded(server, first.access_token, again)).toEqual(REVOKED)
  })
})

describe("a client's own token is refused by every verifier", () => {
  let client: TestClient

  beforeEach(async () => {
    client = await aClient()
  })

  it('within a minute after it is revoked', async () => {
    const token = await machineToken(server, client)
    const revoked = () => revoke(server.issuer, client, token)
    expect(await bounded(server, token, revoked)).toEqual(REVOKED)
  })

  it('within a minute after its app is deactivated and activated again', async () => {
    const token = await machineToken(server, client)
    const offAndOn = async () => {
      later(1)
      for (const what of ['deactivate', 'activate'])
        await made(200, 'POST', `${APPS}/${client.id}/lifecycle/${what}`)
    }
    expect(await bounded(server, token, offAndOn)).toEqual(REVOKED)
  })

  it('within a minute after its server is deactivated', async () => {
    const own = await aPeopleServer()
    const token = await machineToken(own, client)
    const off = () => lifecycle(`/api/v1/authorizationServers/${own.id}`, 'deactivate')
    expect(await bounded(own, token, off)).toEqual(['unknown_issuer', 'unknown_issuer'])
  })

  it('within a minute after the keys of its server are rotated in an emergency', async () => {
    const own = await aPeopleServer()
    const tokens = [await machineToken(own, client)]
    const rotated = (body: Json) =>
      made(200, 'POST', `/api/v1/authorizationServers/${own.id}/credentials/lifecycle/keyRotate`, {
        use: 'sig',
        ...body,
      })
    // Of the key before, too.
    expect(await bounded(own, tokens[0]!, () => rotated({}))).toEqual(['valid', 'valid'])
    tokens.push(await machineToken(own, client))
    const emergency = () => rotated({ emergency: true })
    expect(await bounded(own, tokens[1]!, emergency)).toEqual(['unknown_key', 'unknown_key'])
    const expected = { issuer: own.issuer, audience: AUDIENCE }
    expect(reasonOf(await aVerifier()(tokens[0]!, expected))).toBe('unknown_key')
    for (const token of tokens)
      expect(await introspect(own.issuer, witness, token)).toEqual({ active: false })
  })
})

it('what another person, another app or another server revoked is no word about a token', async () => {
  const [one, other] = [await heldTokens(server), await heldTokens(server)]
  const elsewhere = await aPeopleServer()
  const third = await heldTokens(elsewhere, { app: one.app, person: one.person })
  const second = await tokensFor(server.issuer, witness, one.person, { scope: 'openid' })
  const revoked = async () => {
    for (const { app, tokens, server: at } of [other, third])
      await revoke(at.issuer, app, tokens['refresh_token'])
    await revoke(server.issuer, witness, second['access_token'])
  }
  expect(await bounded(server, one.token, revoked)).toEqual(['valid', 'valid'])
})
