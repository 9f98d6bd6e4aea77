/** The bytes of a claim: what is told without writing it is never less than what is written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Value } from '../../../src/claims/expression/tree.ts'
import { bytesAtMost, fitsInto } from '../../../src/claims/value-size.ts'
import { anyText } from '../support/arbitraries.ts'

const bytesOf = (value: Value): number => new TextEncoder().encode(JSON.stringify(value)).length

const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    anyText,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null, -Number.MAX_VALUE, -Number.MIN_VALUE, '\u0000', '\u2028', '\ud800', '😀'),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 5 }),
  ),
})) // prettier-ignore

describe('any value', () => {
  it('takes no more than is told', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(bytesAtMost(value)).toBeGreaterThanOrEqual(bytesOf(value))
      }),
      { numRuns: 2000 },
    )
  })

  it('fits into its bytes, and not into one less', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = bytesOf(value)
        expect([fitsInto(bytes, value), fitsInto(bytes - 1, value)]).toEqual([true, false])
      }),
      { numRuns: 2000 },
    )
  })
})
