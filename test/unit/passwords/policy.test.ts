/** Okta's default password policy, one requirement at a time and at its boundaries; temporary passwords satisfy it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passwordFaults, temporaryPassword } from '../../../src/passwords/policy.ts'
import { prepared } from '../../../src/passwords/preparation.ts'
import { limits } from '../../../src/platform/limits.ts'

const login = 'john.smith@example.com'
const faults = (password: string, current?: string): readonly string[] =>
  passwordFaults(password, { login, ...(current !== undefined && { current }) })

describe('the password policy', () => {
  it('takes a password that meets every requirement', () => {
    expect(faults('Correct7')).toEqual([])
    expect(faults('Straße-und-Äcker-1')).toEqual([])
  })

  it('counts characters, from the shortest to the longest', () => {
    expect(faults('Abcde67')).toEqual(['must have at least 8 characters'])
    expect(faults('Abcdef78')).toEqual([])
    const longest = 'Aa1' + 'x'.repeat(limits.passwordCharactersMax - 3)
    expect(faults(longest)).toEqual([])
    expect(faults(longest + 'x')).toEqual([
      `must have at most ${limits.passwordCharactersMax} characters`,
    ])
    // Outside the basic plane a character is two units of text, and still one character.
    expect(faults('Aa1' + '😀'.repeat(4))).toEqual(['must have at least 8 characters'])
    expect(faults('Aa1' + '😀'.repeat(5))).toEqual([])
  })

  it.each([
    ['CORRECT7', 'must hold a lower-case letter'],
    ['correct7', 'must hold an upper-case letter'],
    ['Correcto', 'must hold a number'],
    ['Correct7\ud800', 'must be text without broken characters'],
  ])('names what %j misses', (password, fault) => {
    expect(faults(password)).toEqual([fault])
  })

  it('names everything that is missing at once', () => {
    expect(faults('')).toEqual([
      'must have at least 8 characters',
      'must hold a lower-case letter',
      'must hold an upper-case letter',
      'must hold a number',
    ])
  })

  it.each(['MyJohn-77', 'xxSMITH77xx', 'Example.77'])(
    'refuses %s, which holds a part of the login in whatever case',
    (password) => {
      expect(faults(password)).toEqual(['must not hold a part of the login'])
    },
  )

  it('looks for parts of four characters and more, parted by any of , . _ # @ -', () => {
    expect(faults('Combine77')).toEqual([])
    for (const mark of [',', '.', '_', '#', '@', '-'])
      expect(passwordFaults('Xalice77', { login: `abc${mark}alice` })).toEqual([
        'must not hold a part of the login',
      ])
    expect(passwordFaults('Xabc7777', { login: 'abc@def' })).toEqual([])
  })

  it('refuses the current password, however it is composed', () => {
    expect(faults('Caf\u00e9-777', 'Cafe\u0301-777')).toEqual([
      'must differ from the current password',
    ])
    expect(faults('Caf\u00e9-777', 'Caf\u00e9-778')).toEqual([])
  })
})

describe('a temporary password', () => {
  it('satisfies the policy for any login', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        const password = temporaryPassword(address)
        expect(passwordFaults(password, { login: address })).toEqual([])
        expect(password).toHaveLength(limits.temporaryPasswordCharacters)
      }),
    )
  })

  it('is another one each time', () => {
    const drawn = new Set(Array.from({ length: 100 }, () => temporaryPassword(login)))
    expect(drawn.size).toBe(100)
  })
})

describe('[RFC8265-4.2] a password has one form', () => {
  it('composed or decomposed, with whichever space', () => {
    expect(prepared('Cafe\u0301 1')).toBe('Caf\u00e9 1')
    expect(prepared('a\u00a0b\u3000c')).toBe('a b c')
  })

  it('and that form is its own form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(prepared(prepared(text))).toBe(prepared(text))
      }),
    )
  })
})
