/** base64url as JOSE and artefacts have it: one text for one content, but for bits that are of no byte. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64url, base64urlDecode } from '../../../src/platform/encoding.ts'

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
