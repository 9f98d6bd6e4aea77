/** Which texts are access tokens of an issuer, whoever made them. */
import { CompactEncrypt, SignJWT, base64url, exportSPKI, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { VerificationKey } from '../../../src/verifier/signature.ts'
import { readAccessToken } from '../../../src/verifier/token.ts'
import type { Expected, Verdict } from '../../../src/verifier/verdict.ts'
import {
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
let rsa: TestKey
let foreign: TestKey
beforeAll(async () => {
  ;[key, rsa, foreign] = await Promise.all([makeKey('k1'), makeKey('k2', 'RS256'), makeKey('k1')])
})

const asked: string[] = []

async function read(token: unknown, expected: Expected = EXPECTED, now = NOW): Promise<Verdict> {
  asked.length = 0
  const knownKey = (kid: string): VerificationKey | null => {
    const found = [key, rsa].find((one) => one.kid === kid)
    return found ? { algorithm: String(found.jwk.alg), key: found.jwk } : null
  }
  const findKey = async (kid: string): Promise<VerificationKey | null> => {
    asked.push(kid)
    return knownKey(kid)
  }
  const verdict = await readAccessToken(token, expected, findKey, now)
  const known = await readAccessToken(token, expected, async () => null, now, knownKey)
  // Whether its key had to be asked for is no matter to a token.
  expect(known.valid).toBe(verdict.valid)
  return verdict
}

const reasonOf = async (...parameters: Parameters<typeof read>): Promise<string | null> => {
  const verdict = await read(...parameters)
  return verdict.valid ? null : verdict.reason
}

const encoded = (value: unknown): string => base64url.encode(JSON.stringify(value))

describe('what is accepted', () => {
  it("Okta's form, with what a resource server reads of it", async () => {
    const verdict = await read(await key.sign(claims({ tenant: 'a' })))
    expect(verdict).toMatchObject({
      valid: true,
      token: {
        jti: 'AT.r4nd0m.aut1',
        issuer: ISSUER,
        subject: 'ann@example.com',
        clientId: '0oaClient',
        userId: '00uPerson',
        scopes: ['read', 'write'],
        issuedAt: NOW - 100,
        expires: NOW + 200,
        claims: { tenant: 'a' },
      },
    })
  })

  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt'])(
    '[RFC9068-4] the profile for JWT access tokens, whose type is %s',
    async (typ) => {
      const [payload] = profiled()
      const verdict = await read(await key.sign(payload, { typ }))
      expect(verdict).toMatchObject({
        valid: true,
        token: { clientId: '0oaClient', scopes: ['read', 'write'] },
      })
    },
  )

  it('a token of a client that acts for itself, which names nobody', async () => {
    const payload = claims({ uid: undefined, jti: 'AT.r4nd0m', sub: '0oaClient' })
    expect(await read(await rsa.sign(payload))).toMatchObject({
      valid: true,
      token: { userId: null },
    })
  })

  it('one of several audiences, on either side', async () => {
    expect(await reasonOf(await key.sign(claims({ aud: ['other', AUDIENCE] })))).toBeNull()
    const several = { ...EXPECTED, audience: ['api://one', AUDIENCE] }
    expect(await reasonOf(await key.sign(claims()), several)).toBeNull()
  })
})

describe('time', () => {
  it.each([
    ['one second before it expires', NOW - 1, null],
    ['in the second in which it expires', NOW, 'expired'],
    ['one second after', NOW + 1, 'expired'],
  ])('%s', async (_, now, reason) => {
    const token = await key.sign(claims({ exp: NOW }))
    expect(await reasonOf(token, EXPECTED, now)).toBe(reason)
  })

  it.each(['nbf', 'iat'])(
    '%s may be ahead by the skew of clocks, and not a second more',
    async (name) => {
      expect(await reasonOf(await key.sign(claims({ [name]: NOW + 60 })))).toBeNull()
      expect(await reasonOf(await key.sign(claims({ [name]: NOW + 61 })))).toBe('not_yet_valid')
    },
  )

  it('is told in numbers', async () => {
    expect(await reasonOf(await key.sign(claims({ nbf: 'soon' })))).toBe('malformed')
    expect(await reasonOf(await key.sign(claims({ exp: `${NOW + 200}` })))).toBe('wrong_type')
    expect(await reasonOf(await key.sign(claims({ iat: `${NOW - 100}` })))).toBe('wrong_type')
  })

  it.each(['exp', 'iat'])('[RFC9068-2.2] %s is there', async (name) => {
    expect(await reasonOf(await key.sign(claims({ [name]: undefined })))).toBe('wrong_type')
    const [payload, header] = profiled({ [name]: undefined })
    expect(await reasonOf(await key.sign(payload, header))).toBe('wrong_type')
  })
})

describe('whose token it is', () => {
  it('another audience, or none', async () => {
    expect(await reasonOf(await key.sign(claims({ aud: 'api://other' })))).toBe('wrong_audience')
    expect(await reasonOf(await key.sign(claims({ aud: ['api://other', 7] })))).toBe(
      'wrong_audience',
    )
    expect(await reasonOf(await key.sign(claims({ aud: undefined })))).toBe('wrong_audience')
  })

  it.each([
    'https://evil.example/oauth2/default',
    `${ISSUER}/`,
    'https://id.example/oauth2/other',
    7,
    undefined,
  ])('issuer %s, and no key is asked for', async (iss) => {
    expect(await reasonOf(await foreign.sign(claims({ iss })))).toBe('wrong_issuer')
    expect(asked).toEqual([])
  })

  it('a token of the org authorization server is refused with the reason that says so', async () => {
    const token = await key.sign(claims({ iss: 'https://id.example' }))
    expect(await reasonOf(token)).toBe('org_token')
    expect(await reasonOf(token, { ...EXPECTED, issuer: 'https://id.example' })).toBe('org_token')
    expect(asked).toEqual([])
  })
})

describe('what kind of token it is', () => {
  it.each([
    ['an ID token', claims({ jti: 'ID.r4nd0m.aut1', scp: undefined, cid: undefined }), {}],
    ['an ID token that says more of itself than it should', claims({ jti: 'ID.r4nd0m.aut1' }), {}],
    ['a logout token', claims({ jti: 'LT.1', events: {} }), { typ: 'logout+jwt' }],
    ['an untyped logout token', claims({ jti: 'LT.1', scp: undefined, events: {} }), {}],
    ['a JWT of some type', claims(), { typ: 'JWT' }],
    ['a token without scopes', claims({ scp: undefined }), {}],
    ['scopes that are no texts', claims({ scp: ['read', 7] }), {}],
    ["RFC 9068's claims without its type", profiled()[0], {}],
    ['a profiled token without a client', profiled({ client_id: undefined })[0], { typ: 'at+jwt' }],
    ['a person without a name', claims({ uid: '' }), {}],
  ])('%s is no access token', async (_, payload, header) => {
    expect(await reasonOf(await key.sign(payload, header))).toBe('wrong_type')
  })

  it('an encrypted one cannot be read', async () => {
    const token = await new CompactEncrypt(new TextEncoder().encode('x'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(new Uint8Array(32))
    expect(await reasonOf(token)).toBe('encrypted')
  })

  it.each([
    ['a refresh token', '1.eyJhIjoxfQ'],
    ['nothing', ''],
    ['dots', '..'],
    ['four parts', 'a.b.c.d'],
    ['JSON that is none', `${base64url.encode('{')}.${base64url.encode('{}')}.x`],
    ['a list', `${encoded([])}.${encoded([])}.x`],
    ['no text', 42],
    ['null', null],
  ])('%s is malformed', async (_, token) => {
    expect(await reasonOf(token)).toBe('malformed')
    expect(asked).toEqual([])
  })

  it('extensions that must be understood are not', async () => {
    expect(await reasonOf(await key.sign(claims(), { crit: ['b64'], b64: true }))).toBe('malformed')
  })
})

describe('algorithms', () => {
  it.each(['none', 'None', 'HS256', 'RS384', '', 7])('%s signs nothing', async (alg) => {
    const [, payload, signature] = (await key.sign(claims())).split('.')
    const forged = `${encoded({ kid: 'k1', alg })}.${payload}.${alg === 'none' ? '' : signature}`
    expect(await reasonOf(forged)).toBe('wrong_algorithm')
    expect(asked).toEqual([])
  })

  it('a public key is no secret to sign with', async () => {
    const spki = await exportSPKI(
      (await importJWK({ ...rsa.jwk }, 'RS256', { extractable: true })) as CryptoKey,
    )
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', kid: 'k2' })
      .sign(new TextEncoder().encode(spki))
    expect(await reasonOf(token)).toBe('wrong_algorithm')
  })

  it('the algorithm is the one of the key, and no other that the key could do', async () => {
    const [, payload, signature] = (await rsa.sign(claims())).split('.')
    const forged = `${encoded({ kid: 'k2', alg: 'PS256' })}.${payload}.${signature}`
    expect(await reasonOf(forged)).toBe('wrong_algorithm')
    expect(await reasonOf(`${encoded({ kid: 'k2', alg: 'ES256' })}.${payload}.${signature}`)).toBe(
      'wrong_algorithm',
    )
  })
})

describe('keys and signatures', () => {
  it('a key of somebody else under the name of ours', async () => {
    expect(await reasonOf(await foreign.sign(claims()))).toBe('bad_signature')
  })

  it('a name that no key has, or no name', async () => {
    expect(await reasonOf(await key.sign(claims(), { kid: 'k9' }))).toBe('unknown_key')
    expect(await reasonOf(await key.sign(claims(), { kid: undefined }))).toBe('unknown_key')
    expect(await reasonOf(await key.sign(claims(), { kid: 'k'.repeat(101) }))).toBe('unknown_key')
    expect(asked).toEqual([])
  })

  it('a key that the token brings along is not used', async () => {
    const token = await foreign.sign(claims(), { jwk: foreign.jwk })
    expect(await reasonOf(token)).toBe('bad_signature')
  })

  it('a changed payload', async () => {
    const [header, , signature] = (await key.sign(claims())).split('.')
    const forged = `${header}.${encoded(claims({ scp: ['admin'] }))}.${signature}`
    expect(await reasonOf(forged)).toBe('bad_signature')
  })

  it('a token that is cut off anywhere', async () => {
    const token = await key.sign(claims())
    for (let length = 0; length < token.length; length++)
      expect(await reasonOf(token.slice(0, length)), String(length)).not.toBeNull()
  })

  it('a megabyte is not looked at', async () => {
    const long = await key.sign(claims({ pad: 'x'.repeat(1024 * 1024) }))
    expect(await reasonOf(long)).toBe('too_long')
    expect(await reasonOf('.'.repeat(1024 * 1024))).toBe('too_long')
    expect(asked).toEqual([])
  })

  it('when nobody can say what key it is, nothing is said of the token', async () => {
    const token = await key.sign(claims())
    const verdict = await readAccessToken(token, EXPECTED, async () => 'unavailable', NOW)
    expect(verdict).toEqual({ valid: false, reason: 'unavailable' })
  })
})
