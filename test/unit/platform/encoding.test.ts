/**
 * base64url as JOSE and artefacts have it: one text for one content, but for bits that are of no byte. Texts that are
 * compared, and texts of their own.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64url, base64urlDecode, equalText, ownText } from '../../../src/platform/encoding.ts'

describe('[RFC7515-2] base64url', () => {
  it('gives back the bytes that it was made of', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(base64urlDecode(base64url(bytes))).toEqual(bytes)
      }),
    ))

  it('has neither padding, white space nor characters of plain base64 in any place', () =>
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.constantFrom('=', '==', ' ', '\t', '\r\n', '+', '/', '.', '\0', 'é'),
        fc.nat(),
        (bytes, other, place) => {
          const text = base64url(bytes)
          const at = place % (text.length + 1)
          expect(base64urlDecode(text.slice(0, at) + other + text.slice(at))).toBeNull()
        },
      ),
    ))

  it.each(['A', 'AAAAA'])('no bytes have the length of %s', (text) => {
    expect(base64urlDecode(text)).toBeNull()
  })
})

describe('texts', () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 })

  it('are equal to themselves, and to nothing else', () =>
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(equalText(one, other)).toBe(one === other)
        expect(equalText(one, one)).toBe(true)
      }),
    ))

  it('are not equal where one unit is another, missing or too much, in any place', () =>
    fc.assert(
      fc.property(text, fc.nat(0xffff), fc.nat(), (one, unit, place) => {
        const at = place % (one.length + 1)
        const before = one.slice(0, at)
        const other = String.fromCharCode(unit)
        expect(equalText(one, before + other + one.slice(at))).toBe(false)
        expect(equalText(before + other + one.slice(at), one)).toBe(false)
        expect(equalText(one, before + other + one.slice(at + 1))).toBe(one[at] === other)
      }),
    ))

  it('of their own are the same texts', () =>
    fc.assert(
      fc.property(text, (one) => {
        expect(ownText(one)).toBe(one)
      }),
    ))
})
