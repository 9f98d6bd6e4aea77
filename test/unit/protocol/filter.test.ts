/** The filter language of lists: what it reads, what it refuses, its precedence and its bounds. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { comparisonsOf, parseFilter, type Filter } from '../../../src/protocol/filter.ts'

const eq = (attribute: string, value: string): Filter => ({ op: 'eq', attribute, value })

const text = (filter: Filter): string => {
  if ('left' in filter) return `(${text(filter.left)}) ${filter.op} (${text(filter.right)})`
  if ('operand' in filter) return `not (${text(filter.operand)})`
  return filter.op === 'pr'
    ? `${filter.attribute} pr`
    : `${filter.attribute} ${filter.op} ${JSON.stringify(filter.value)}`
}

const attribute = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,12}$/)
const value = fc.oneof(fc.string({ maxLength: 12 }), fc.integer(), fc.boolean(), fc.constant(null))
const comparison: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ op: fc.constant('pr' as const), attribute }),
  fc.record({
    op: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sw', 'co', 'ew'),
    attribute,
    value,
  }),
)
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.record({ op: fc.constant('not' as const), operand: tie('filter') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      left: tie('filter'),
      right: tie('filter'),
    }),
  ),
}))

describe('[RFC7644-3.4.2.2] filters', () => {
  it('read back as what was written', () => {
    fc.assert(
      fc.property(filter, (written) => {
        const words = text(written)
        fc.pre(words.length <= limits.queryCharactersMax)
        expect(parseFilter(words)).toEqual(written)
      }),
    )
  })

  it('"and" binds tighter than "or", both to the left; operators in any case', () => {
    expect(parseFilter('a eq "1" OR b Eq "2" and c eq "3"')).toEqual({
      op: 'or',
      left: eq('a', '1'),
      right: { op: 'and', left: eq('b', '2'), right: eq('c', '3') },
    })
    expect(parseFilter('a eq "1" or b eq "2" or c eq "3"')).toMatchObject({ right: eq('c', '3') })
  })

  it.each([
    '',
    '   ',
    'a',
    'a eq',
    'a eq "1',
    'a eq 1x',
    'a eq "1" and',
    'a eq "1" b eq "2"',
    '(a eq "1"',
    'a eq "1")',
    '()',
    'not a eq "1"',
    '1a eq "1"',
    '__proto__[x] eq "1"',
    'a like "1"',
    'a eq undefined',
    "a eq '1'",
    'a pr "1"',
    'a eq 1e999',
    'a gt -1e999',
  ])('refuses %s', (broken) => {
    expect(parseFilter(broken)).toBeNull()
  })

  it('never throws, and never reads more than is allowed', () => {
    fc.assert(fc.property(fc.string(), (any) => void parseFilter(any)))
    const deep = (depth: number): string => '('.repeat(depth) + 'a pr' + ')'.repeat(depth)
    expect(parseFilter(deep(limits.filterDepthMax))).not.toBeNull()
    expect(parseFilter(deep(limits.filterDepthMax + 1))).toBeNull()
    const wide = (count: number): string => Array.from({ length: count }, () => 'a pr').join(' or ')
    expect(comparisonsOf(parseFilter(wide(limits.filterComparisonsMax))!)).toHaveLength(
      limits.filterComparisonsMax,
    )
    expect(parseFilter(wide(limits.filterComparisonsMax + 1))).toBeNull()
    expect(parseFilter(`a eq "${'x'.repeat(limits.queryCharactersMax)}"`)).toBeNull()
  })
})
