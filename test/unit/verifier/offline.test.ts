/** The verifier that knows a server by its published keys alone. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { GuardedResult } from '../../../src/platform/guarded-fetch.ts'
import { keysOf } from '../../../src/verifier/issuer-keys.ts'
import { OfflineVerifier } from '../../../src/verifier/index.ts'
import {
  answered,
  AUDIENCE,
  claims,
  EXPECTED,
  ISSUER,
  makeKey,
  NOW,
  type TestKey,
} from './support.ts'

let key: TestKey
let next: TestKey
beforeAll(async () => {
  ;[key, next] = await Promise.all([makeKey('k1'), makeKey('k2')])
})

/** An issuer that publishes some keys, with a clock that only the test moves. */
function issuer(...keys: readonly TestKey[]) {
  const state = {
    now: NOW,
    urls: [] as string[],
    answer: answered({ keys: keys.map(({ jwk }) => jwk) }),
  }
  const get = async (url: string): Promise<GuardedResult> => {
    state.urls.push(url)
    return state.answer
  }
  const verifier = new OfflineVerifier({ get, clock: () => state.now * 1000 })
  const reasonOf = async (token: string, expected = EXPECTED): Promise<string | null> => {
    const verdict = await verifier.verify(token, expected)
    return verdict.valid ? null : verdict.reason
  }
  return { state, reasonOf }
}

const long = () => claims({ exp: NOW + 86_400 })

describe('keys', () => {
  it('are fetched once from where the server publishes them, whatever else is demanded of tokens', async () => {
    const { state, reasonOf } = issuer(key)
    for (let count = 0; count < 5; count++)
      expect(await reasonOf(await key.sign(claims()))).toBeNull()
    expect(state.urls).toEqual([`${ISSUER}/v1/keys`])
  })

  it('are fetched for no token of another issuer, of another type or algorithm', async () => {
    const { state, reasonOf } = issuer(key)
    await reasonOf(await key.sign(claims({ iss: 'https://evil.example/oauth2/default' })))
    await reasonOf(await key.sign(claims(), { typ: 'logout+jwt' }))
    await reasonOf('x'.repeat(1024 * 1024))
    expect(state.urls).toEqual([])
  })

  it('that nobody knows are asked for once in half a minute, however many tokens name one', async () => {
    const { state, reasonOf } = issuer(key)
    await reasonOf(await key.sign(claims()))
    state.now += 30
    for (let count = 0; count < 50; count++)
      expect(await reasonOf(await key.sign(long(), { kid: `x${count}` }))).toBe('unknown_key')
    expect(state.urls).toHaveLength(2)
    state.now += 30
    await reasonOf(await key.sign(long(), { kid: 'y' }))
    expect(state.urls).toHaveLength(3)
  })

  it('that came since are found, and a rotation loses nobody', async () => {
    const { state, reasonOf } = issuer(key)
    await reasonOf(await key.sign(claims()))
    state.answer = answered({ keys: [key.jwk, next.jwk] })
    state.now += 30
    expect(await reasonOf(await next.sign(claims()))).toBeNull()
    expect(await reasonOf(await key.sign(claims()))).toBeNull()
  })

  it('that were dropped are good for five minutes and not a second longer', async () => {
    const { state, reasonOf } = issuer(key)
    const token = await key.sign(long())
    await reasonOf(token)
    state.answer = answered({ keys: [next.jwk] })
    state.now += 240
    expect(await reasonOf(token)).toBeNull()
    state.now += 61
    expect(await reasonOf(token)).toBe('unknown_key')
  })

  it.each([
    ['a refusal', answered({}, 500)],
    ['no answer', { outcome: 'refused', reason: 'timeout' } as const],
    ['no JSON', answered('<html>')],
    ['no keys', answered({ keys: 'none' })],
  ])('while the issuer gives %s are good for a quarter of an hour', async (_, answer) => {
    const { state, reasonOf } = issuer(key)
    const token = await key.sign(long())
    await reasonOf(token)
    state.answer = answer
    state.now += 900
    expect(await reasonOf(token)).toBeNull()
    state.now += 2
    expect(await reasonOf(token)).toBe('unavailable')
    expect(await reasonOf(token)).toBe('unavailable')
    expect(state.urls).toHaveLength(3)
  })

  it('of others in the set are passed over', () => {
    const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }
    const listed = [
      { ...jwk, kid: 'good', alg: 'ES256' },
      { ...jwk, kid: 'good', alg: 'ES256', x: 'second' },
      { ...jwk, kid: 'enc', alg: 'ES256', use: 'enc' },
      { ...jwk, kid: 'type', alg: 'RS256' },
      { kid: 'oct', kty: 'oct', alg: 'HS256', k: 'AAAA' },
      { ...jwk, alg: 'ES256' },
      { ...jwk, kid: 'free' },
      null,
      'text',
    ]
    const keys = keysOf({ keys: listed })
    expect([...keys.keys()]).toEqual(['good'])
    expect(keys.get('good')?.key.x).toBe('x')
    const many = Array.from({ length: 500 }, (_, at) => ({ ...jwk, kid: `k${at}`, alg: 'ES256' }))
    expect(keysOf({ keys: many }).size).toBe(100)
  })
})

describe('what is demanded besides', () => {
  it('every scope', async () => {
    const { reasonOf } = issuer(key)
    const token = await key.sign(claims())
    expect(await reasonOf(token, { ...EXPECTED, scopes: ['write', 'read'] })).toBeNull()
    expect(await reasonOf(token, { ...EXPECTED, scopes: ['read', 'admin'] })).toBe(
      'insufficient_scope',
    )
  })

  it('[RFC9470-4] one of the authentication contexts', async () => {
    const { reasonOf } = issuer(key)
    const token = await key.sign(claims())
    const acrValues = ['urn:okta:loa:2fa:any', 'urn:okta:loa:1fa:pwd']
    expect(await reasonOf(token, { ...EXPECTED, acrValues })).toBeNull()
    const higher = { ...EXPECTED, acrValues: ['urn:okta:loa:2fa:any'] }
    expect(await reasonOf(token, higher)).toBe('insufficient_user_authentication')
    expect(await reasonOf(await key.sign(claims({ acr: undefined })), higher)).toBe(
      'insufficient_user_authentication',
    )
  })

  it('[RFC9470-4] a sign-in that is recent enough, to the second', async () => {
    const { reasonOf } = issuer(key)
    const token = await key.sign(claims())
    expect(await reasonOf(token, { ...EXPECTED, maxAge: 500 })).toBeNull()
    expect(await reasonOf(token, { ...EXPECTED, maxAge: 499 })).toBe(
      'insufficient_user_authentication',
    )
    const machine = await key.sign(claims({ auth_time: undefined }))
    expect(await reasonOf(machine, { ...EXPECTED, maxAge: 500 })).toBe(
      'insufficient_user_authentication',
    )
  })

  it('of a token that is no good nothing more is said', async () => {
    const { reasonOf } = issuer(key)
    const expected = { issuer: ISSUER, audience: AUDIENCE, scopes: ['admin'] }
    expect(await reasonOf(await key.sign(claims({ exp: NOW })), expected)).toBe('expired')
  })
})
