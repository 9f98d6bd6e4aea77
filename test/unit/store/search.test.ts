/**
 * The search of users against an evaluator that looks at every user: whatever the filter and the data, the same users
 * are found, page by page. Windows are a few rows here, so that horizons matter.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { branchesOf } from '../../../src/domain/search.ts'
import { allAttributes } from '../../../src/domain/profile-schema.ts'
import type { ProfileValues } from '../../../src/domain/user-profile.ts'
import { USER_STATUSES, type UserStatus } from '../../../src/domain/user-status.ts'
import type { Filter, FilterValue } from '../../../src/protocol/filter.ts'
import { searchPage } from '../../../src/store/search.ts'
import { searchSorted, type SortPlace } from '../../../src/store/search-sorted.ts'
import { searchedUsers, userFields } from '../../../src/store/user-search.ts'
import { insertUser, settleUser, type UserRow } from '../../../src/store/users.ts'
import { sqliteD1 } from '../support/sqlite-d1.ts'

vi.mock('../../../src/platform/limits.ts', async (original) => {
  const { limits } = await original<{ readonly limits: object }>()
  return { limits: { ...limits, searchWindowMax: 4, searchWindowsMax: 3 } }
})

interface Person {
  readonly id: string
  readonly status: UserStatus
  readonly created: number
  readonly activated: number | null
  readonly profile: ProfileValues
}

const WORDS = ['a', 'A', 'ab', 'Abc', 'b', 'zz', 'é', '10']
const fields = userFields(
  allAttributes([
    { name: 'level', created: 0, lastUpdated: 0, definition: { title: 'level', type: 'number' } },
    { name: 'good', created: 0, lastUpdated: 0, definition: { title: 'good', type: 'boolean' } },
    {
      name: 'tags',
      created: 0,
      lastUpdated: 0,
      definition: { title: 'tags', type: 'array', items: { type: 'string' } },
    },
  ] as never),
)

const word = fc.constantFrom(...WORDS)
const person = fc.record({
  status: fc.constantFrom(...USER_STATUSES),
  created: fc.integer({ min: 1, max: 5 }),
  activated: fc.option(fc.integer({ min: 1, max: 5 })),
  profile: fc.record(
    {
      firstName: word,
      lastName: word,
      level: fc.constantFrom(-1, 0, 2, 2.5, 10),
      good: fc.boolean(),
      tags: fc.uniqueArray(word, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: [] },
  ),
})

const second = (value: number): string => new Date(value * 1000).toISOString()

const comparison: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    op: fc.constantFrom('eq', 'sw', 'co', 'gt', 'ge', 'lt', 'le'),
    attribute: fc.constantFrom('profile.firstName', 'profile.lastName', 'profile.tags'),
    value: word,
  }),
  fc.record({
    op: fc.constantFrom('eq', 'gt', 'ge', 'lt', 'le'),
    attribute: fc.constant('profile.level'),
    value: fc.constantFrom(-1, 0, 2, 2.2, 10),
  }),
  fc.record({ op: fc.constant('eq'), attribute: fc.constant('profile.good'), value: fc.boolean() }),
  fc.record({
    op: fc.constant('eq'),
    attribute: fc.constant('status'),
    value: fc.constantFrom<string>(...USER_STATUSES, 'active'),
  }),
  fc.record({
    op: fc.constantFrom('eq', 'gt', 'ge', 'lt', 'le'),
    attribute: fc.constantFrom('created', 'activated'),
    value: fc.integer({ min: 0, max: 6 }).map(second),
  }),
  fc.record({
    op: fc.constant('pr'),
    attribute: fc.constantFrom('profile.firstName', 'profile.tags', 'activated', 'status'),
  }),
) as fc.Arbitrary<Filter>

const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    comparison,
    fc.record({ op: fc.constant('not' as const), operand: tie('filter') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      left: tie('filter'),
      right: tie('filter'),
    }),
  ),
}))

const folded = (value: unknown): string | number => {
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number') return value
  return String(value).replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

const compare: Record<string, (left: string | number, right: string | number) => boolean> = {
  eq: (left, right) => left === right,
  gt: (left, right) => left > right,
  ge: (left, right) => left >= right,
  lt: (left, right) => left < right,
  le: (left, right) => left <= right,
  sw: (left, right) => String(left).startsWith(String(right)),
  co: (left, right) => String(left).includes(String(right)),
}

const instants = ['created', 'activated']

function valuesOf(one: Person, attribute: string): readonly unknown[] {
  const value = attribute.startsWith('profile.')
    ? one.profile[attribute.slice(8)]
    : one[attribute as 'status' | 'created' | 'activated']
  return [value].flat().filter((each) => each !== undefined && each !== null)
}

function holds(asked: Filter, one: Person): boolean {
  if ('operand' in asked) return !holds(asked.operand, one)
  if ('left' in asked) {
    const [left, right] = [holds(asked.left, one), holds(asked.right, one)]
    return asked.op === 'and' ? left && right : left || right
  }
  const values = valuesOf(one, asked.attribute)
  if (asked.op === 'pr') return values.length > 0
  const wanted: FilterValue = instants.includes(asked.attribute)
    ? Date.parse(String(asked.value)) / 1000
    : asked.value
  return values.some((value) => compare[asked.op]!(folded(value), folded(wanted)))
}

const { db, sqlite } = sqliteD1()

async function populate(people: readonly Person[]): Promise<void> {
  sqlite.exec('DELETE FROM users')
  for (const one of people)
    await db.batch([
      insertUser(db, {
        ...one,
        login: one.id,
        lastUpdated: one.created,
        statusChanged: null,
        passwordChanged: null,
      }),
      ...settleUser(db, one.id, 1),
    ])
}

const withIds = (drawn: readonly Omit<Person, 'id'>[]): readonly Person[] =>
  drawn.map((one, at) => ({ ...one, id: `00u${String(at).padStart(4, '0')}` }) as Person)

beforeAll(() => {
  sqlite.exec(
    "INSERT INTO groups (id, type, name, created, last_updated) VALUES ('00g', 'BUILT_IN', 'Everyone', 1, 1)",
  )
})
afterAll(() => sqlite.close())

describe('a search', () => {
  it('finds whom an evaluator of everybody finds, page by page, in the order of their ids', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { maxLength: 40 }),
        filter,
        fc.integer({ min: 1, max: 7 }),
        async (drawn, asked, limit) => {
          const people = withIds(drawn)
          const branches = branchesOf(asked, fields)
          if (branches === null) return
          await populate(people)
          const found: string[] = []
          let after: string | null = ''
          for (let page = 0; after !== null && page < 200; page++) {
            const answer: { rows: readonly UserRow[]; next: string | null } =
              await searchPage<UserRow>(db, searchedUsers, branches, { after, limit })
            expect(answer.rows.length).toBeLessThanOrEqual(limit)
            found.push(...answer.rows.map(({ id }) => id))
            after = answer.next
          }
          expect(after).toBeNull()
          expect(found).toEqual(people.filter((one) => holds(asked, one)).map(({ id }) => id))
        },
      ),
      { numRuns: 300 },
    )
  }, 60_000)

  it('sorts them by an attribute, those without one last and equals by id, either way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(person, { maxLength: 12 }),
        fc.constantFrom('profile.lastName', 'profile.level', 'created', 'activated'),
        fc.boolean(),
        fc.integer({ min: 1, max: 5 }),
        async (drawn, by, descending, limit) => {
          const people = withIds(drawn)
          await populate(people)
          const branches = branchesOf({ op: 'pr', attribute: 'id' }, fields)!
          const sort = { field: fields(by, 'eq')!, descending }
          const found: string[] = []
          let after: SortPlace | null = null
          for (let page = 0; page < 20; page++) {
            const answer: Awaited<ReturnType<typeof searchSorted<UserRow>>> =
              await searchSorted<UserRow>(db, searchedUsers, branches, sort, { after, limit })
            found.push(...answer!.rows.map(({ id }) => id))
            after = answer!.next
            if (after === null) break
          }
          const keyed = people.map((one) => [valuesOf(one, by)[0], one.id] as const)
          const sorted = keyed.toSorted(([left, id], [right, other]) => {
            const absent = Number(left === undefined) - Number(right === undefined)
            if (absent !== 0) return absent
            const [one, two] = [folded(left), folded(right)]
            const order = one === two ? 0 : one < two ? -1 : 1
            return (descending ? -order : order) || (id < other ? -1 : 1)
          })
          expect(found).toEqual(sorted.map(([, id]) => id))
        },
      ),
      { numRuns: 100 },
    )
  }, 60_000)
})
