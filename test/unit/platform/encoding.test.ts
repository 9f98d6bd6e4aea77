/**
 * base64url as JOSE and artefacts have it: one text for one content. Texts that are compared, and texts of their own.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  base64url,
  base64urlDecode,
  equalText,
  isCompact,
  isCompactJws,
  ownText,
} from '../../../src/platform/encoding.ts'

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

  it('[RFC4648-3.5] is one text: a text that is read is what its bytes are written as', () =>
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{0,12}$/), (text) => {
        const bytes = base64urlDecode(text)
        fc.pre(bytes !== null)
        expect(base64url(bytes!)).toBe(text)
      }),
    ))

  it.each(['AB', 'AA-A_B', 'AAB', '__9'])(
    'bits of no byte are zero, unlike those of %s',
    (text) => {
      expect(base64urlDecode(text)).toBeNull()
    },
  )

  it.each(['A', 'AAAAA'])('no bytes have the length of %s', (text) => {
    expect(base64urlDecode(text)).toBeNull()
  })
})

describe('[RFC7515-5.2] a compact JWS', () => {
  const part = (least: number) => fc.uint8Array({ minLength: least, maxLength: 9 }).map(base64url)
  const jws = fc.tuple(part(1), part(1), part(0)).map((parts) => parts.join('.'))

  it('is three parts in base64url, of which the signature may be empty', () =>
    fc.assert(
      fc.property(jws, (text) => {
        expect([isCompactJws(text), isCompact(text)]).toEqual([true, true])
      }),
    ))

  it('has no part more, none less, no empty one before the signature', () =>
    fc.assert(
      fc.property(jws, (text) => {
        const parts = text.split('.')
        for (const other of [`${text}.`, `.${text}`, parts.slice(0, 2).join('.'), `.${parts[1]}.`, `${parts[0]}..`])
          expect(isCompactJws(other), other).toBe(false)
      }),
    ))

  it('has no part that no bytes are written as', () =>
    fc.assert(
      fc.property(jws, fc.nat(2), fc.constantFrom('A', '=', ' ', 'B9', '\n'), (text, at, more) => {
        const parts = text.split('.')
        const spoiled = `${parts[at]}${more}`
        fc.pre(base64urlDecode(spoiled) === null)
        const other = parts.with(at, spoiled).join('.')
        expect([isCompactJws(other), isCompact(other)]).toEqual([false, false])
      }),
    ))
}) // prettier-ignore

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
