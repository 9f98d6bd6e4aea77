/** Patterns of `matches`: what they match, what is refused, and that no pattern can take long. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern } from '../../../src/claims/expression/pattern/compile.ts'
import { Matcher, PatternMemory } from '../../../src/claims/expression/pattern/matcher.ts'
import { Steps } from '../../../src/claims/expression/steps.ts'
import { limits } from '../../../src/platform/limits.ts'
import { anyText, noise } from '../support/arbitraries.ts'
import { referenceMatch } from '../support/reference-match.ts'

function matcherOf(pattern: string, memory: number = limits.patternsKeptMax): Matcher {
  const compiled = compilePattern(pattern)
  if (compiled.outcome === 'refused') throw new Error(compiled.message)
  return new Matcher(compiled.program, new PatternMemory(memory))
}

const isMatch = (pattern: string, text: string): boolean =>
  matcherOf(pattern).matches(text, new Steps())

describe('a pattern', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['abc', ['abc'], ['ab', 'abcd', 'xabc']],
    ['', [''], ['a']],
    ['a.c', ['abc', 'a😀c'], ['ac', 'a\nc']],
    ['a*b+c?', ['b', 'aabbc'], ['a', 'ac']],
    ['a{2}', ['aa'], ['a', 'aaa']],
    ['a{2,}', ['aa', 'aaaa'], ['a']],
    ['a{1,2}', ['a', 'aa'], ['', 'aaa']],
    ['(ab|cd)*', ['', 'abcd'], ['abc']],
    ['(?:a|)b', ['ab', 'b'], ['a']],
    ['[a-c_]+', ['abc_'], ['d', '']],
    ['[^a-c]', ['d'], ['a', '']],
    ['[-a]', ['-', 'a'], ['b']],
    ['[a-]', ['-', 'a'], ['b']],
    ['[\\w.]+', ['a_1.'], ['-']],
    ['\\d\\D\\s\\S', ['1a b'], ['aa b']],
    ['\\.\\*', ['.*'], ['a']],
    ['^a$', ['a'], ['b']],
    ['a^b', [], ['ab']],
    ['(?i)straße', ['STRAßE', 'Straße'], ['strasse']],
    ['a*?', ['aaa'], ['b']],
  ])('%j', (pattern, matching, others) => {
    for (const text of matching) expect([text, isMatch(pattern, text)]).toEqual([text, true])
    for (const text of others) expect([text, isMatch(pattern, text)]).toEqual([text, false])
  })

  it.each([
    '(',
    ')',
    'a)',
    '[',
    '[]',
    '[a',
    '[b-a]',
    '[a&&b]',
    '[[a]]',
    '*a',
    '+',
    'a**',
    'a*+',
    'a{',
    'a{2,1}',
    'a{x}',
    'a{99999}',
    '\\',
    '\\1',
    '\\b',
    '(?=a)',
    '(?!a)',
    '(?<n>a)',
    '(?<=a)',
    'a(?i)b',
    '((((a{9}){9}){9}){9}){9}',
    '(((((){99}){99}){99}){99}){99}',
    '('.repeat(100),
  ])('%j is refused with a sentence', (pattern) => {
    expect(compilePattern(pattern)).toEqual({
      outcome: 'refused',
      message: expect.stringMatching(/pattern/) as string,
    })
  })
})

describe('any pattern', () => {
  const patterns = noise([...'ab.|()*+?^$', '[ab]', '[^a]', '(a|b)', '{2}', '\\w'], 10)

  it('that is taken means what it means elsewhere', () => {
    fc.assert(
      fc.property(patterns, noise([...'abc'], 6), (pattern, text) => {
        const compiled = compilePattern(pattern)
        fc.pre(compiled.outcome === 'compiled')
        expect(isMatch(pattern, text)).toBe(new RegExp(`^(?:${pattern})$`, 'u').test(text))
      }),
      { numRuns: 2000 },
    )
  })

  it('is compiled within the bound or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, patterns), anyText, (pattern, text) => {
        const compiled = compilePattern(pattern)
        if (compiled.outcome === 'refused') return
        expect(compiled.program.states.length).toBeLessThanOrEqual(limits.patternStatesMax + 3)
        expect(isMatch(pattern, text)).toBe(referenceMatch(compiled.program, text))
      }),
    )
  })

  it('finds the same in every text, whatever it keeps of those before, and when it keeps no more', () => {
    const pieces = noise([...'abcäß😀', '\n', '\ud800'], 8)
    const texts = fc.array(pieces, { minLength: 2, maxLength: 20 })
    const many = noise(['(?i)', '(a|b|ab)*', '.{0,99}', '(.*a.{9})?', '[a-cä]', '[^b]', '^', '$', 'ß'], 5)
    fc.assert(
      fc.property(many, texts, fc.constantFrom(0, 10, 100, 20_000), (pattern, all, memory) => {
        const compiled = compilePattern(pattern)
        fc.pre(compiled.outcome === 'compiled')
        const matcher = new Matcher(compiled.program, new PatternMemory(memory))
        for (const text of [...all, ...all]) {
          const steps = new Steps()
          let counted = 0
          const expected = referenceMatch(compiled.program, text, (count) => (counted += count))
          expect([text, matcher.matches(text, steps)]).toEqual([text, expected])
          // What it costs does not tell what is kept.
          expect(limits.expressionStepsMax - steps.left).toBe(counted)
        }
      }),
      { numRuns: 500 },
    )
  }) // prettier-ignore

  it('takes steps for what it looks at, so that one which misses at once is cheap', () => {
    const text = 'a'.repeat(10_000)
    const taken = (pattern: string): number => {
      const steps = new Steps()
      expect(matcherOf(pattern).matches(text, steps)).toBe(false)
      return limits.expressionStepsMax - steps.left
    }
    expect(taken('b.*')).toBeLessThan(100)
    expect(taken('.*b')).toBeGreaterThan(text.length)
  })

  it.each([0, limits.patternsKeptMax])(
    'matches nothing once the steps are used up: %i',
    (memory) => {
      const matching = (length: number): readonly [boolean, boolean] => {
        const steps = new Steps()
        const isMatch = matcherOf('(a|a|a|a)*', memory).matches('a'.repeat(length), steps)
        return [isMatch, steps.left >= 0]
      }
      expect(matching(2000)).toEqual([true, true])
      expect(matching(200_000)).toEqual([false, false])
    },
  )

  it('keeps of texts no more than there is room for, and several share it', () => {
    const taken: number[] = []
    const memory = new PatternMemory(100)
    const take = memory.take.bind(memory)
    memory.take = (room) => {
      const isTaken = take(room)
      if (isTaken) taken.push(room)
      return isTaken
    }
    for (const pattern of ['.*x.*', '[a-z]*']) {
      const compiled = compilePattern(pattern)
      if (compiled.outcome === 'refused') throw new Error(compiled.message)
      const matcher = new Matcher(compiled.program, memory)
      const letters = 'abcdefghijklmnopqrstuvwxyz'.repeat(20)
      for (const text of [letters, letters]) expect(matcher.matches(text, new Steps())).toBe(true)
    }
    const sum = taken.reduce((all, room) => all + room, 0)
    expect(sum).toBeGreaterThan(50)
    expect(sum).toBeLessThanOrEqual(100)
  })

  it('that makes others try for ever counts its states once a character', () => {
    expect(isMatch('(a+)+b', 'a'.repeat(2000))).toBe(false)
    expect(isMatch('(a|aa)+', 'a'.repeat(2000))).toBe(true)
    expect(isMatch('(a*)*', 'a'.repeat(2000))).toBe(true)
  })
})
