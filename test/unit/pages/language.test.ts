/** Which language a page speaks. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { chooseMessages, languages } from '../../../src/pages/language.ts'

describe('[OIDC-3.1.2.1] ui_locales', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['DE-latn-at', 'de'],
    ['en-GB de', 'en'],
    ['fr de en', 'de'],
    ['se', 'en'],
    ['', 'en'],
    ['  ', 'en'],
    ['deu', 'en'],
    ['-de', 'en'],
    ['__proto__ constructor', 'en'],
  ])('%j leads to %s', (uiLocales, lang) => {
    expect(chooseMessages(uiLocales, null).lang).toBe(lang)
  })

  it('comes before what the browser wants, which decides when it names nothing that we have', () => {
    expect(chooseMessages('en', 'de').lang).toBe('en')
    expect(chooseMessages('fr', 'de').lang).toBe('de')
  })
})

describe('[RFC9110-12.5.4] Accept-Language', () => {
  it.each([
    ['de-CH, de;q=0.9, en;q=0.8', 'de'],
    ['en;q=0.5, de;q=0.7', 'de'],
    ['en;q=0.7,de;q=0.7', 'en'],
    ['de;q=0, en', 'en'],
    ['de;q=0', 'en'],
    ['de;q=2, en;q=0.1', 'en'],
    ['fr, *;q=0.5', 'en'],
    ['de ; Q=1.000', 'de'],
    [',,;q=,', 'en'],
  ])('%j leads to %s', (header, lang) => {
    expect(chooseMessages(null, header).lang).toBe(lang)
  })
})

describe('the choice', () => {
  it('is a table whatever is asked, and English when nothing of ours is', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string({ unit: 'binary' })),
        fc.option(fc.string({ unit: 'binary' })),
        (uiLocales, header) => {
          const chosen = chooseMessages(uiLocales, header)
          expect(languages).toContain(chosen)
          const asked = `${uiLocales ?? ''} ${header ?? ''}`.toLowerCase()
          if (!languages.some(({ lang }) => lang !== 'en' && asked.includes(lang)))
            expect(chosen.lang).toBe('en')
        },
      ),
    )
  })

  it('is the first of a list that we have', () => {
    const known = languages.map(({ lang }) => lang)
    const tag = fc.tuple(
      fc.constantFrom(...known, 'fr', 'ja'),
      fc.constantFrom('', '-XX', '-Latn-YY'),
    )
    fc.assert(
      fc.property(fc.array(tag, { minLength: 1, maxLength: 20 }), (tags) => {
        const list = tags.map((parts) => parts.join('')).join(' ')
        const expected = tags.find(([lang]) => known.includes(lang))?.[0] ?? 'en'
        expect(chooseMessages(list, null).lang).toBe(expected)
        expect(chooseMessages(null, list.replaceAll(' ', ', ')).lang).toBe(expected)
      }),
    )
  })

  it('looks at a bounded part of what is asked', () => {
    const far = `${'x '.repeat(limits.languagePreferencesCharactersMax / 2)}de`
    expect(chooseMessages(far, null).lang).toBe('en')
    expect(chooseMessages(far.slice(4), null).lang).toBe('de')
  })
})

describe('tables', () => {
  it.each(languages.map((table) => [table.lang, table] as const))(
    '%s says everything, and keeps the slots of the sentences',
    (_, table) => {
      for (const [key, text] of Object.entries(table)) {
        expect(text.trim(), key).toBe(text)
        expect(text, key).not.toBe('')
        const english = languages[0]![key as keyof typeof table]
        expect(text.match(/\{\w+\}/g), key).toEqual(english.match(/\{\w+\}/g))
      }
    },
  )
})
