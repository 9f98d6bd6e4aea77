/** Filters on resources in memory. */
import { expect, it } from 'vitest'
import { parseFilter, type FilterValue } from '../../../src/protocol/filter.ts'
import { passesFilter } from '../../../src/protocol/filter-evaluation.ts'

const resource: Readonly<Record<string, readonly FilterValue[]>> = {
  name: ['alpha'],
  types: ['CORS', 'REDIRECT'],
  none: [],
  nothing: [null],
  count: [7],
}

const passes = (text: string): boolean =>
  passesFilter(parseFilter(text)!, (attribute) => resource[attribute] ?? [])

it.each([
  ['name eq "alpha"', true],
  ['name eq "Alpha"', false],
  ['name ne "alpha"', false],
  ['name ne "beta"', true],
  ['name sw "al" and name ew "ha" and name co "lph"', true],
  ['name gt "alph" and name ge "alpha" and name lt "alphb" and name le "alpha"', true],
  ['name gt "alpha" or name lt "alpha"', false],
  ['types eq "REDIRECT"', true],
  ['types ne "REDIRECT"', false],
  ['types ne "IFRAME_EMBED"', true],
  ['name pr and not (none pr or nothing pr)', true],
  ['none eq "x"', false],
  ['none ne "x"', true],
  ['count eq 7', true],
  ['count eq "7"', false],
  ['count gt 6', false],
  ['name eq "x" and name pr or name eq "alpha"', true],
  ['name eq "x" and (name pr or name eq "alpha")', false],
  ['not (name eq "x")', true],
])('%s is %s', (text, expected) => {
  expect(passes(text)).toBe(expected)
})
