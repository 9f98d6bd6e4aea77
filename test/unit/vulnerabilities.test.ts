/** The table of vulnerabilities is complete, and every test that it names exists, by its file and its name. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { firstRows } from '../vulnerabilities/rows-1-to-8.ts'
import { secondRows } from '../vulnerabilities/rows-9-to-17.ts'
import { thirdRows } from '../vulnerabilities/rows-18-to-30.ts'
import { fourthRows } from '../vulnerabilities/rows-31-to-39.ts'
import { fifthRows } from '../vulnerabilities/rows-40-to-47.ts'

const table = [...firstRows, ...secondRows, ...thirdRows, ...fourthRows, ...fifthRows]
const causes = table.flatMap(({ id, causes }) => causes.map((cause) => ({ id, ...cause })))

/** Whether a file has a test of exactly that name, as a literal in the place of a name. */
function hasTest(text: string, name: string): boolean {
  const literal = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const called = new RegExp(`(?:\\bit|\\))\\(\\s*(['"\`])${literal}\\1,`)
  return called.test(text)
}

const textOf = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8')

describe('the table of vulnerabilities', () => {
  it('has every row, in order and once', () => {
    const numbers = Array.from({ length: 47 }, (_, index) => String(index + 1))
    const ids = [...numbers.slice(0, 13), '13b', ...numbers.slice(13)]
    expect(table.map(({ id }) => id)).toEqual(ids)
  })

  it('has a cause in every row, and of each a reason, and what turned its tests red', () => {
    expect(table.filter(({ causes }) => causes.length === 0)).toEqual([])
    for (const { id, cause, because, tests, redWhen } of causes)
      expect([id, cause !== '', because !== '', redWhen !== null && redWhen !== '']).toEqual([
        id,
        true,
        true,
        tests.length > 0,
      ])
  })

  it('has every cause of the rows that hold several', () => {
    const several = table.filter(({ causes }) => causes.length > 1)
    expect(Object.fromEntries(several.map(({ id, causes }) => [id, causes.length]))).toEqual({
      1: 2,
      3: 7,
      6: 2,
      7: 3,
      8: 2,
      9: 2,
      17: 3,
      24: 2,
      27: 2,
      35: 3,
      41: 2,
      43: 2,
      45: 4,
      46: 2,
      47: 3,
    })
  })

  it('says why a cause does not apply, which few do not', () => {
    const without = causes.filter(({ tests }) => tests.length === 0)
    expect(without.map(({ id }) => id)).toEqual(['20', '32', '36', '45'])
  })

  it.each(causes.flatMap(({ id, tests }) => tests.map(({ file, name }) => [id, file, name])))(
    'row %s names a test of %s: %s',
    (_, file, name) => {
      expect(hasTest(textOf(file!), name!)).toBe(true)
    },
  )

  it('would miss a test that was renamed or is only spoken of', () => {
    const text = "it('is good once', () => {})\n// 'is good twice',\ndescribe('is good', () => {})"
    expect(hasTest(text, 'is good once')).toBe(true)
    for (const other of ['is good twice', 'is good', 'is good onc.', 'good once'])
      expect(hasTest(text, other)).toBe(false)
  })
})
