/** The table of bounds is made of those of the rooms, which know nothing of each other. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'

const FOLDER = join(import.meta.dirname, '../../../src/platform/limits')

it('no two rooms have a bound of the same name, and none is left out', async () => {
  const names: string[] = []
  for (const file of readdirSync(FOLDER)) {
    const room = (await import(join(FOLDER, file))) as Readonly<Record<string, object>>
    for (const bounds of Object.values(room)) names.push(...Object.keys(bounds))
  }
  expect(names.toSorted()).toEqual(Object.keys(limits).toSorted())
})
