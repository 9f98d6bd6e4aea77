/** Dates and times as patterns of Joda-Time write and read them, in time zones. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTime } from '../../../src/claims/expression/time/read.ts'
import { writeTime } from '../../../src/claims/expression/time/write.ts'
import { anyText, noise } from '../support/arbitraries.ts'

const at = (iso: string): number => Date.parse(iso)

describe('a time zone', () => {
  it.each([
    ['2014-03-09T06:59:59Z', '01:59:59 -0500'],
    ['2014-03-09T07:00:00Z', '03:00:00 -0400'],
    ['2014-03-09T07:00:01Z', '03:00:01 -0400'],
    ['2014-11-02T05:59:59Z', '01:59:59 -0400'],
    ['2014-11-02T06:00:00Z', '01:00:00 -0500'],
    ['2014-11-02T06:00:01Z', '01:00:01 -0500'],
  ])('changes its clocks: %s is %s in New York', (iso, shown) => {
    expect(writeTime(at(iso), 'America/New_York', 'HH:mm:ss Z')).toBe(shown)
  })

  it.each([
    ['0001-01-02T00:00:00.000Z', undefined],
    ['0001-01-02T00:00:00.001Z', '0001'],
    ['9999-12-29T23:59:59.999Z', '9999'],
    ['9999-12-30T00:00:00.000Z', undefined],
  ])('shows years of four digits: %s', (iso, shown) => {
    expect(writeTime(at(iso), 'UTC', 'yyyy')).toBe(shown)
  })
})

describe('a pattern', () => {
  it.each([
    ['yyyy-MM-dd', '2024-02-29'],
    ['yy.D', '24.60'],
    ['MMMM MMM MM M', 'February Feb 02 2'],
    ['EEEE EEE', 'Thursday Thu'],
    ['HH kk KK hh a', '00 24 00 12 AM'],
    ['S SS SSS SSSSS', '0 00 007 00700'],
    ["'at' HH''mm", "at 00'05"],
    ['Z ZZ ZZZ z', '+0000 +00:00 UTC UTC'],
    ['', ''],
  ])('%j writes %j', (pattern, shown) => {
    expect(writeTime(at('2024-02-29T00:05:09.007Z'), 'UTC', pattern)).toBe(shown)
  })

  it.each(['Q', 'yyyy-QQ', "'open", 'y'.repeat(21)])('%j is none', (pattern) => {
    expect(writeTime(0, 'UTC', pattern)).toBeUndefined()
    expect(readTime('1', pattern)).toBeUndefined()
  })

  it.each([
    ['29.02.2024', 'dd.MM.yyyy', '2024-02-29T00:00:00Z'],
    ['29.02.2023', 'dd.MM.yyyy', null],
    ['31.04.2024', 'dd.MM.yyyy', null],
    ['1.13.2024', 'd.M.yyyy', null],
    ['24', 'yy', '2024-01-01T00:00:00Z'],
    ['12 AM', 'h a', '1970-01-01T00:00:00Z'],
    ['12 pm', 'h a', '1970-01-01T12:00:00Z'],
    ['13 pm', 'h a', null],
    ['24:00', 'H:mm', null],
    ['24:00', 'k:mm', '1970-01-01T00:00:00Z'],
    ['10:60', 'H:mm', null],
    ['Thursday, February 29 2024', 'EEEE, MMMM d yyyy', '2024-02-29T00:00:00Z'],
    ['Someday 2024', 'E yyyy', null],
    ['2024-02-29T01:00+01:00', "yyyy-MM-dd'T'HH:mmZZ", '2024-02-29T00:00:00Z'],
    ['2024-02-29 Z', 'yyyy-MM-dd z', '2024-02-29T00:00:00Z'],
    ['2024-02-29 ', 'yyyy-MM-dd', null],
    ['x2024', 'yyyy', null],
    ['60', 'D', null],
  ])('%j read by %j', (text, pattern, iso) => {
    expect(readTime(text, pattern) ?? null).toBe(iso === null ? null : at(iso))
  })

  const instants = fc.integer({ min: at('0002-01-01T00:00:00Z'), max: at('9999-12-01T00:00:00Z') })

  it('reads what it wrote', () => {
    const patterns = fc.constantFrom(
      'yyyy-MM-dd HH:mm:ss.SSS',
      'yyyyMMddHHmmssSSS',
      'EEE, d MMMM yyyy h:m:s a SSS',
      "dd/MM/yyyy'T'kk'h'mm ss SSS",
    )
    fc.assert(
      fc.property(instants, patterns, (millis, pattern) => {
        expect(readTime(writeTime(millis, 'UTC', pattern)!, pattern)).toBe(millis)
      }),
    )
  })

  it('writes and reads anything without a fault', () => {
    const patterns = fc.oneof(anyText, noise([...'yYMdHhkKmsSaEDZz -:\'"'], 30))
    fc.assert(
      fc.property(instants, patterns, anyText, (millis, pattern, text) => {
        const written = writeTime(millis, 'Asia/Kolkata', pattern)
        for (const one of [text, written ?? ''])
          expect(['number', 'undefined']).toContain(typeof readTime(one, pattern))
        expect(readTime(written ?? '', pattern)).not.toBeNaN()
      }),
      { numRuns: 500 },
    )
  })
})
