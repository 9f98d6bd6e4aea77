/** The Authorization header: scheme and value, and Basic credentials with their form-encoding. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { parseBasic, parseScheme } from '../../../src/protocol/authorization-header.ts'

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

describe('scheme and value', () => {
  it.each([
    ['Basic YTpi', { scheme: 'basic', value: 'YTpi' }],
    ['bAsIc   YTpi  ', { scheme: 'basic', value: 'YTpi' }],
    ['SSWS 00abc', { scheme: 'ssws', value: '00abc' }],
    ['Bearer a.b-c_d~+/=', { scheme: 'bearer', value: 'a.b-c_d~+/=' }],
  ])('%j is read', (header, expected) => {
    expect(parseScheme(header)).toEqual(expected)
  })

  it.each(['', 'Basic', 'Basic ', ' Basic YTpi', 'Basic YT pi', 'Basic\tYTpi', 'B@d YTpi', '1 a'])(
    '%j is refused',
    (header) => {
      expect(parseScheme(header)).toBeNull()
    },
  )

  it('is refused when it is longer than allowed', () => {
    const value = 'a'.repeat(limits.authorizationHeaderCharactersMax - 'Bearer '.length)
    expect(parseScheme(`Bearer ${value}`)?.value).toBe(value)
    expect(parseScheme(`Bearer ${value}a`)).toBeNull()
  })

  it('takes any text in time linear in its length', () => {
    const header = `B${' '.repeat(limits.authorizationHeaderCharactersMax - 3)}\t `
    const began = performance.now()
    expect(parseScheme(header)).toBeNull()
    expect(performance.now() - began).toBeLessThan(100)
  })
})

describe('[RFC6749-2.3.1] Basic credentials', () => {
  it.each([
    ['id:secret', { clientId: 'id', clientSecret: 'secret' }],
    ['id:a%3Ab%25', { clientId: 'id', clientSecret: 'a:b%' }],
    ['id:a+b', { clientId: 'id', clientSecret: 'a b' }],
    ['id:a%2Bb', { clientId: 'id', clientSecret: 'a+b' }],
    ['a%3Ab:s', { clientId: 'a:b', clientSecret: 's' }],
    ['id:a:b:c', { clientId: 'id', clientSecret: 'a:b:c' }],
    ['id:', { clientId: 'id', clientSecret: '' }],
    ['id', { clientId: 'id', clientSecret: null }],
    ['%C3%A4:%F0%9F%98%80', { clientId: 'ä', clientSecret: '😀' }],
    ['ä:ü', { clientId: 'ä', clientSecret: 'ü' }],
  ])('%j is read', (text, expected) => {
    expect(parseBasic(base64(text))).toEqual(expected)
  })

  it.each([
    ['no client id', base64(':secret')],
    ['nothing', ''],
    ['a broken escape in the id', base64('a%zz:s')],
    ['a broken escape in the secret', base64('a:%')],
    ['NUL in the secret', base64('a:b\0')],
    ['an encoded NUL in the id', base64('a%00:b')],
    ['text that is not base64', '!!!!'],
    ['the URL alphabet', Buffer.from('??>:??>').toString('base64url')],
    ['bytes that are not UTF-8', Buffer.from([0x61, 0x3a, 0xff, 0xfe]).toString('base64')],
    ['escapes that are not UTF-8', base64('a:%FF')],
  ])('%s is refused', (_, value) => {
    expect(parseBasic(value)).toBeNull()
  })

  it('come back unchanged when a client encodes them as the section says', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
    const id = text.filter((value) => value !== '')
    fc.assert(
      fc.property(id, text, (clientId, clientSecret) => {
        const value = base64(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`)
        expect(parseBasic(value)).toEqual({ clientId, clientSecret })
      }),
    )
  })

  it('are credentials or null, whatever the value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (value) => {
        const credentials = parseBasic(value)
        if (credentials !== null) expect(credentials.clientId).not.toBe('')
      }),
    )
  })
})
