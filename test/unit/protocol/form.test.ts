/** Form bodies: what is read, what is refused, and that nothing but OAuthError ever comes out. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { OAuthError, type ReasonName } from '../../../src/protocol/errors.ts'
import { formDecode, parseForm, readForm } from '../../../src/protocol/form.ts'
import { anyText, noise } from '../support/arbitraries.ts'

const entries = (text: string): readonly (readonly [string, string])[] => [...parseForm(text)]

function refusal(work: () => unknown): ReasonName | null {
  try {
    work()
    return null
  } catch (error) {
    if (error instanceof OAuthError) return error.reason
    throw error
  }
}

describe('[RFC6749-B] application/x-www-form-urlencoded', () => {
  it.each([
    ['a=1&b=2', [['a', '1'], ['b', '2']]], // prettier-ignore
    ['a=b+c%20d', [['a', 'b c d']]],
    ['a=%2B%26%3D', [['a', '+&=']]],
    ['a=x=y', [['a', 'x=y']]],
    ['a+b=1', [['a b', '1']]],
    ['a=%C3%A4%F0%9F%98%80', [['a', 'ä😀']]],
    ['&&a=1&', [['a', '1']]],
    ['', []],
  ])('%j is read', (text, expected) => {
    expect(entries(text)).toEqual(expected)
  })

  it.each([
    ['a broken escape', 'a=%'],
    ['half an escape', 'a=%4'],
    ['an escape that is not hexadecimal', 'a=%zz'],
    ['an escape that is broken in the name', '%zz=1'],
    ['a lone continuation byte', 'a=%80'],
    ['a truncated sequence', 'a=%C3'],
    ['an overlong sequence', 'a=%C0%AF'],
    ['an encoded surrogate', 'a=%ED%A0%80'],
    ['NUL in a value', 'a=%00'],
    ['NUL as it is', 'a=x\0'],
    ['NUL in a name', 'a%00b=1'],
  ])('%s is refused', (_, text) => {
    expect(refusal(() => parseForm(text))).toBe('malformed_form')
  })
})

describe('[RFC6749-3.2] parameters', () => {
  it('are omitted when they have no value', () => {
    expect(entries('a=&b&c=1')).toEqual([['c', '1']])
  })

  it.each([
    'a=1&a=2',
    'a=1&a=1',
    'a=&a=1',
    'a=1&a=',
    'a&a',
    'a=1&b=2&%61=3',
    'a+b=1&a%20b=2',
    '__proto__=1&__proto__=2',
  ])('appear once: %j is refused', (text) => {
    expect(refusal(() => parseForm(text))).toBe('duplicate_parameter')
  })

  it('may differ by case only', () => {
    expect(entries('a=1&A=2')).toHaveLength(2)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype'])(
    'may be called %s without meaning anything',
    (name) => {
      expect(entries(`${name}=1`)).toEqual([[name, '1']])
      expect(parseForm('a=1').get(name)).toBeUndefined()
      expect(parseForm('a=1').has(name)).toBe(false)
    },
  )

  it(`are at most ${limits.formParametersMax}, empty ones counted`, () => {
    const many = (count: number, value: string): string =>
      Array.from({ length: count }, (_, at) => `p${at}=${value}`).join('&')
    expect(entries(many(limits.formParametersMax, '1'))).toHaveLength(limits.formParametersMax)
    expect(refusal(() => parseForm(many(limits.formParametersMax + 1, '1')))).toBe(
      'invalid_request',
    )
    expect(refusal(() => parseForm(many(limits.formParametersMax + 1, '')))).toBe('invalid_request')
  })
})

describe('laws of forms', () => {
  it('any text is read or refused as OAuthError, never anything else', () => {
    fc.assert(
      fc.property(fc.oneof(noise([...'ab=&%+0\0;Ä4C'], 40), anyText), (text) => {
        refusal(() => parseForm(text))
      }),
    )
  })

  it('what a browser writes comes back unchanged', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'))
    const fields = fc.uniqueArray(
      fc.tuple(
        text,
        text.filter((value) => value !== ''),
      ),
      { selector: ([name]) => name, maxLength: 10 },
    )
    fc.assert(
      fc.property(fields, (pairs) => {
        expect(entries(new URLSearchParams(pairs).toString())).toEqual(pairs)
      }),
    )
  })

  it('formDecode undoes encodeURIComponent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(formDecode(encodeURIComponent(text))).toBe(text.includes('\0') ? null : text)
      }),
    )
  })
})

describe('a request body', () => {
  const request = (
    body: string | Uint8Array<ArrayBuffer>,
    type = 'application/x-www-form-urlencoded',
  ): Request =>
    new Request('https://a.example', {
      method: 'POST',
      body,
      ...(type !== '' && { headers: { 'content-type': type } }),
    })

  const reasonOf = (work: Promise<unknown>): Promise<ReasonName | undefined> =>
    work.then(
      () => undefined,
      (error: unknown) => (error as OAuthError).reason,
    )

  it.each([
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded; charset=UTF-8',
    'Application/X-WWW-Form-Urlencoded;charset=utf-8',
  ])('of type %s is read', async (type) => {
    expect((await readForm(request('a=1', type))).get('a')).toBe('1')
  })

  it.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded-not',
    'text/plain',
  ])('of type %s is refused', async (type) => {
    expect(await reasonOf(readForm(request('a=1', type)))).toBe('invalid_content_type')
  })

  it('longer than allowed is refused, announced or not', async () => {
    const long = 'a'.repeat(limits.formBytesMax + 1)
    expect(await reasonOf(readForm(request(long)))).toBe('body_too_large')
    const announced = request('a=1')
    announced.headers.set('content-length', String(limits.formBytesMax + 1))
    expect(await reasonOf(readForm(announced))).toBe('body_too_large')
  })

  it('exactly as long as allowed is read', async () => {
    const form = await readForm(request(`a=${'b'.repeat(limits.formBytesMax - 2)}`))
    expect(form.get('a')).toHaveLength(limits.formBytesMax - 2)
  })

  it('that is not UTF-8 is refused', async () => {
    const body = new Uint8Array([0x61, 0x3d, 0xff])
    expect(await reasonOf(readForm(request(body)))).toBe('malformed_form')
  })
})
