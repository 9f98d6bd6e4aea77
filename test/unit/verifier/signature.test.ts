/** A signature that was found good is not computed again, and nothing else of a token is taken for granted. */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { signedPayload } from '../../../src/verifier/signature.ts'
import { readAccessToken } from '../../../src/verifier/token.ts'
import { respelled } from '../../respelled.ts'
import { claims, EXPECTED, makeKey, NOW, type TestKey } from './support.ts'

let key: TestKey
let rsa: TestKey
let replaced: TestKey
beforeAll(async () => {
  ;[key, rsa, replaced] = await Promise.all([makeKey('k1'), makeKey('k2', 'RS256'), makeKey('k1')])
})

const { subtle } = crypto
const verify = subtle.verify.bind(subtle)
const verified = vi.spyOn(subtle, 'verify').mockImplementation((...asked) => verify(...asked))
beforeEach(() => {
  verified.mockClear()
})

const under = ({ jwk }: TestKey) => ({ algorithm: String(jwk.alg), key: jwk })

/** As it is read again later, when its key has been fetched anew. */
const later = ({ jwk }: TestKey) => ({ algorithm: String(jwk.alg), key: { ...jwk } })

const reasonOf = async (token: string, of: TestKey, now = NOW): Promise<string | null> => {
  const verdict = await readAccessToken(token, EXPECTED, async () => later(of), now)
  return verdict.valid ? null : verdict.reason
}

describe('a token whose signature was found good', () => {
  it.each([
    ['ES256', () => key],
    ['RS256', () => rsa],
  ])('%s: is not computed again, whatever object its key comes in', async (_, of) => {
    const token = await of().sign(claims({ jti: 'AT.once' }))
    const texts = []
    for (let times = 0; times < 3; times++) {
      texts.push(await signedPayload(token, under(of())), await signedPayload(token, later(of())))
    }
    expect(texts).toEqual(texts.map(() => JSON.stringify(claims({ jti: 'AT.once' }))))
    expect(verified).toHaveBeenCalledTimes(1)
  })

  it('is refused when its key was replaced by another of the same name, and good under its own', async () => {
    const token = await key.sign(claims())
    expect(await reasonOf(token, key)).toBeNull()
    expect(await reasonOf(token, replaced)).toBe('bad_signature')
    expect(await reasonOf(token, key)).toBeNull()
  })

  it('is refused under the same key by another algorithm', async () => {
    const token = await rsa.sign(claims())
    expect(await signedPayload(token, under(rsa))).not.toBeNull()
    expect(await signedPayload(token, { algorithm: 'PS256', key: { ...rsa.jwk } })).toBeNull()
  })

  it('expires to the second all the same', async () => {
    const token = await key.sign(claims({ exp: NOW + 10 }))
    expect(await reasonOf(token, key, NOW + 9)).toBeNull()
    expect(await reasonOf(token, key, NOW + 10)).toBe('expired')
    expect(await reasonOf(token, key, NOW + 11)).toBe('expired')
  })

  it('vouches for no text that differs from it in one character', async () => {
    const token = await key.sign(claims())
    expect(await reasonOf(token, key)).toBeNull()
    for (let at = token.indexOf('.') + 1; at < token.length; at++)
      expect(await signedPayload(respelled(token, at), under(key)), `character ${at}`).toBeNull()
  })

  it('is given with claims that are the own of whoever gets them', async () => {
    const token = await key.sign(claims())
    const first = await readAccessToken(token, EXPECTED, async () => under(key), NOW)
    if (!first.valid) throw new Error(first.reason)
    ;(first.token.claims['scp'] as string[]).push('admin')
    const second = await readAccessToken(token, EXPECTED, async () => under(key), NOW)
    expect(second).toMatchObject({ valid: true, token: { scopes: ['read', 'write'] } })
  })
})

describe('what is kept', () => {
  it('no token that is longer than the bound', async () => {
    const token = await key.sign(claims({ pad: 'x'.repeat(limits.genuineTokens.charactersMax) }))
    expect(await reasonOf(token, key)).toBeNull()
    expect(await reasonOf(token, key)).toBeNull()
    expect(verified).toHaveBeenCalledTimes(2)
  })

  it('nothing that was refused', async () => {
    const token = await replaced.sign(claims())
    expect(await reasonOf(token, key)).toBe('bad_signature')
    expect(await reasonOf(token, key)).toBe('bad_signature')
    expect(verified).toHaveBeenCalledTimes(2)
  })
})
