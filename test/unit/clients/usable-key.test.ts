/** Which keys of a client's published set may verify its assertions. */
import { describe, expect, it } from 'vitest'
import { isUsableKey } from '../../../src/clients/jwks-uri.ts'

const modulus = (bits: number): string => Buffer.alloc(bits / 8, 0xff).toString('base64url')

describe('[RFC7517-4] a key of a client', () => {
  it.each([
    ['RSA of 2048 bits', { kty: 'RSA', n: modulus(2048), e: 'AQAB' }],
    ['RSA of 4096 bits', { kty: 'RSA', n: modulus(4096), e: 'AQAB' }],
    ['EC', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' }],
    ['Ed25519', { kty: 'OKP', crv: 'Ed25519', x: 'x' }],
    ['marked for signatures', { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', use: 'sig' }],
    ['with a kid and an algorithm', { kty: 'EC', crv: 'P-256', kid: '1', alg: 'ES256' }],
  ])('is usable: %s', (_, key) => {
    expect(isUsableKey(key)).toBe(true)
  })

  it.each([
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
    ['RSA of 1024 bits', { kty: 'RSA', n: modulus(1024), e: 'AQAB' }],
    ['RSA of 2040 bits', { kty: 'RSA', n: modulus(2040), e: 'AQAB' }],
    ['RSA without a modulus', { kty: 'RSA', e: 'AQAB' }],
    ['RSA whose modulus is a list', { kty: 'RSA', n: Array.from({ length: 400 }), e: 'AQAB' }],
    ['a key for encryption', { kty: 'RSA', n: modulus(2048), e: 'AQAB', use: 'enc' }],
    ['an unknown key type', { kty: 'AKP' }],
    ['no key type', {}],
    ['null', null],
    ['text', 'key'],
    ['a list', []],
  ])('is passed over: %s', (_, key) => {
    expect(isUsableKey(key)).toBe(false)
  })
})
