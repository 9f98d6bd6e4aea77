/** The list of users: pages, q, filter, search, order. */
import { beforeAll, describe, expect, it } from 'vitest'
import { answered, api, made, unique, type Json } from './support.ts'
import { aUser, USERS } from './user-support.ts'

/** What only the people of this file have in common. */
const company = unique('company')
const people: Json[] = []

const query = (parameters: Record<string, string>): string =>
  `${USERS}?${new URLSearchParams(parameters).toString()}`

const ids = (users: readonly Json[]): readonly string[] => users.map((user) => user['id'])

const search = async (text: string, more: Record<string, string> = {}): Promise<readonly Json[]> =>
  (await made(200, 'GET', query({ search: text, ...more }))) as unknown as Json[]

const nextOf = (response: Response): string | null =>
  /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null

beforeAll(async () => {
  for (const [at, lastName] of ['Young', 'adams', 'Baker', 'Carter', 'baker'].entries())
    people.push(
      await aUser(
        { lastName, firstName: `P${at}`, organization: company, ...(at > 1 && { title: 'Lead' }) },
        {},
        `?activate=${at % 2 === 0}`,
      ),
    )
})

describe('pages', () => {
  it('hold everybody once, in the order of their ids, and name the next', async () => {
    const all: Json[] = []
    let next: string | null = query({ limit: '2' })
    while (next !== null) {
      const response: Response = await api('GET', next)
      const page = (await response.json()) as Json[]
      expect(page.length).toBeLessThanOrEqual(2)
      expect(response.headers.get('link')).toContain('rel="self"')
      all.push(...page)
      next = nextOf(response)
    }
    expect(ids(all)).toEqual([...new Set(ids(all))].toSorted((a, b) => (a < b ? -1 : 1)))
    for (const { id } of people) expect(ids(all)).toContain(id)
    expect(Object.keys(all[0]!['_links'])).toEqual(['self'])
  })
})

describe('a search', () => {
  const ours = `profile.organization eq "${company}"`

  it.each([
    ['equality without case', `profile.lastName eq "BAKER"`, [2, 4]],
    ['beginnings', `profile.lastName sw "ba"`, [2, 4]],
    ['parts', `profile.lastName co "OUN"`, [0]],
    ['presence', `profile.title pr`, [2, 3, 4]],
    ['absence', `not (profile.title pr)`, [0, 1]],
    ['order', `profile.lastName ge "Carter"`, [0, 3]],
    ['statuses', `status eq "STAGED"`, [1, 3]],
    ['alternatives', `(profile.lastName eq "young" or status eq "STAGED")`, [0, 1, 3]],
    [
      'instants',
      `created gt "2020-01-01T00:00:00.000Z" and lastUpdated le "2999-01-01"`,
      [0, 1, 2, 3, 4],
    ],
    ['instants that are none', `lastUpdated lt "2020-01-01T00:00:00Z"`, []],
    ['what injects', `profile.lastName eq "x' OR '1'='1"`, []],
  ])('by %s', async (_, text, found) => {
    const wanted = found.map((at) => people[at]!['id']).toSorted((a, b) => (a < b ? -1 : 1))
    expect(ids(await search(`${ours} and ${text}`))).toEqual(wanted)
    expect(ids(await search(`${text} and ${ours}`))).toEqual(wanted)
  })

  it('by id and type', async () => {
    const { id, type } = people[0]!
    expect(ids(await search(`id eq "${id}" and type.id eq "${type['id']}"`))).toEqual([id])
    expect(ids(await search(`id eq "${id}" and type.id eq "oty"`))).toEqual([])
  })

  it('in an order, over pages', async () => {
    for (const [sortOrder, wanted] of [
      ['asc', ['adams', 'baker', 'baker', 'carter', 'young']],
      ['DESC', ['young', 'carter', 'baker', 'baker', 'adams']],
    ] as const) {
      const found: string[] = []
      let next: string | null = query({ search: ours, sortBy: 'profile.lastName', sortOrder, limit: '2' }) // prettier-ignore
      while (next !== null) {
        const response: Response = await api('GET', next)
        found.push(...((await response.json()) as Json[]).map((one) => one['profile']['lastName']))
        next = nextOf(response)
      }
      expect(found.map((name) => name.toLowerCase())).toEqual(wanted)
    }
  })

  it.each([
    ['an unknown attribute', { search: 'profile.shoeSize eq "4"' }, 'E0000031'],
    ['a member of Object', { search: 'profile.constructor eq "4"' }, 'E0000031'],
    ['an operator that searches lack', { search: 'profile.lastName ne "x"' }, 'E0000031'],
    ['a value of another type', { search: 'profile.lastName eq 5' }, 'E0000031'],
    ['an instant that is none', { search: 'created gt "yesterday"' }, 'E0000031'],
    ['no sentence', { search: 'profile.lastName eq' }, 'E0000031'],
    [
      'too many alternatives',
      { search: Array.from({ length: 21 }, (_, at) => `id eq "${at}"`).join(' or ') },
      'E0000031',
    ],
    [
      'alternatives that multiply',
      { search: Array.from({ length: 8 }, () => '(id eq "1" or id eq "2")').join(' and ') },
      'E0000031',
    ],
    ['an order by what is no attribute', { search: 'id pr', sortBy: 'profile.x' }, 'E0000031'],
    ['an odd order', { search: 'id pr', sortBy: 'id', sortOrder: 'up' }, 'E0000001'],
    ['a place that is none', { search: 'id pr', sortBy: 'id', after: '!' }, 'E0000054'],
    ['a search and a filter', { search: 'id pr', filter: 'id eq "1"' }, 'E0000033'],
    ['q and a filter', { q: 'x', filter: 'id eq "1"' }, 'E0000033'],
    ['a filter by another attribute', { filter: 'profile.city eq "Oslo"' }, 'E0000053'],
    ['a filter by another operator', { filter: 'profile.login sw "a"' }, 'E0000053'],
    ['a bad limit', { limit: '0' }, 'E0000054'],
  ])('refuses %s', async (_, parameters, code) => {
    const [status, error] = await answered(await api('GET', query(parameters as never)))
    expect([status, error['errorCode']]).toEqual([400, code])
  })
})

describe('a filter', () => {
  it('finds by login, status and instants', async () => {
    const { id, profile } = people[1]!
    const filter = `profile.login eq "${profile['login']}" and status eq "STAGED" and lastUpdated gt "2020-01-01T00:00:00.000Z"`
    expect(ids((await made(200, 'GET', query({ filter }))) as never)).toEqual([id])
  })
})

describe('q', () => {
  it('finds by how names and addresses begin, ten unless asked for more, without pages', async () => {
    const word = unique('Zq')
    for (let at = 0; at < 12; at++)
      await aUser(at % 2 === 0 ? { firstName: word } : { lastName: word })
    const response = await api('GET', query({ q: word.toLowerCase() }))
    expect((await response.json()) as Json[]).toHaveLength(10)
    expect(nextOf(response)).toBeNull()
    expect(await made(200, 'GET', query({ q: word, limit: '50' }))).toHaveLength(12)
  })
})
