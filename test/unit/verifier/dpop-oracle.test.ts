/** The same requests, put to oauth4webapi's check of access tokens, whose reading of RFC 9449 is its own. */
import * as fc from 'fast-check'
import * as oauth from 'oauth4webapi'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { OfflineVerifier } from '../../../src/verifier/index.ts'
import { aProver, type Prover } from './dpop-support.ts'
import { answered, AUDIENCE, ISSUER, makeKey, NOW, profiled, type TestKey } from './support.ts'

const REQUEST_URL = 'https://api.example/orders?page=2'

let key: TestKey
let provers: readonly Prover[]
let tokens: readonly string[]
beforeAll(async () => {
  key = await makeKey('k1')
  provers = await Promise.all(['ES256', 'ES256', 'Ed25519'].map((alg) => aProver(alg)))
  const signed = (cnf: unknown) => key.sign(...profiled({ cnf }))
  tokens = await Promise.all([...provers.map(({ bound }) => signed(bound()['cnf'])), signed(undefined)])
}) // prettier-ignore

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000, toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

async function ours(token: string, proof: string): Promise<boolean> {
  const get = async () => answered({ keys: [key.jwk] })
  const verifier = new OfflineVerifier({ get, clock: () => NOW * 1000 })
  const dpop = { proof, method: 'POST', url: REQUEST_URL }
  return (await verifier.verify(token, { issuer: ISSUER, audience: AUDIENCE, dpop })).valid
}

async function theirs(token: string, proof: string): Promise<boolean> {
  const as = { issuer: ISSUER, jwks_uri: `${ISSUER}/v1/keys` }
  const headers = { authorization: `DPoP ${token}`, dpop: proof }
  const request = new Request(REQUEST_URL, { method: 'POST', headers })
  const options = { [oauth.customFetch]: async () => Response.json({ keys: [key.jwk] }) }
  return oauth.validateJwtAccessToken(as, request, AUDIENCE, options).then(
    () => true,
    () => false,
  )
}

/** Mostly right, since a request with two faults is refused for the first. */
const mostly = <T>(right: T, ...wrong: readonly T[]) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  )

const HTU = 'https://api.example/orders'

const request = fc.record({
  token: fc.nat(3),
  prover: mostly<number | null>(null, 0, 1, 2),
  jwkOf: mostly<number | null>(null, 0, 1, 2),
  ath: mostly<unknown>('right', 'A'.repeat(43), undefined, 7, null),
  htm: mostly<unknown>('POST', 'GET', 'post', undefined, ['POST']),
  htu: mostly<unknown>(HTU, `${HTU}?page=3`, `${HTU}#x`, 'HTTPS://API.example:443/./orders', `${HTU}/`, '/orders', 'https://evil.example/orders', undefined, 7),
  iat: mostly<unknown>(NOW, NOW - 300, NOW - 301, NOW + 60, NOW + 301, undefined, 'now', null),
  jti: mostly<unknown>('one', undefined, 7),
  exp: mostly<unknown>(undefined, NOW - 100, NOW + 1, 'never'),
  typ: mostly<unknown>('dpop+jwt', 'application/dpop+jwt', 'JWT', undefined, 'at+jwt'),
  end: mostly('', 'AAAA', ', x', '.x'),
}) // prettier-ignore

it('[RFC9449-4.3] both find the same of a proof', async () => {
  const found = { good: 0, bad: 0 }
  await fc.assert(
    fc.asyncProperty(request, async ({ token: at, prover, jwkOf, ath, typ, end, ...claims }) => {
      const token = tokens[at]!
      const by = provers[prover ?? at] ?? provers[0]!
      const right = ath === 'right' ? {} : { ath }
      const header = { typ, ...(jwkOf !== null && { jwk: provers[jwkOf]!.jwk }) }
      const proof = (await by.prove(token, { ...claims, ...right }, header)) + end
      const verdict = await ours(token, proof)
      expect(verdict).toBe(await theirs(token, proof))
      found[verdict ? 'good' : 'bad']++
    }),
    { numRuns: 400 },
  )
  expect(Math.min(found.good, found.bad)).toBeGreaterThan(40)
})
