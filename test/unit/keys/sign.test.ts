/** What is signed is read by a library that had no part in it, with every algorithm. */
import fc from 'fast-check'
import { compactVerify, decodeProtectedHeader, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  SIGNING_ALGORITHMS,
  type SigningAlgorithm,
} from '../../../src/domain/authorization-server.ts'
import { algorithmRow } from '../../../src/keys/algorithms.ts'
import { typedHeader } from '../../../src/keys/header.ts'
import { signJwt } from '../../../src/keys/sign.ts'

const pairs = new Map<SigningAlgorithm, CryptoKeyPair>()

beforeAll(async () => {
  for (const algorithm of SIGNING_ALGORITHMS) {
    const { generate } = algorithmRow(algorithm)
    pairs.set(
      algorithm,
      (await crypto.subtle.generateKey(generate, false, ['sign', 'verify'])) as CryptoKeyPair,
    )
  }
})

const someJson = fc.dictionary(
  fc.string({ unit: 'grapheme', minLength: 1 }).map((name) => `a${name}`),
  fc.jsonValue(),
  { minKeys: 1, maxKeys: 6, noNullPrototype: true },
)

describe.each(SIGNING_ALGORITHMS)('%s', (alg) => {
  it('[RFC7515-5.1] what is signed verifies, and says what it was given and nothing else', () =>
    fc.assert(
      fc.asyncProperty(someJson, fc.option(someJson), async (claims, beside) => {
        const { privateKey, publicKey } = pairs.get(alg)!
        const more =
          beside && Object.fromEntries(Object.entries(beside).map(([name, value]) => [`b${name}`, value])) // prettier-ignore
        const header = { kid: 'k1', alg, typ: 'at+jwt' }
        const token = await signJwt(claims, { header, key: privateKey }, more)

        const { payload, protectedHeader } = await compactVerify(token, publicKey, {
          algorithms: [alg],
        })
        expect(protectedHeader).toEqual(header)
        const text = new TextDecoder().decode(payload)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ ...claims, ...more })))
      }),
      { numRuns: 30 },
    ))

  it('[RFC7515-3.1] a token is three parts in base64url, without padding', async () => {
    const { privateKey: key } = pairs.get(alg)!
    for (let length = 0; length < 4; length++) {
      const token = await signJwt({ sub: 'x'.repeat(length) }, { header: { kid: 'k1', alg }, key })
      expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
      expect(decodeProtectedHeader(token)).toEqual({ kid: 'k1', alg })
    }
  })

  it('each kind of token has its own header, however often one was signed', async () => {
    const { privateKey: key } = pairs.get(alg)!
    const headers = [{ kid: 'k1', alg }, { typ: 'at+jwt', alg, kid: 'k1' }, { typ: 'logout+jwt', alg, kid: 'k1' }, { kid: 'k2', alg }] // prettier-ignore
    for (let time = 0; time < 3; time++)
      for (const header of headers)
        expect(decodeProtectedHeader(await signJwt({ sub: 'ada' }, { header, key }))).toEqual(
          header,
        )
  })

  it('[RFC7515-4.1.9] a type makes a header of its own for each key, and the same one each time', async () => {
    const { privateKey: key } = pairs.get(alg)!
    const one = { kid: 'k1', alg }
    const other = { kid: 'k2', alg }
    for (const header of [one, other])
      for (const typ of ['at+jwt', 'logout+jwt']) {
        const typed = typedHeader(header, typ)
        expect(typedHeader(header, typ)).toBe(typed)
        const token = await signJwt({ sub: 'ada' }, { header: typed, key })
        expect(decodeProtectedHeader(token)).toEqual({ typ, alg, kid: header.kid })
        const plain = await signJwt({ sub: 'ada' }, { header, key })
        expect(decodeProtectedHeader(plain)).toEqual(header)
      }
  })

  it('the key of another pair does not verify it', async () => {
    const { privateKey: key } = pairs.get(alg)!
    const { generate } = algorithmRow(alg)
    const other = (await crypto.subtle.generateKey(generate, false, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    const token = await signJwt({ sub: 'ada' }, { header: { kid: 'k1', alg }, key })
    await expect(jwtVerify(token, other.publicKey)).rejects.toThrow('signature')
  })

  it.each(SIGNING_ALGORITHMS.filter((other) => other !== alg))(
    'a key for %s signs nothing under its name',
    async (other) => {
      const { privateKey: key } = pairs.get(other)!
      await expect(signJwt({ sub: 'ada' }, { header: { kid: 'k1', alg }, key })).rejects.toThrow()
    },
  )
})
