/**
 * The middleware for tokens that are bound to a key: asked by oauth4webapi, whose proofs and reading of challenges are
 * its own, and by hand where no client would do such a thing.
 */
import { Hono } from 'hono'
import * as oauth from 'oauth4webapi'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ChallengeOptions } from '../../../src/verifier/challenge.ts'
import { requireAccessToken } from '../../../src/verifier/hono.ts'
import { OfflineVerifier } from '../../../src/verifier/index.ts'
import { reasons, refused, type Expected, type Reason } from '../../../src/verifier/verdict.ts'
import { aProver, type Prover } from './dpop-support.ts'
import { answered, AUDIENCE, claims, ISSUER, makeKey, NOW, type TestKey } from './support.ts'

const DEMANDED = { issuer: ISSUER, audience: AUDIENCE }
const ORDERS = 'https://api.example/orders'
const ALGS = 'algs="ES256 ES384 ES512 Ed25519 EdDSA PS256 PS384 PS512 RS256 RS384 RS512"'

let key: TestKey
let prover: Prover
let bound: string
let bearer: string
beforeAll(async () => {
  ;[key, prover] = await Promise.all([makeKey('k1'), aProver()])
  ;[bound, bearer] = await Promise.all([key.sign(prover.bound()), key.sign(claims())])
})

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

interface Demands extends Omit<Expected, 'dpop'>, ChallengeOptions {
  readonly origin: string
}

/** An API, and whatever else stands before its route. */
function api(
  demands: Partial<Demands> = { dpop: 'allowed' },
  ...more: readonly Partial<Demands>[]
) {
  const verifier = new OfflineVerifier({ get: async () => answered({ keys: [key.jwk] }) })
  const app = new Hono()
  for (const each of [demands, ...more])
    app.use(
      requireAccessToken({
        ...DEMANDED,
        ...each,
        verify: (token, expected) => verifier.verify(token, expected),
      }),
    )
  app.all('/orders', (c) => c.text('in'))
  const ask = async (headers: HeadersInit, method = 'GET', url = ORDERS) => {
    const { status, headers: answer } = await app.request(url, { method, headers })
    return { status, challenge: answer.get('www-authenticate') }
  }
  const withProof = async (proof?: string, token = bound, scheme = 'DPoP') =>
    ask({ authorization: `${scheme} ${token}`, ...(proof !== undefined && { dpop: proof }) })
  return { app, ask, withProof }
}

const proofFor = (token = bound, changes: object = {}, header: object = {}): Promise<string> =>
  prover.prove(token, { htm: 'GET', htu: ORDERS, ...changes }, { ...header })

it.each(['allowed', 'required'] as const)(
  'a verifier that knows nothing of proofs lets nobody in by one (%s)',
  async (dpop) => {
    const old = new OfflineVerifier({ get: async () => answered({ keys: [key.jwk] }) })
    const app = new Hono()
    const verify = (token: string): ReturnType<OfflineVerifier['verify']> =>
      old.verify(token, DEMANDED)
    app.use(requireAccessToken({ ...DEMANDED, dpop, verify }))
    app.all('/orders', (c) => c.text('in'))
    const authorization = `DPoP ${bearer}`
    const answer = await app.request(ORDERS, { headers: { authorization, dpop: 'none' } })
    expect(answer.status).toBe(401)
  },
)

describe('oauth4webapi', () => {
  const client: oauth.Client = { client_id: '0oaClient' }

  async function aClient(alg: string) {
    const pair = await oauth.generateKeyPair(alg)
    const handle = oauth.DPoP(client, pair)
    const jkt = await handle.calculateThumbprint()
    return { handle, token: await key.sign(claims({ cnf: { jkt } })) }
  }

  const requested = (
    { app }: ReturnType<typeof api>,
    token: string,
    handle: oauth.DPoPHandle | undefined,
    method = 'GET',
    url = `${ORDERS}?page=2#top`,
  ): Promise<Response> =>
    oauth.protectedResourceRequest(token, method, new URL(url), undefined, undefined, {
      ...(handle !== undefined && { DPoP: handle }),
      [oauth.customFetch]: async (address, { headers }) =>
        app.request(address, { method, headers }),
    })

  const challengesOf = async (request: Promise<Response>) => {
    const error: unknown = await request.catch((cause: unknown) => cause)
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw new Error('no challenge')
    return error.cause.map(({ scheme, parameters }) => [scheme, parameters['error']])
  }

  it.each(['ES256', 'PS256', 'Ed25519'])(
    '[RFC9449-7.1] is let in with %s, as often as it asks',
    async (alg) => {
      const { handle, token } = await aClient(alg)
      const server = api()
      for (const method of ['GET', 'POST', 'DELETE', 'GET'])
        expect((await requested(server, token, handle, method)).status).toBe(200)
      expect((await requested(server, bearer, undefined)).status).toBe(200)
    },
  )

  it('[RFC9449-7.2] reads who was refused, by the challenge of the scheme that it used', async () => {
    const { handle, token } = await aClient('ES256')
    const stranger = await aClient('ES256')
    const server = api()
    const challenges = (...asked: [string, oauth.DPoPHandle | undefined]) =>
      challengesOf(requested(server, ...asked))
    expect(await challenges(token, undefined)).toEqual([
      ['bearer', 'invalid_token'],
      ['dpop', undefined],
    ])
    for (const [one, by] of [
      [token, stranger.handle],
      [bearer, handle],
    ] as const)
      expect(await challenges(one, by)).toEqual([
        ['bearer', undefined],
        ['dpop', 'invalid_token'],
      ])
  })

  it('with a clock that is wrong hears that its proof is', async () => {
    const pair = await oauth.generateKeyPair('ES256')
    const late = oauth.DPoP({ ...client, [oauth.clockSkew]: -600 }, pair)
    const token = await key.sign(claims({ cnf: { jkt: await late.calculateThumbprint() } }))
    expect(await challengesOf(requested(api(), token, late))).toEqual([
      ['bearer', undefined],
      ['dpop', 'invalid_dpop_proof'],
    ])
  })

  it('is let in through a proxy, where the API says what its origin is', async () => {
    const { handle, token } = await aClient('ES256')
    const behind = api({ dpop: 'allowed', origin: 'https://public.example' })
    const asked = new URL('https://public.example/orders?page=2')
    const response = await oauth.protectedResourceRequest(token, 'GET', asked, undefined, undefined, {
      DPoP: handle,
      [oauth.customFetch]: async (_, { headers }) =>
        behind.app.request('http://10.0.0.1:8080/orders?page=2', { headers }),
    }) // prettier-ignore
    expect(response.status).toBe(200)
    expect(await challengesOf(requested(behind, token, handle))).toContainEqual(['dpop', 'invalid_dpop_proof'])
  }) // prettier-ignore
})

describe('a request goes on', () => {
  it.each(['DPoP', 'dpop', 'DPOP'])('[RFC9110-11.1] with the scheme %s', async (scheme) => {
    const { withProof } = api()
    expect((await withProof(await proofFor(), bound, scheme)).status).toBe(200)
  })

  it('with a bearer token beside a proof that nobody asked for', async () => {
    const { ask } = api()
    const headers = { authorization: `Bearer ${bearer}`, dpop: 'whatever' }
    expect((await ask(headers)).status).toBe(200)
  })
})

it('the verifier is asked about the proof, and the method and the URL that it came with', async () => {
  const asked: Expected[] = []
  const app = new Hono()
  const verify = async (_: string, expected: Expected) => {
    asked.push(expected)
    return refused('proof_malformed')
  }
  app.use(requireAccessToken({ ...DEMANDED, dpop: 'allowed', verify }))
  const headers = { authorization: 'DPoP t', dpop: 'p' }
  await app.request(`${ORDERS}?page=2`, { method: 'PUT', headers })
  await app.request(ORDERS, { headers: { authorization: 'Bearer t', dpop: 'p' } })
  const dpop = { proof: 'p', method: 'PUT', url: `${ORDERS}?page=2` }
  expect(asked).toEqual([{ ...DEMANDED, dpop }, DEMANDED])
})

describe('without the option', () => {
  it('tokens that are bound are not taken, and nobody is told of a scheme', async () => {
    const { withProof } = api({})
    expect(await withProof(await proofFor())).toEqual({ status: 401, challenge: 'Bearer' })
    expect(await withProof(await proofFor(), bound, 'Bearer')).toEqual({
      status: 401,
      challenge: `Bearer error="invalid_token", error_description="${reasons.bound_token.description}"`,
    })
    expect((await withProof(undefined, bearer, 'Bearer')).status).toBe(200)
  })
})

describe('where tokens have to be bound', () => {
  it('bearer tokens are not taken, and nobody is told of a scheme', async () => {
    const { withProof } = api({ dpop: 'required' })
    expect((await withProof(await proofFor())).status).toBe(200)
    for (const token of [bound, bearer])
      expect(await withProof(undefined, token, 'Bearer')).toEqual({
        status: 401,
        challenge: `DPoP ${ALGS}`,
      })
    const { challenge } = await withProof(await proofFor(bearer), bearer)
    expect(challenge).toBe(
      `DPoP ${ALGS}, error="invalid_token", error_description="${reasons.unbound_token.description}"`,
    )
  })
})

describe('challenges', () => {
  it('[RFC9449-7.2] without a token: of each scheme, with what every client needs to know', async () => {
    const { ask } = api({ dpop: 'allowed', realm: 'r', scopes: ['read'], resourceMetadata: 'https://m.example' })
    const common = 'realm="r", resource_metadata="https://m.example"'
    expect(await ask({ dpop: await proofFor() })).toEqual({
      status: 401,
      challenge: `Bearer ${common}, scope="read", DPoP ${common}, ${ALGS}, scope="read"`,
    })
  }) // prettier-ignore

  it.each(['DPoP', 'DPoP a b', 'DPoP a, DPoP b', 'DPoP "a"', 'DPoP =a'])(
    '[RFC6750-3.1] %s is an invalid request',
    async (authorization) => {
      const { status, challenge } = await api().ask({ authorization, dpop: await proofFor() })
      expect(status).toBe(400)
      expect(challenge).toBe(
        `Bearer, DPoP ${ALGS}, error="invalid_request", error_description="The Authorization header does not have one DPoP token."`,
      )
    },
  )

  it.each<readonly [Reason, () => Promise<string | undefined>]>([
    ['proof_malformed', async () => undefined],
    ['proof_malformed', async () => ''],
    ['proof_malformed', async () => `${await proofFor()}, ${await proofFor()}`],
    ['proof_wrong_request', () => proofFor(bound, { htm: 'POST' })],
    ['proof_wrong_request', () => proofFor(bound, { htu: 'https://api.example/' })],
    ['proof_wrong_time', () => proofFor(bound, { iat: NOW - 1000 })],
    ['proof_wrong_token', () => proofFor(bearer)],
    ['proof_bad_signature', async () => `${(await proofFor()).slice(0, -8)}AAAAAAAA`],
  ])('[RFC9449-7.1] %s is an invalid proof', async (reason, proof) => {
    const { status, challenge } = await api().withProof(await proof())
    expect(status).toBe(401)
    expect(challenge).toBe(
      `Bearer, DPoP ${ALGS}, error="invalid_dpop_proof", error_description="${reasons[reason].description}"`,
    )
  })

  it('two headers are two proofs', async () => {
    const headers = new Headers({ authorization: `DPoP ${bound}` })
    headers.append('dpop', await proofFor())
    expect((await api().ask(headers)).status).toBe(200)
    headers.append('dpop', await proofFor())
    const { status, challenge } = await api().ask(headers)
    expect([status, challenge]).toEqual([401, expect.stringContaining('invalid_dpop_proof')])
  })

  it('[RFC9470-3] step-up and scopes are told in the scheme that was used', async () => {
    const scoped = await api({ dpop: 'allowed', scopes: ['admin'] }).withProof(await proofFor())
    expect(scoped.status).toBe(403)
    expect(scoped.challenge).toMatch(/^Bearer, DPoP .*error="insufficient_scope".*scope="admin"$/)
    const stepped = await api({ dpop: 'allowed', maxAge: 1 }).withProof(await proofFor())
    expect(stepped.status).toBe(401)
    expect(stepped.challenge).toMatch(/^Bearer, DPoP .*"insufficient_user_authentication".*max_age="1"$/)
  }) // prettier-ignore
})

describe('[RFC9449-11.1] a proof that comes twice', () => {
  const replayed = expect.stringContaining(reasons.proof_replayed.description)

  it('is refused, whatever middleware of the isolate it comes to', async () => {
    const proof = await proofFor()
    expect((await api().withProof(proof)).status).toBe(200)
    for (const server of [api(), api({ dpop: 'required' })])
      expect(await server.withProof(proof)).toEqual({ status: 401, challenge: replayed })
  })

  it('at once is let in once', async () => {
    const proof = await proofFor()
    const { withProof } = api()
    const answers = await Promise.all(Array.from({ length: 8 }, () => withProof(proof)))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(401)])
  })

  it('is refused when it was made anew under the same name, until the name is forgotten', async () => {
    const { withProof } = api()
    const lasting = await key.sign(prover.bound({ exp: NOW + 1000 }))
    const named = (iat: number) => proofFor(lasting, { jti: 'again', iat })
    expect((await withProof(await named(NOW), lasting)).status).toBe(200)
    vi.setSystemTime((NOW + 300) * 1000)
    expect((await withProof(await named(NOW + 300), lasting)).challenge).toEqual(replayed)
    vi.setSystemTime((NOW + 301) * 1000)
    expect((await withProof(await named(NOW + 301), lasting)).status).toBe(200)
  })

  it('to several middlewares on the way of one request came once', async () => {
    const { withProof } = api({ dpop: 'allowed' }, { dpop: 'required', scopes: ['read'] })
    const proof = await proofFor()
    expect((await withProof(proof)).status).toBe(200)
    expect((await withProof(proof)).challenge).toEqual(replayed)
  })

  it('is still good for the request that was refused for another reason', async () => {
    const proof = await proofFor()
    expect((await api({ dpop: 'allowed', scopes: ['admin'] }).withProof(proof)).status).toBe(403)
    expect((await api().withProof(proof)).status).toBe(200)
  })
})

it('an origin that is none is heard of before a request comes', () => {
  expect(() => api({ dpop: 'allowed', origin: 'api.example' })).toThrow(TypeError)
})
