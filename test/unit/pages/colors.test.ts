/** Text on every colour of the pages can be read, whatever accent an org chose. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accentsOf, contrast, parseColor, schemes } from '../../../src/pages/colors.ts'
import { styleOf } from '../../../src/pages/style.ts'

const color = fc
  .integer({ min: 0, max: 0xff_ff_ff })
  .map((value) => `#${value.toString(16).padStart(6, '0')}`)
const names = ['light', 'dark'] as const

describe('[WCAG22-1.4.3] contrast', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#767676', '#ffffff', 4.54],
    ['#ffffff', '#777777', 4.48],
    ['#ff0000', '#ffffff', 4],
  ])('of %s and %s is %d', (one, other, expected) => {
    expect(contrast(one, other)).toBeCloseTo(expected, 2)
  })

  it.each(names)('of all text in the %s scheme is at least 4.5', (name) => {
    const { ground, surface, field, text, quiet, danger, dangerGround } = schemes[name]
    for (const behind of [ground, surface, field])
      for (const written of [text, quiet]) expect(contrast(written, behind)).toBeGreaterThan(4.5)
    expect(contrast(danger, dangerGround)).toBeGreaterThan(4.5)
  })

  it.each(names)(
    '[WCAG22-1.4.11] of the edge of a field in the %s scheme is at least 3',
    (name) => {
      const { edge, field, surface } = schemes[name]
      expect(contrast(edge, field)).toBeGreaterThan(3)
      expect(contrast(edge, surface)).toBeGreaterThan(3)
    },
  )

  it('of every accent is at least 4.5 for the text on a button, for links, and for what they stand on', () => {
    fc.assert(
      fc.property(color, fc.constantFrom(...names), (accent, name) => {
        const { fill, onFill, ink, tint } = accentsOf(accent)[name]
        const { ground, surface, text, quiet } = schemes[name]
        expect(contrast(fill, onFill)).toBeGreaterThanOrEqual(4.5)
        for (const behind of [ground, surface, tint])
          expect(contrast(ink, behind)).toBeGreaterThanOrEqual(4.5)
        expect(contrast(text, tint)).toBeGreaterThanOrEqual(4.5)
        expect(contrast(quiet, tint)).toBeGreaterThanOrEqual(4.5)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the accent', () => {
  it.each([
    ['#0b62d6', '#0b62d6', 'dark enough for white text'],
    ['#ffd400', '#ffd400', 'bright enough for black text'],
  ])('%s stays as it is: %s, %s', (accent, fill) => {
    expect(accentsOf(accent).light.fill).toBe(fill)
  })

  it('is darkened where neither looks well', () => {
    const { fill, onFill } = accentsOf('#3b82f6').light
    expect(onFill).toBe('#ffffff')
    expect(contrast('#3b82f6', '#ffffff')).toBeLessThan(4.5)
    expect(contrast(fill, '#ffffff')).toBeLessThan(5)
  })

  it.each([
    ['#abc', [0xaa, 0xbb, 0xcc]],
    ['#AbCdEf', [0xab, 0xcd, 0xef]],
  ])('%s is a colour', (text, expected) => {
    expect(parseColor(text)).toEqual(expected)
  })

  it.each(['', 'red', '#ab', '#abcd', '#abcdeg', '#abc;}', ' #abc', '#abc\n', 'rgb(0,0,0)'])(
    '%j is none, and ours stands in',
    (text) => {
      expect(parseColor(text)).toBeNull()
      expect(accentsOf(text)).toEqual(accentsOf(null))
      expect(styleOf(text)).toBe(styleOf(null))
    },
  )
})
