/** Bytes that all share one array: what is made of them is right whatever is asked for next, and however long it is. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Decode, base64url, utf8, utf8Decode } from '../../../src/platform/encoding.ts'
import { base64Text, briefUtf8 } from '../../../src/platform/scratch.ts'

const ARRAY = 16 * 1024
const anyText = fc.string({ unit: 'binary', maxLength: 200 })
/** As long as the array and around it, in one to four bytes a character. */
const longTexts = ['a', 'é', '€', '😀'].flatMap((character) =>
  [ARRAY / 6, ARRAY / 3, ARRAY / 2, ARRAY, 2 * ARRAY].flatMap((count) =>
    [-1, 0, 1].map((more) => character.repeat(Math.floor(count) + more)),
  ),
)

describe('brief UTF-8', () => {
  it('is what is made for good, for any text', () =>
    fc.assert(
      fc.property(anyText, (text) => {
        expect(base64url(briefUtf8(text))).toBe(base64url(utf8(text)))
      }),
    ))

  it.each(longTexts.map((text) => [text.length, text[0], text] as const))(
    'is whole with %i units of %s',
    (_length, _character, text) => {
      expect(base64url(briefUtf8(text))).toBe(base64url(utf8(text)))
    },
  )
})

describe('the text in base64', () => {
  const inItsOwnBytes = (base64: string): string | null => {
    const bytes = base64Decode(base64)
    return bytes && utf8Decode(bytes)
  }

  it('is what it was made of', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(base64Text(utf8(text).toBase64())).toBe(text)
      }),
    ))

  it('is the same as in bytes of its own, for whatever is presented', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.string({ unit: fc.constantFrom(...'AZaz09+/=_- \n'), maxLength: 40 }),
          fc.uint8Array({ maxLength: 200 }).map((bytes) => bytes.toBase64()),
        ),
        (base64) => {
          expect(base64Text(base64)).toBe(inItsOwnBytes(base64))
        },
      ),
      { numRuns: 500 },
    ))

  it.each(longTexts.map((text) => [text.length, text[0], text] as const))(
    'is whole with %i units of %s',
    (_length, _character, text) => {
      expect(base64Text(utf8(text).toBase64())).toBe(text)
    },
  )

  it.each(['!', 'A', 'AAAAA', 'A=', '=', 'gICA', '/w=='])('%j is none', (base64) => {
    expect(base64Text(base64)).toBeNull()
  })
})
