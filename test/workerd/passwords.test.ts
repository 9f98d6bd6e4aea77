/**
 * Passwords inside the runtime: hashes made by other implementations (libargon2, OpenSSL and OpenBSD's bcrypt by way of
 * Python) are verified, wrong passwords are not, and what cannot be read is a fault and never a verdict.
 */
import '../property-seed.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import wasm from '@phi-ag/argon2/argon2.wasm'
import { PasswordInput } from '../../src/passwords/input.ts'
import { hashPassword, verifyNothing, verifyPassword } from '../../src/passwords/verify.ts'
import { StorageUnavailable } from '../../src/platform/storage-errors.ts'
import type { Json } from '../json.ts'

const AGREES = { matches: true, outdated: false }
const AGREES_OUTDATED = { matches: true, outdated: true }

const argon2id = (parameters: string, salt: string, tag: string): string =>
  `$argon2id$v=19$${parameters}$${salt}$${tag}`
const TODAY = 'm=19456,t=2,p=1'
const SALT = 'AAECAwQFBgcICQoLDA0ODw'

describe('Argon2id', () => {
  it('[RFC9106] verifies what the reference implementation hashed', async () => {
    const known = [
      ['Correct-Horse-7', '/t+s6cVh2XO+tmKyfnxoZUVS7b8xDlXRDuL5ilg455w'],
      ['', 'MVSMP3rBIzE7F86FWHKNemRnE6hkgY2O2buZdxt7Gkw'],
      ['Zürich \u2603 Ünïcode 9', 'MxpBr7caccuVdA4q/UsvDWzEcvQHZk/kBfW70a1jhVc'],
    ] as const
    for (const [password, tag] of known) {
      const stored = argon2id(TODAY, SALT, tag)
      expect(await verifyPassword(stored, password)).toEqual(AGREES)
      expect((await verifyPassword(stored, `${password}x`)).matches).toBe(false)
    }
  })

  it('goes by the parameters that are stored, and calls others than those of today outdated', async () => {
    const known = [
      argon2id('m=12288,t=3,p=1', SALT, 'EdqC92KlHIRCHgnYGBQzzKqfTYYYUNSIkpFibosuEJU'),
      argon2id('m=7168,t=5,p=2', SALT, 'oGDvr4a2JkZSctaGQYUCfHgeLNsSUQncqC1MsXnYxfg'),
      argon2id(TODAY, 'AAECAwQFBgc', '3Pl7lC6AaxkO/pqXG8OkaQ'),
    ]
    for (const stored of known) {
      expect(await verifyPassword(stored, 'Correct-Horse-7')).toEqual(AGREES_OUTDATED)
      expect((await verifyPassword(stored, 'correct-horse-7')).matches).toBe(false)
    }
  })

  it.each([
    ['more memory than an isolate can spare', argon2id('m=65536,t=3,p=4', SALT, '4VQjwqbKfOchzCEiOLzhtUxqCJ7YSLWP1+ShYpp35Wo')], // prettier-ignore
    ['too many passes', argon2id('m=19456,t=11,p=1', SALT, SALT)],
    ['too many lanes', argon2id('m=19456,t=2,p=5', SALT, SALT)],
    ['no passes', argon2id('m=19456,t=0,p=1', SALT, SALT)],
    ['a parameter that is no number', argon2id('m=19456,t=2x,p=1', SALT, SALT)],
    ['a parameter missing', argon2id('m=19456,t=2', SALT, SALT)],
    ['another version', `$argon2id$v=16$${TODAY}$${SALT}$${SALT}`],
    ['a short tag', argon2id(TODAY, SALT, 'c2hvcnQ')],
    ['another member of the family', `$argon2i$v=19$${TODAY}$${SALT}$${SALT}`],
    ['an unknown algorithm', '$rot13$$aGFzaA'],
    ['no format at all', 'Correct-Horse-7'],
  ])('does not judge by a stored hash with %s', async (_, stored) => {
    await expect(verifyPassword(stored, 'Correct-Horse-7')).rejects.toThrow(StorageUnavailable)
  })

  it('hashes a password under a salt of its own, in the format that others read', () => {
    const [one, other] = [hashPassword('Correct-Horse-7'), hashPassword('Correct-Horse-7')]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(other).not.toBe(one)
  })

  it('takes a password composed or decomposed for the same', async () => {
    const stored = hashPassword('Cafe\u0301 number 7')
    expect(await verifyPassword(stored, 'Caf\u00e9\u00a0number 7')).toEqual(AGREES)
  })

  it('verifies exactly the password that was hashed, whatever its characters and length', async () => {
    const password = fc.string({ unit: 'grapheme', maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(password, password, async (right, wrong) => {
        const stored = hashPassword(right)
        expect(await verifyPassword(stored, right)).toEqual(AGREES)
        const same = right.normalize('NFC') === wrong.normalize('NFC')
        expect((await verifyPassword(stored, wrong)).matches).toBe(same)
        expect((await verifyPassword(stored, `${right}\0`)).matches).toBe(false)
      }),
      { numRuns: 15 },
    )
  })

  it('needs nothing from its host and little memory before the first hash', () => {
    expect(WebAssembly.Module.imports(wasm)).toEqual([])
    const { memory } = new WebAssembly.Instance(wasm).exports as unknown as {
      memory: WebAssembly.Memory
    }
    expect(memory.buffer.byteLength).toBeLessThan(20 * 1024 * 1024)
  })

  it('does the same work where there is no password, and matches nothing', () => {
    expect(verifyNothing('Correct-Horse-7')).toEqual({ matches: false, outdated: false })
  })
})

const PASSWORD = 'P@ssword123456 ü'
const salted = { salt: 'MDEyMzQ1Njc4OWFiY2RlZg==' }
const pbkdf2 = { ...salted, algorithm: 'PBKDF2', digestAlgorithm: 'SHA256_HMAC' }

/** Imported hashes by what they are, and the password behind them. */
const imported: readonly (readonly [string, Json, string])[] = [
  ["Okta's documented BCRYPT", { algorithm: 'BCRYPT', workFactor: 10, salt: 'qRRx8rli7Lvs2h2CNgCQ2O', value: 'mVA2NDdomRGoGFrAXDZcno0OZ6CoOU2' }, 'P@ssword123456'], // prettier-ignore
  ['BCRYPT', { algorithm: 'BCRYPT', workFactor: 4, salt: 'abcdefghijklmnopqrstuu', value: 'gDh3AOeLCEVSkC3NAmHL6Ulzmiu6pc6' }, PASSWORD], // prettier-ignore
  ['BCRYPT of 72 bytes', { algorithm: 'BCRYPT', workFactor: 5, salt: 'abcdefghijklmnopqrstuu', value: 'jf8SX2ahXLwp9w/B.Y5XdysS6yR576q' }, 'x'.repeat(72)], // prettier-ignore
  ['MD5', { algorithm: 'MD5', value: 'uqI/AB2yzLWvrScD4YJjpg==' }, PASSWORD],
  ['MD5, salt before', { ...salted, algorithm: 'MD5', saltOrder: 'PREFIX', value: 'VdYuo6MTF8t+UfItyXjfYg==' }, PASSWORD], // prettier-ignore
  ['MD5, salt behind', { ...salted, algorithm: 'MD5', saltOrder: 'POSTFIX', value: 'sxNBcip4Ya2T6aAgHm4Eag==' }, PASSWORD], // prettier-ignore
  ['SHA-1', { algorithm: 'SHA-1', value: 'YynacMv0DnUqKZO9hZhbomr7RZk=' }, PASSWORD],
  ['SHA-1, salt before', { ...salted, algorithm: 'SHA-1', saltOrder: 'PREFIX', value: 'slxTWvQuYg2IlaJB4jLrkJyMJqk=' }, PASSWORD], // prettier-ignore
  ['SHA-1, salt behind', { ...salted, algorithm: 'SHA-1', saltOrder: 'POSTFIX', value: '4u7VrWDKvItVO/AlZeykrtUSikQ=' }, PASSWORD], // prettier-ignore
  ['SHA-256', { algorithm: 'SHA-256', value: 'F12/CuUWco+GMQpGm6xUmS9ecm7NIWrIZAhiNSsQXIs=' }, PASSWORD], // prettier-ignore
  ['SHA-256, salt before', { ...salted, algorithm: 'SHA-256', saltOrder: 'PREFIX', value: 'OfxjOfrFGk9mKlxCa1zSW7QTe8jaaSd2+JMHWjnyDao=' }, PASSWORD], // prettier-ignore
  ['SHA-256, salt behind', { ...salted, algorithm: 'SHA-256', saltOrder: 'POSTFIX', value: '9h0+T3Qk/Eo/bC7iFgfGDhE7sogfz7iLlLZvGYo4w0Q=' }, PASSWORD], // prettier-ignore
  ['SHA-512', { algorithm: 'SHA-512', value: 'lKwNXJHsGlo8MvclaiDMdjZO9o/3q3vjaWamP1FfeS//e39nSCBl4w5KLBm+foQ3ktoBKBsG+HEaRZiLzwPxJQ==' }, PASSWORD], // prettier-ignore
  ['SHA-512, salt before', { ...salted, algorithm: 'SHA-512', saltOrder: 'PREFIX', value: 'cCXR5R5aYqY4NXMUueCXGrW+un0S79pzKIcXfLO1++xbrr+yV9FMh88y0uwcaRHZgGkz1CeLwLFtpw9eSfm4+Q==' }, PASSWORD], // prettier-ignore
  ['SHA-512, salt behind', { ...salted, algorithm: 'SHA-512', saltOrder: 'POSTFIX', value: 'eZ/5h1bSDE7DvqzqDHWArjBT2k7BrNiQ4T89wRNNojlA0Wg6DDZUpelipr7RhvENhDeHIcoCkLAB+dxx8x8a3Q==' }, PASSWORD], // prettier-ignore
  ['PBKDF2 with SHA-256', { ...pbkdf2, iterationCount: 4096, keySize: 32, value: '2L5VAiSp7HnSiS49oMbbxENqWSe4BOu/fpwRiiBgSNY=' }, PASSWORD], // prettier-ignore
  ['PBKDF2 with a longer key', { ...pbkdf2, iterationCount: 10_000, keySize: 40, value: 'hMaywzIdQ0Af8en0G7y0D8U4nrrD30fuK+VqnWFP7pbU9i1Bmy4kxA==' }, PASSWORD], // prettier-ignore
  ['PBKDF2 with SHA-512, as many rounds as can be verified', { ...pbkdf2, digestAlgorithm: 'SHA512_HMAC', iterationCount: 100_000, keySize: 64, value: 'SBteohDFgf+FsEoN53UtnZD85sJMaLC4fd3XqXckJotFpc1kZ7rXDwJdexoSIN/5VLkuR2nVTMLxjma4Xl324w==' }, PASSWORD], // prettier-ignore
]

describe('an imported hash', () => {
  it.each(imported)('%s is verified, and outdated', async (_, hash, password) => {
    const given = PasswordInput.parse({ hash })
    if (given.kind !== 'imported') throw new Error('the hash was not read')
    expect(await verifyPassword(given.stored, password)).toEqual(AGREES_OUTDATED)
    for (const wrong of ['', password.toUpperCase(), password.slice(0, -1), `Z${password}`])
      expect((await verifyPassword(given.stored, wrong)).matches).toBe(false)
  })

  it('of the same digest with the salt at the other end is another one', async () => {
    for (const [, hash, password] of imported) {
      if (hash['saltOrder'] === undefined) continue
      const saltOrder = hash['saltOrder'] === 'PREFIX' ? 'POSTFIX' : 'PREFIX'
      const given = PasswordInput.parse({ hash: { ...hash, saltOrder } })
      if (given.kind !== 'imported') throw new Error('the hash was not read')
      expect((await verifyPassword(given.stored, password)).matches).toBe(false)
    }
  })

  it('is not run with more work than an import allows', async () => {
    const hash = 'BwcHBwcHBwcHBwcHBwcHBw'
    for (const stored of [
      `$pbkdf2-sha-256$i=100001,l=16$${hash}$${hash}`,
      `$bcrypt$r=31$${'a'.repeat(22)}$${'a'.repeat(31)}`,
    ])
      // prettier-ignore
      expect((await verifyPassword(stored, PASSWORD)).matches).toBe(false)
  })
})
