/** The reference of the expression language: it has everything that the language has, and says of it what is true. */
import { describe, expect, it } from 'vitest'
import type { Described } from '../../../src/claims/expression/described.ts'
import { FORMS, LITERALS } from '../../../src/claims/expression/forms.ts'
import { ABSENT_FUNCTIONS, FUNCTIONS } from '../../../src/claims/expression/functions/index.ts'
import { takesNull } from '../../../src/claims/expression/functions/row.ts'
import { ABSENT_OBJECTS, OBJECTS } from '../../../src/claims/expression/objects.ts'
import { OPERATIONS } from '../../../src/claims/expression/operators.ts'
import { languagePage } from '../../../src/docs/language-page.tsx'
import { jsonOf, nullFirst, signatureOf } from '../../../src/docs/language-rows.tsx'
import { TOUR } from '../../../src/docs/language-text.ts'
import { value } from '../support/expressions.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
}

/** What a reader sees. */
const seen = async (): Promise<string> =>
  (await languagePage())
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/&[#\w]+;/g, (entity) => ENTITIES[entity] ?? entity)

const page = seen()

const ROWS: readonly (readonly [name: string, row: Described])[] = [
  ...LITERALS.map((row) => [row.written, row] as const),
  ...Object.values(FORMS).map((row) => [row.written, row] as const),
  ...OBJECTS.map((row) => [row.name, row] as const),
  ...Object.entries(OPERATIONS).map(([name, row]) => [name.toUpperCase(), row] as const),
  ...FUNCTIONS,
]

it.each(ROWS)('has %s, with its sentence, its example and the result', async (name, row) => {
  const [source, result] = row.example
  for (const piece of [name, row.says.replaceAll('`', ''), source, JSON.stringify(result)])
    expect(await page).toContain(piece)
})

it.each([...ABSENT_FUNCTIONS.keys(), ...ABSENT_OBJECTS.keys()])('says that %s is refused', async (name) => {
  expect((await page).split('What is refused')[2]).toContain(name)
}) // prettier-ignore

it.each(TOUR)('shows what %s comes to', async (source) => {
  expect(jsonOf(source)).toBe(JSON.stringify(value(source)))
  expect(await page).toContain(source)
})

describe('the signature of a function', () => {
  it.each([
    ['String.append', 'text, text'],
    ['String.join', 'text, value …'],
    ['String.stringSwitch', 'value, value, (text, text) …'],
    ['Time.now', 'time zone?, time pattern?'],
    ['Arrays.flatten', 'value …'],
    ['getFilteredGroups', 'array, group expression, whole number'],
  ])('%s(%s)', (name, signature) => {
    expect(signatureOf(FUNCTIONS.get(name)!)).toBe(signature)
  })
})

describe('what null gives', () => {
  it.each([
    ['String.len', { outcome: 'value', value: null }],
    ['String.startsWith', { outcome: 'value', value: false }],
    ['Arrays.size', { outcome: 'value', value: 0 }],
    ['Arrays.add', { outcome: 'value', value: [40] }],
    ['Arrays.get', { outcome: 'failed' }],
    ['Time.now', { outcome: 'value', value: null }],
    ['isMemberOfGroupNameRegex', null],
    ['user.getGroups', null],
  ])('to %s', (name, found) => {
    expect(nullFirst(FUNCTIONS.get(name)!)).toEqual(found)
  })

  it('is what the row says, wherever the function has no say about it', () => {
    for (const row of FUNCTIONS.values()) {
      const found = nullFirst(row)
      const [first] = row.parameters
      if (found === null || first === undefined || takesNull(first)) continue
      expect([row.name, found]).toEqual([
        row.name,
        { outcome: 'value', value: row.whenNull ?? null },
      ])
    }
  })
})
