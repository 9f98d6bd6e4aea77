/** The scope parameter and the names a scope may have. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { formatScope, isScopeToken, parseScope } from '../../../src/protocol/scope.ts'
import { anyText } from '../support/arbitraries.ts'

/** %x21 / %x23-5B / %x5D-7E. */
const ALLOWED = Array.from({ length: 0x7f - 0x21 }, (_, at) => String.fromCharCode(0x21 + at))
  .filter((character) => character !== '"' && character !== '\\')
  .join('')

const token = fc
  .string({ unit: fc.constantFrom(...ALLOWED), minLength: 1, maxLength: 20 })
  .filter((text) => text !== '')

describe('[RFC6749-3.3] scope', () => {
  it('is a list of names separated by spaces', () => {
    expect(parseScope('read write')).toEqual(['read', 'write'])
  })

  it('keeps the order of the names', () => {
    expect(parseScope('b a c')).toEqual(['b', 'a', 'c'])
  })

  it('counts a repeated name once', () => {
    expect(parseScope('a b a a')).toEqual(['a', 'b'])
  })

  it('is case-sensitive', () => {
    expect(parseScope('Read read')).toEqual(['Read', 'read'])
  })

  it('has no names when it is empty or only spaces', () => {
    expect(parseScope('')).toEqual([])
    expect(parseScope('   ')).toEqual([])
  })

  it('may hold every character of scope-token', () => {
    expect(isScopeToken(ALLOWED)).toBe(true)
    expect(parseScope(ALLOWED)).toEqual([ALLOWED])
  })

  it.each(['"', '\\', '\t', '\n', '\r', '\0', '\u007f', '\u00a0', 'ä', '\u2028', '😀'])(
    'may not hold %j',
    (character) => {
      expect(isScopeToken(`a${character}b`)).toBe(false)
      expect(parseScope(`read a${character}b`)).toBeNull()
    },
  )

  it('does not take a line break after the last name for its end', () => {
    expect(parseScope('read\n')).toBeNull()
  })

  it('takes names like properties of Object for ordinary names', () => {
    expect(parseScope('__proto__ constructor')).toEqual(['__proto__', 'constructor'])
  })

  it(`is refused past ${limits.scopeParameterCharactersMax} characters`, () => {
    expect(parseScope('a'.repeat(limits.scopeParameterCharactersMax))).toHaveLength(1)
    expect(parseScope('a'.repeat(limits.scopeParameterCharactersMax + 1))).toBeNull()
    expect(parseScope(' '.repeat(limits.scopeParameterCharactersMax + 1))).toBeNull()
  })

  it(`is refused past ${limits.requestedScopesMax} different names`, () => {
    const names = Array.from({ length: limits.requestedScopesMax }, (_, at) => `s${at}`)
    expect(parseScope(names.join(' '))).toEqual(names)
    expect(parseScope([...names, names[0]].join(' '))).toEqual(names)
    expect(parseScope([...names, 'more'].join(' '))).toBeNull()
  })

  it('comes back unchanged after it was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(token, { maxLength: 20 }), (names) => {
        expect(parseScope(formatScope(names))).toEqual(names)
      }),
    )
  })

  it('is a list of distinct scope-tokens or null, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const names = parseScope(text)
        if (names === null) return
        expect(names.every(isScopeToken)).toBe(true)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })
})
