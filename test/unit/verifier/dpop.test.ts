/** Tokens that are bound to a key, and the proofs of it that go with them. */
import { base64url, CompactSign } from 'jose'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { proofAlgorithms } from '../../../src/verifier/proof-keys.ts'
import { OfflineVerifier, type DPoP, type Proof } from '../../../src/verifier/index.ts'
import { checkExpected, type Expected, type Verdict } from '../../../src/verifier/verdict.ts'
import { respelled } from '../../respelled.ts'
import { aProver, METHOD, URL_OF_REQUEST, withProof, type Prover } from './dpop-support.ts'
import {
  answered,
  AUDIENCE,
  claims,
  EXPECTED,
  ISSUER,
  makeKey,
  NOW,
  profiled,
  type TestKey,
} from './support.ts'

let key: TestKey
let prover: Prover
let other: Prover
let token: string
beforeAll(async () => {
  ;[key, prover, other] = await Promise.all([makeKey('k1'), aProver(), aProver()])
  token = await key.sign(prover.bound())
})

const fetched: string[] = []

async function verify(text: string, changes: Partial<Expected> = {}, now = NOW): Promise<Verdict> {
  const get = async (url: string) => {
    fetched.push(url)
    return answered({ keys: [key.jwk] })
  }
  const verifier = new OfflineVerifier({ get, clock: () => now * 1000 })
  return verifier.verify(text, { ...EXPECTED, ...changes })
}

const reasonOf = async (...asked: Parameters<typeof verify>): Promise<string> => {
  const verdict = await verify(...asked)
  return verdict.valid ? 'valid' : verdict.reason
}

const encoded = (value: unknown): string => base64url.encode(JSON.stringify(value))

describe('a token that is bound', () => {
  it('[RFC9449-7.1] is accepted with a proof of its key, and it is told which', async () => {
    const { cnf } = prover.bound()
    const proof = await prover.prove(token, { jti: 'one' })
    const verdict = await verify(token, withProof(proof))
    expect(verdict).toMatchObject({
      valid: true,
      token: { claims: { cnf }, scopes: ['read', 'write'] },
    })
    const { jkt } = cnf as { jkt: string }
    const expires = NOW + limits.proofAgeSecondsMax + 1
    expect(verdict).toHaveProperty('proof', { jkt, jti: 'one', expires })
    expect(await reasonOf(token, withProof(proof), NOW + 200)).toBe('expired')
  })

  it('[RFC9068-2.2] is so in the profile for JWT access tokens, too', async () => {
    const [payload, header] = profiled({ cnf: prover.bound()['cnf'] })
    const profiledToken = await key.sign(payload, header)
    const proof = await prover.prove(profiledToken)
    expect(await reasonOf(profiledToken, withProof(proof))).toBe('valid')
    expect(await reasonOf(profiledToken)).toBe('bound_token')
  })

  it('[RFC9449-7.2] is no bearer token', async () => {
    expect(await reasonOf(token)).toBe('bound_token')
    expect(await reasonOf(token, { scopes: ['admin'] })).toBe('bound_token')
  })

  it('has to meet what else is demanded', async () => {
    const proof = await prover.prove(token)
    expect(await reasonOf(token, { ...withProof(proof), scopes: ['admin'] })).toBe(
      'insufficient_scope',
    )
    expect(await reasonOf(token, { ...withProof(proof), audience: 'api://other' })).toBe(
      'wrong_audience',
    )
    expect(await reasonOf(token, withProof(proof), NOW + 200)).toBe('expired')
  })

  it.each([
    ['a certificate', { 'x5t#S256': 'A'.repeat(43) }],
    ['a key and a certificate', { jkt: 'A'.repeat(43), 'x5t#S256': 'A'.repeat(43) }],
    ['a key itself', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A' } }],
    ['a name of a key', { kid: 'k1' }],
    ['nothing', {}],
    ['a thumbprint that is no text', { jkt: 7 }],
    ['a list', ['jkt']],
    ['a text', 'jkt'],
    ['null', null],
    ['false', false],
    ['a prototype', JSON.parse('{"__proto__":{"jkt":"x"}}')],
  ])('[RFC7800-3.1] to %s is accepted neither with a proof nor without', async (_, cnf) => {
    const strange = await key.sign(claims({ cnf }))
    const proof = await prover.prove(strange)
    expect(await reasonOf(strange)).toBe('unknown_confirmation')
    expect(await reasonOf(strange, withProof(proof))).toBe('unknown_confirmation')
  })

  it('to a key and something else is not accepted for the sake of the key', async () => {
    const { jkt } = prover.bound()['cnf'] as { jkt: string }
    const strange = await key.sign(claims({ cnf: { jkt, 'x5t#S256': 'A'.repeat(43) } }))
    const proof = await prover.prove(strange)
    expect(await reasonOf(strange, withProof(proof))).toBe('unknown_confirmation')
  })
})

it('[RFC9449-7.1] a token that is bound to nothing is refused with a proof, and as ever without', async () => {
  const bearer = await key.sign(claims())
  expect(await reasonOf(bearer, withProof(await prover.prove(bearer)))).toBe('unbound_token')
  const verdict = await verify(bearer)
  expect(Object.keys(verdict)).toEqual(['valid', 'token'])
})

it('whoever has the proof and another token of the same key has nothing', async () => {
  const second = await key.sign(prover.bound({ jti: 'AT.second' }))
  expect(await reasonOf(second, withProof(await prover.prove(token)))).toBe('proof_wrong_token')
})

describe('[RFC9449-4.3] a proof is refused', () => {
  type Row = readonly [what: string, claims: object, header: object, reason: string]

  it.each<Row>([
    ['without jti', { jti: undefined }, {}, 'proof_malformed'],
    ['with an empty jti', { jti: '' }, {}, 'proof_malformed'],
    ['with a jti that is no text', { jti: 7 }, {}, 'proof_malformed'],
    ['with a long jti', { jti: 'x'.repeat(limits.jtiCharactersMax + 1) }, {}, 'proof_malformed'],
    ['without iat', { iat: undefined }, {}, 'proof_malformed'],
    ['with an iat in a text', { iat: String(NOW) }, {}, 'proof_malformed'],
    ['with null for iat', { iat: null }, {}, 'proof_malformed'],
    ['without htm', { htm: undefined }, {}, 'proof_wrong_request'],
    ['for another method', { htm: 'GET' }, {}, 'proof_wrong_request'],
    ['for a method in lower case', { htm: 'post' }, {}, 'proof_wrong_request'],
    ['for a list of methods', { htm: ['POST'] }, {}, 'proof_wrong_request'],
    ['without htu', { htu: undefined }, {}, 'proof_wrong_request'],
    ['for another path', { htu: 'https://api.example/order' }, {}, 'proof_wrong_request'],
    ['for another host', { htu: 'https://evil.example/orders' }, {}, 'proof_wrong_request'],
    ['for another scheme', { htu: 'http://api.example/orders' }, {}, 'proof_wrong_request'],
    ['for a path alone', { htu: '/orders' }, {}, 'proof_wrong_request'],
    ['without ath', { ath: undefined }, {}, 'proof_wrong_token'],
    ['for another token', { ath: 'A'.repeat(43) }, {}, 'proof_wrong_token'],
    ['without typ', {}, { typ: undefined }, 'proof_malformed'],
    ['with another typ', {}, { typ: 'JWT' }, 'proof_malformed'],
    ['with a typ that says more', {}, { typ: 'dpop+jwt+x' }, 'proof_malformed'],
    ['without a key', {}, { jwk: undefined }, 'proof_malformed'],
    ['with a list for a key', {}, { jwk: [] }, 'proof_malformed'],
    ['with the name of a key', {}, { jwk: undefined, kid: 'k1' }, 'proof_malformed'],
    ['with null for a key', {}, { jwk: null }, 'proof_malformed'],
    ['that expired', { exp: NOW }, {}, 'proof_wrong_time'],
    ['that expires at no time', { exp: 'never' }, {}, 'proof_wrong_time'],
    ['that is good later', { nbf: NOW + limits.clockSkewSeconds + 1 }, {}, 'proof_wrong_time'],
  ])('%s', async (_, changes, header, reason) => {
    expect(await reasonOf(token, withProof(await prover.prove(token, { ...changes }, { ...header })))).toBe(reason)
  }) // prettier-ignore

  it.each<readonly [string, object, object]>([
    ['of another spelling', {}, { typ: 'application/DPoP+JWT' }],
    ['with members that nobody asked for', { nonce: 'n', sub: 'x', exp: NOW + 1, nbf: NOW }, { kid: 'k' }],
    ['with the longest jti', { jti: 'x'.repeat(limits.jtiCharactersMax) }, {}],
    ['for an equal URL', { htu: 'HTTPS://api.example:443/./%6frders?page=3#x' }, {}],
  ])('%s: this one is good', async (_, changes, header) => {
    expect(await reasonOf(token, withProof(await prover.prove(token, { ...changes }, { ...header })))).toBe('valid')
  }) // prettier-ignore

  it('with extensions that must be understood', async () => {
    const [, payload, signature] = (await prover.prove(token)).split('.')
    const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: prover.jwk, crit: ['b64'], b64: true }
    const extended = `${encoded(header)}.${payload}.${signature}`
    expect(await reasonOf(token, withProof(extended))).toBe('proof_malformed')
  })

  it.each([
    ['no text', 7],
    ['undefined', undefined],
    ['nothing', ''],
    ['dots', '..'],
    ['four parts', 'a.b.c.d'],
    ['no JSON', `${base64url.encode('{')}.${base64url.encode('{}')}.x`],
    ['a list', `${encoded([])}.${encoded([])}.x`],
  ])('that is %s', async (_, proof) => {
    expect(await reasonOf(token, withProof(proof as string))).toBe('proof_malformed')
  })

  it('that is two', async () => {
    const [one, two] = [await prover.prove(token), await prover.prove(token)]
    for (const both of [`${one}, ${two}`, `${one},${two}`, `${one} ${two}`, ` ${one}`, `${one}\n`])
      expect(await reasonOf(token, withProof(both))).toBe('proof_malformed')
  })

  it('that is longer than the bound, and not at the bound', async () => {
    const proofOf = async (length: number): Promise<string> => {
      const least = (await prover.prove(token, { pad: '' })).length
      const pad = Math.floor(((length - least) * 3) / 4) - 3
      let proof = ''
      for (let more = 0; proof.length < length; more++)
        proof = await prover.prove(token, { pad: 'x'.repeat(pad + more) })
      return proof
    }
    const longest = await proofOf(limits.proofCharactersMax)
    expect(longest.length).toBeLessThan(limits.proofCharactersMax + 2)
    const isWithin = longest.length <= limits.proofCharactersMax
    expect(await reasonOf(token, withProof(longest))).toBe(isWithin ? 'valid' : 'proof_malformed')
    const longer = await proofOf(limits.proofCharactersMax + 3)
    expect(await reasonOf(token, withProof(longer))).toBe('proof_malformed')
    expect(await reasonOf(token, withProof('a.'.repeat(1024 * 1024)))).toBe('proof_malformed')
  })

  it('for a request whose method or URL is another one', async () => {
    const proof = await prover.prove(token)
    expect(await reasonOf(token, withProof(proof, { method: 'GET' }))).toBe('proof_wrong_request')
    expect(await reasonOf(token, withProof(proof, { url: 'https://api.example/' }))).toBe('proof_wrong_request')
    expect(await reasonOf(token, withProof(proof, { url: 'no URL' }))).toBe('proof_wrong_request')
    const nowhere = await prover.prove(token, { htu: 'no URL' })
    expect(await reasonOf(token, withProof(nowhere, { url: 'no URL' }))).toBe('proof_wrong_request')
  }) // prettier-ignore

  it.each([
    [-limits.proofAgeSecondsMax - 1, 'proof_wrong_time'],
    [-limits.proofAgeSecondsMax, 'valid'],
    [-limits.proofAgeSecondsMax + 1, 'valid'],
    [limits.clockSkewSeconds - 1, 'valid'],
    [limits.clockSkewSeconds, 'valid'],
    [limits.clockSkewSeconds + 1, 'proof_wrong_time'],
    [-1e300, 'proof_wrong_time'],
    [1e300, 'proof_wrong_time'],
  ])('or not by when it was made: at %d seconds from now it is %s', async (seconds, reason) => {
    const lasting = await key.sign(prover.bound({ iat: NOW - 1000, exp: NOW + 1000 }))
    const proof = await prover.prove(lasting, { iat: NOW + seconds })
    expect(await reasonOf(lasting, withProof(proof))).toBe(reason)
  })

  it('from the second on that the verdict names', async () => {
    const lasting = await key.sign(prover.bound({ exp: NOW + 1000 }))
    const proof = await prover.prove(lasting)
    const verdict = await verify(lasting, withProof(proof))
    const { expires } = (verdict.valid && verdict.proof) as Proof
    expect(await reasonOf(lasting, withProof(proof), expires - 1)).toBe('valid')
    expect(await reasonOf(lasting, withProof(proof), expires)).toBe('proof_wrong_time')
  })
})

describe('keys', () => {
  it('[RFC9449-6.1] of somebody else prove nothing', async () => {
    expect(await reasonOf(token, withProof(await other.prove(token)))).toBe('wrong_key')
  })

  it('of the token, named by whoever does not have it, prove nothing', async () => {
    const forged = await other.prove(token, {}, { jwk: prover.jwk })
    expect(await reasonOf(token, withProof(forged))).toBe('proof_bad_signature')
  })

  it('a proof that was changed in a character is none', async () => {
    const proof = await prover.prove(token)
    for (let at = proof.length - 1; at >= 0; at -= 7)
      expect(await reasonOf(token, withProof(respelled(proof, at))), `character ${at}`).toMatch(/^proof_|^wrong_key$/)
  }) // prettier-ignore

  it('no signature is computed for a proof of another key or of another request', async () => {
    const verified = vi.spyOn(crypto.subtle, 'verify')
    await verify(token)
    verified.mockClear()
    await verify(token, withProof(await other.prove(token)))
    await verify(token, withProof(await prover.prove(token, { htm: 'GET' })))
    expect(verified).not.toHaveBeenCalled()
    await verify(token, withProof(await prover.prove(token)))
    expect(verified).toHaveBeenCalledTimes(1)
    verified.mockRestore()
  })

  it('of the issuer are fetched for no token of somebody else, whatever proof it has', async () => {
    const strange = await key.sign(prover.bound({ iss: 'https://evil.example' }))
    fetched.length = 0
    expect(await reasonOf(strange, withProof(await prover.prove(strange)))).toBe('wrong_issuer')
    expect(fetched).toEqual([])
  })

  it.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
    '[RFC9449-4.3] with the private member %s are refused',
    async (member) => {
      const jwk = { ...prover.jwk, [member]: null }
      expect(await reasonOf(token, withProof(await prover.prove(token, {}, { jwk })))).toBe('proof_malformed')
    },
  ) // prettier-ignore

  it('with the whole private key are refused', async () => {
    const proof = await prover.prove(token, {}, { jwk: prover.privateJwk })
    expect(await reasonOf(token, withProof(proof))).toBe('proof_malformed')
  })

  it.each<readonly [string, object]>([
    ['another curve', { crv: 'P-384' }],
    ['another type', { kty: 'RSA' }],
    ['a secret', { kty: 'oct', k: 'AAAA' }],
    ['a number', { x: 7 }],
    ['no coordinate', { y: undefined }],
    ['an empty coordinate', { y: '' }],
    ['padding', { x: 'AAAA=' }],
    ['a list', { x: ['AAAA'] }],
  ])('of %s are refused', async (_, changes) => {
    const jwk = { ...prover.jwk, ...changes }
    const proof = await prover.prove(token, {}, { jwk })
    expect(await reasonOf(token, withProof(proof))).toBe('proof_malformed')
  })

  it('that are on no curve are refused, also when a token is bound to one', async () => {
    const jwk = { ...prover.jwk, x: 'AAAA' }
    const { calculateJwkThumbprint } = await import('jose')
    const bound = await key.sign(claims({ cnf: { jkt: await calculateJwkThumbprint(jwk) } }))
    expect(await reasonOf(bound, withProof(await prover.prove(bound, {}, { jwk })))).toBe('proof_bad_signature')
  }) // prettier-ignore
})

describe('algorithms', () => {
  it.each(['none', 'HS256', 'ES256K', 'RSA-OAEP', 'toString', ''])(
    '[RFC9449-4.3] %s signs no proof',
    async (alg) => {
      const [, payload, signature] = (await prover.prove(token)).split('.')
      const header = encoded({ typ: 'dpop+jwt', alg, jwk: prover.jwk })
      const forged = `${header}.${payload}.${signature}`
      expect(await reasonOf(token, withProof(forged))).toBe('proof_malformed')
    },
  )

  it('a public key is no secret to sign with', async () => {
    const proof = await new CompactSign(new TextEncoder().encode('{}'))
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'HS256', jwk: prover.jwk })
      .sign(new TextEncoder().encode(JSON.stringify(prover.jwk)))
    expect(await reasonOf(token, withProof(proof))).toBe('proof_malformed')
  })

  it('the algorithm is one of the key', async () => {
    const rsa = await aProver('RS256')
    const bound = await key.sign(rsa.bound())
    const [, payload, signature] = (await rsa.prove(bound)).split('.')
    const forged = (alg: string) =>
      `${encoded({ typ: 'dpop+jwt', alg, jwk: rsa.jwk })}.${payload}.${signature}`
    expect(await reasonOf(bound, withProof(forged('RS256')))).toBe('valid')
    expect(await reasonOf(bound, withProof(forged('PS256')))).toBe('proof_bad_signature')
    expect(await reasonOf(bound, withProof(forged('ES256')))).toBe('proof_malformed')
  })

  it.each(['n', 'e'])('an RSA key has bounds, so that %s makes no work', async (member) => {
    const rsa = await aProver('PS256')
    const bound = await key.sign(rsa.bound())
    expect(await reasonOf(bound, withProof(await rsa.prove(bound)))).toBe('valid')
    const lengths = member === 'n' ? [341, 1367] : [7, 342]
    for (const length of lengths) {
      const jwk = { ...rsa.jwk, [member]: 'A'.repeat(length) }
      expect(await reasonOf(bound, withProof(await rsa.prove(bound, {}, { jwk })))).toBe('proof_malformed')
    }
  }) // prettier-ignore

  it('[RFC9449-7.1] those that are published are those that are asymmetric', () => {
    expect([...proofAlgorithms].toSorted().join(' ')).toBe(
      'ES256 ES384 ES512 Ed25519 EdDSA PS256 PS384 PS512 RS256 RS384 RS512',
    )
  })
})

describe('what a resource server says', () => {
  it.each([
    { method: METHOD, url: URL_OF_REQUEST, proof: 7 },
    { method: METHOD, url: URL_OF_REQUEST },
  ])('a proof may be anything, since it is the client who sends it: %j', async (dpop) => {
    expect(() => checkExpected({ ...EXPECTED, dpop })).not.toThrow()
    expect(await reasonOf(token, { dpop: dpop as DPoP })).toBe('proof_malformed')
  })

  it.each([null, true, 'proof', {}, { proof: 'x', method: METHOD }, { proof: 'x', url: 7, method: METHOD }])(
    'whoever forgets the request is told that at once: %j',
    (dpop) => {
      expect(() => checkExpected({ ...EXPECTED, dpop })).toThrow(TypeError)
    },
  ) // prettier-ignore

  it('is typed: a proof comes with its request, and only an accepted token has one', () => {
    expectTypeOf<DPoP>().toEqualTypeOf<{
      readonly proof: string
      readonly method: string
      readonly url: string
    }>()
    expectTypeOf<{ issuer: string; audience: string; dpop: DPoP }>().toExtend<Expected>()
    expectTypeOf<{ issuer: string; audience: string; dpop: string }>().not.toExtend<Expected>()
    expectTypeOf<Extract<Verdict, { valid: true }>['proof']>().toEqualTypeOf<Proof | undefined>()
    expectTypeOf<Extract<Verdict, { valid: false }>>().not.toHaveProperty('proof')
  })
})

describe('hostile input', () => {
  const member = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('dpop+jwt', 'ES256', NOW))
  const members = (...names: readonly string[]) =>
    fc.dictionary(fc.constantFrom(...names), member, { maxKeys: names.length })

  it('makes a verdict of every text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await reasonOf(token, withProof(text))).toBe('proof_malformed')
      }),
      { numRuns: 50 },
    )
  })

  it('makes no proof of JSON, however its members are put together', async () => {
    const header = members('typ', 'alg', 'jwk', 'crit', 'b64', '__proto__')
    const payload = members('jti', 'htm', 'htu', 'iat', 'ath', 'exp', 'nbf')
    const signature = (await prover.prove(token)).split('.')[2]
    await fc.assert(
      fc.asyncProperty(header, payload, fc.boolean(), async (one, two, isNamed) => {
        const head = isNamed ? { typ: 'dpop+jwt', alg: 'ES256', jwk: prover.jwk, ...one } : one
        const proof = `${encoded(head)}.${encoded(two)}.${signature}`
        expect(await reasonOf(token, withProof(proof))).toMatch(/^proof_|^wrong_key$/)
      }),
      { numRuns: 100 },
    )
  })

  it('cnf and proof of any kind are refused together', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), async (cnf) => {
        const strange = await key.sign({ ...claims(), iss: ISSUER, aud: AUDIENCE, cnf })
        const proof = await prover.prove(strange)
        expect(await reasonOf(strange)).toMatch(/^unknown_confirmation$|^bound_token$/)
        expect(await reasonOf(strange, withProof(proof))).toMatch(/^unknown_confirmation$|^wrong_key$/)
      }),
      { numRuns: 50 },
    )
  }) // prettier-ignore
})
