/** The verifier that other Workers bind: what it accepts and refuses, what it costs, and what it does without storage. */
import { exports } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import type { AccessTokenVerifier, Expected, Verdict } from '../../src/verifier/verdict.ts'
import { OfflineVerifier } from '../../src/verifier/offline.ts'
import { proofAlgorithms } from '../../src/verifier/proof-keys.ts'
import { aProver, withProof } from '../unit/verifier/dpop-support.ts'
import { answered, EXPECTED, makeKey, NOW } from '../unit/verifier/support.ts'
import { operations } from './counting.ts'
import { ORG_BASE } from './sign-in-support.ts'
import { aClient, ORIGIN, type TestClient, type TestServer } from './support.ts'
import { aPeopleServer, refreshed, revoke } from './token-support.ts'
import {
  AUDIENCE,
  aVerifier,
  away,
  heldTokens,
  later,
  machineToken,
  settled,
  type HeldTokens,
} from './verifier-support.ts'

let server: TestServer
let client: TestClient
let held: HeldTokens
let machine: string
let expected: Expected

beforeAll(async () => {
  server = await aPeopleServer()
  client = await aClient()
  held = await heldTokens(server)
  machine = await machineToken(server, client)
  expected = { issuer: server.issuer, audience: AUDIENCE }
})

afterEach(() => {
  away.clear()
  vi.useRealTimers()
})

const reasonOf = (verdict: Verdict): string => (verdict.valid ? 'valid' : verdict.reason)

describe('over its binding', () => {
  const verifier: AccessTokenVerifier = exports.Verifier

  const verify = async (token: string, changes: Partial<Expected> = {}): Promise<string> =>
    reasonOf(await verifier.verify(token, { ...expected, ...changes }))

  it('a token is told with whom it is of and what it grants', async () => {
    const verdict = await verifier.verify(held.token, expected)
    expect(verdict).toMatchObject({
      valid: true,
      token: {
        issuer: server.issuer,
        clientId: held.app.clientId,
        userId: held.person.id,
        subject: held.person.login,
        scopes: ['openid', 'offline_access'],
        claims: { ver: 1, aud: AUDIENCE },
      },
    })
    const own = await verifier.verify(machine, { ...expected, scopes: ['read'] })
    expect(own).toMatchObject({ valid: true, token: { userId: null, clientId: client.clientId } })
  })

  it.each<[string, () => string, Partial<Expected>, string]>([
    ['another audience', () => machine, { audience: ['api://b', 'api://c'] }, 'wrong_audience'],
    ['a scope it lacks', () => machine, { scopes: ['read', 'write'] }, 'insufficient_scope'],
    ['an age', () => held.token, { maxAge: -1 }, 'insufficient_user_authentication'],
    ['a context', () => machine, { acrValues: ['mfa'] }, 'insufficient_user_authentication'],
    ['an access token', () => held.tokens['id_token'], {}, 'wrong_type'],
    ['a JWT', () => held.tokens['refresh_token'], {}, 'malformed'],
    ['a whole token', () => machine.slice(0, -1), {}, 'bad_signature'],
    ['something shorter', () => 'a'.repeat(1_000_000), {}, 'too_long'],
    ['a server that exists', () => machine, { issuer: `${ORIGIN}/oauth2/ausnobody` }, 'unknown_issuer'],
    ['a server of ours', () => machine, { issuer: 'https://other.example/oauth2/default' }, 'unknown_issuer'],
    ['a custom server', () => machine, { issuer: ORIGIN }, 'org_token'],
    ['the server of the token', () => machine, { issuer: `${ORIGIN}/oauth2/default` }, 'wrong_issuer'],
  ])('%s is demanded', async (_, token, changes, reason) => {
    expect(await verify(token(), changes)).toBe(reason)
  }) // prettier-ignore

  it('[RFC9449-7.1] a token of ours is bound to no key, so that a proof is refused with it', async () => {
    const { prove } = await aProver()
    const iat = Math.floor(Date.now() / 1000)
    for (const token of [machine, held.token]) {
      expect(await verify(token, withProof(await prove(token, { iat })))).toBe('unbound_token')
      expect(await verify(token, withProof('no proof'))).toBe('unbound_token')
      expect(await verify(token)).toBe('valid')
    }
  })

  it('tokens of the org server are verified by nobody else', async () => {
    const org = await heldTokens({ ...server, issuer: ORG_BASE })
    expect(await verify(org.token)).toBe('org_token')
  })
})

const NAMED = { issuer: 'x', audience: 'y' }

it.each([
  {},
  { issuer: 1, audience: AUDIENCE },
  { issuer: 'x' },
  { issuer: 'x', audience: [1] },
  { ...NAMED, scopes: 'read' },
  { ...NAMED, acrValues: 'phr phrh' },
  { ...NAMED, maxAge: '60' },
  { ...NAMED, dpop: null },
  { ...NAMED, dpop: { proof: 'x' } },
])('whoever expects nothing, or what cannot be, is told that at once: %j', async (nothing) => {
  await expect(aVerifier()(machine, nothing as never)).rejects.toThrow(TypeError)
})

describe('its cost', () => {
  it('cold: configuration, keys and the feed at once, then the client', async () => {
    const verify = aVerifier()
    const asked = await operations(() => verify(machine, expected))
    expect(asked.slice(0, 3).toSorted()).toEqual(['DB', 'KEY_RING.read', 'REVOCATION_FEED.since'])
    expect(asked.slice(3)).toEqual(['DB'])
  })

  it.each(['a machine', 'a person'])('warm: no call to storage for the token of %s', async (whose) => {
    const verify = aVerifier()
    const token = whose === 'a person' ? held.token : machine
    expect(reasonOf(await verify(token, expected))).toBe('valid')
    expect(await operations(async () => {
      for (let turn = 0; turn < 50; turn++) await verify(token, expected)
    })).toEqual([])
  }) // prettier-ignore

  it('a proof that is refused: no call to storage', async () => {
    const verify = aVerifier()
    await verify(machine, expected)
    const asked = await operations(() => verify(machine, { ...expected, ...withProof('x') }))
    expect(asked).toEqual([])
  })

  it('however many tokens name keys that do not exist, the keys are read once', async () => {
    const verify = aVerifier()
    await verify(machine, expected)
    const [, payload = '', signature = ''] = machine.split('.')
    const asked = await operations(async () => {
      for (let turn = 0; turn < 20; turn++) {
        const header = btoa(JSON.stringify({ alg: 'RS256', kid: `guess-${turn}` }))
        const token = `${header.replaceAll('=', '')}.${payload}.${signature}`
        expect(reasonOf(await verify(token, expected))).toBe('unknown_key')
      }
    })
    expect(asked).toEqual(['KEY_RING.read'])
  })

  it('a genuine token under a key that nobody may look up just now is neither accepted nor refused', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
    const verify = aVerifier()
    const [, payload = '', signature = ''] = machine.split('.')
    const guess = (kid: string): Promise<Verdict> => {
      const header = btoa(JSON.stringify({ alg: 'RS256', kid })).replaceAll('=', '')
      return verify(`${header}.${payload}.${signature}`, expected)
    }
    expect(reasonOf(await guess('first'))).toBe('unknown_key')
    expect(reasonOf(await guess('second'))).toBe('unknown_key')
    away.add('KEY_RING')
    later(1.5)
    expect(reasonOf(await guess('third'))).toBe('unavailable')
    expect(reasonOf(await guess('fourth'))).toBe('unavailable')
    away.clear()
    later(1)
    expect(reasonOf(await guess('fifth'))).toBe('unknown_key')
  })

  it("a client that revokes its own tokens is asked about itself, and nobody else's token is", async () => {
    const [one, other] = [await aClient(), await aClient()]
    const [revoked, second] = [await machineToken(server, one), await machineToken(server, one)]
    const others = await machineToken(server, other)
    for (let again = 0; again < 3; again++) await revoke(server.issuer, one, revoked)
    const verify = aVerifier()
    const verdicts = await Promise.all(
      [revoked, second, others].map((token) => verify(token, expected)),
    )
    expect(verdicts.map(reasonOf)).toEqual(['revoked', 'valid', 'valid'])
    expect(await operations(() => verify(second, expected))).toEqual(['LEDGER.has'])
    expect(await operations(() => verify(others, expected))).toEqual([])
  })

  it('a token that may have been revoked is asked about, one that came later is not', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
    const one = await heldTokens(server)
    await revoke(server.issuer, one.app, one.token)
    const again = await refreshed(server.issuer, one.app, one.tokens['refresh_token'])
    const verify = aVerifier()
    expect(reasonOf(await verify(one.token, expected))).toBe('revoked')
    const early = () => verify(again['access_token'], expected)
    expect(await operations(async () => expect(reasonOf(await early())).toBe('valid'))).toEqual([
      'SUBJECT.inspect',
    ])
    later(limits.clockSkewSeconds + 1)
    const late = await refreshed(server.issuer, one.app, one.tokens['refresh_token'])
    await early()
    await settled()
    expect(await operations(() => verify(late['access_token'], expected))).toEqual([])
  })
})

describe('without storage', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
  })

  it('the feed away: every token is asked about', async () => {
    away.add('REVOCATION_FEED')
    const verify = aVerifier()
    const asked = await operations(async () => {
      expect(reasonOf(await verify(machine, expected))).toBe('valid')
      expect(reasonOf(await verify(held.token, expected))).toBe('valid')
    })
    expect(asked).toEqual(expect.arrayContaining(['LEDGER.has', 'SUBJECT.inspect']))
  })

  it('the feed away and whom to ask, too: nobody can tell, and it may be tried again', async () => {
    for (const one of ['REVOCATION_FEED', 'LEDGER', 'SUBJECT'] as const) away.add(one)
    const verify = aVerifier()
    for (const token of [machine, held.token])
      expect(reasonOf(await verify(token, expected))).toBe('unavailable')
    away.clear()
    later(limits.refreshRetrySeconds)
    expect(reasonOf(await verify(machine, expected))).toBe('valid')
  })

  it(`the configuration away: what was read is good for ${limits.verifierSnapshotSeconds} seconds`, async () => {
    const verify = aVerifier()
    await verify(machine, expected)
    away.add('DB')
    later(limits.verifierSnapshotSeconds)
    expect(reasonOf(await verify(machine, expected))).toBe('valid')
    await settled()
    later(1)
    expect(reasonOf(await verify(machine, expected))).toBe('unavailable')
    away.clear()
    expect(reasonOf(await verify(machine, expected))).toBe('valid')
  })
})

describe('proofs, as this runtime computes them', () => {
  it.each(proofAlgorithms)('[RFC9449-4.3] %s: of the key of the token, and of no other', async (alg) => {
    const key = await makeKey('k1')
    const [prover, other] = [await aProver(alg), await aProver(alg)]
    const token = await key.sign(prover.bound())
    const get = async () => answered({ keys: [key.jwk] })
    const verifier = new OfflineVerifier({ get, clock: () => NOW * 1000 })
    const verify = async (proof: string): Promise<string> =>
      reasonOf(await verifier.verify(token, { ...EXPECTED, ...withProof(proof) }))
    expect(await verify(await prover.prove(token))).toBe('valid')
    expect(await verify(await other.prove(token))).toBe('wrong_key')
    expect(await verify(await other.prove(token, {}, { jwk: prover.jwk }))).toBe('proof_bad_signature')
  }) // prettier-ignore
})
