/** Patches of assignments, as far as they need no database. */
import { expect, it } from 'vitest'
import { patched, type AppGroupPatch } from '../../../src/domain/app-group.ts'
import { limits } from '../../../src/platform/limits.ts'

const onMembers = Array.from(
  { length: limits.patchOperationsMax - 1 },
  (_, at) => ({ op: 'replace', path: `/profile/m${at % 3}`, value: at }) as const,
)

const large: readonly (readonly [string, unknown])[] = [
  ['a text', 'x'.repeat(limits.jsonBytesMax - 16_384)],
  ['a list', Array.from({ length: 100_000 }, () => 1)],
  ['many members', Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 1]))],
]

it.each(large)('what a patch of a profile that is %s costs does not grow with both', (_, value) => {
  const operations: AppGroupPatch = [{ op: 'replace', path: '/profile', value }, ...onMembers]
  const start = performance.now()
  patched({ priority: 0, profile: {} }, operations)
  expect(performance.now() - start).toBeLessThan(250)
})

it('a profile that is no object stays what was sent, and is refused as that', () => {
  for (const value of ['text', [1, 2]])
    expect(
      patched({ priority: 0, profile: { a: 1 } }, [
        { op: 'replace', path: '/profile', value },
        { op: 'add', path: '/profile/b', value: 1 },
      ]),
    ).toEqual({ priority: 0, profile: value })
})
