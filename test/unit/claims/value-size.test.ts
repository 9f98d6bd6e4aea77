/** The bytes of a claim: what is told without writing it is never less than what is written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Value } from '../../../src/claims/expression/tree.ts'
import { bytesAtMost, Room } from '../../../src/claims/value-size.ts'
import { anyText } from '../support/arbitraries.ts'

const bytesOf = (value: Value): number => new TextEncoder().encode(JSON.stringify(value)).length

const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ noNaN: true, min: -1e-4, max: 1e-4 }),
    fc.constantFrom(-0.0000010031915250154832, true, false, null, -Number.MAX_VALUE, -Number.MIN_VALUE, '\u0000', '\u2028', '\ud800', '😀'),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 5 }),
  ),
})) // prettier-ignore

describe('any value', () => {
  it.each([
    -0.0000010031915250154832,
    -1.0031915250154832e-7,
    -Number.MAX_VALUE,
    -Number.MIN_VALUE,
  ])('takes no more than is told, as the longest numbers do: %d', (longest) => {
    expect(bytesAtMost(longest)).toBeGreaterThanOrEqual(bytesOf(longest))
  })

  it('takes no more than is told', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(bytesAtMost(value)).toBeGreaterThanOrEqual(bytesOf(value))
      }),
      { numRuns: 2000 },
    )
  })

  it('fits into the room of its bytes beside others, and not into one less', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 1, maxLength: 5 }), fc.nat(20), (all, around) => {
        const bytes = all.reduce<number>((sum, one) => sum + bytesOf(one) + around, 0)
        const [enough, tooLittle] = [new Room(bytes), new Room(bytes - 1)]
        expect(all.map((one) => enough.take(one, around))).not.toContain(false)
        expect(all.map((one) => tooLittle.take(one, around)).at(-1)).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('that is far too large for a room is not written', () => {
    const value = {
      toJSON: () => expect.unreachable(),
      list: Array.from({ length: 1000 }, () => 1),
    }
    expect(new Room(100).take(value as never, 0)).toBe(false)
  })
})
