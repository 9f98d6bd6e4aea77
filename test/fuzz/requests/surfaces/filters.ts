/** Queries of lists: filters, searches, cursors, limits, times and orders. */
import { managementRoutes } from '../../../../src/management/routes.ts'
import type { Random } from '../../random.ts'
import { written } from '../fields.ts'
import type { Pairs } from '../input.ts'
import type { Surface } from '../surface.ts'
import { hostileText, repeatedly, spoiledText } from '../texts.ts'
import { valuesOf, type World } from '../world.ts'
import { pathOf } from './json.ts'

const CRITERIA = ['filter', 'search']

/** What has a filter is asked more often. */
const LISTS = managementRoutes
  .filter(({ method, query }) => method === 'GET' && Object.keys(query).length > 0)
  .map((route) => [CRITERIA.some((name) => name in route.query) ? 5 : 1, route] as const)

const ATTRIBUTES = ['id', 'status', 'name', 'label', 'created', 'lastUpdated', 'activated', 'statusChanged', 'type', 'client_id', 'user.id', 'group.id', 'profile.login', 'profile.email', 'profile.firstName', 'profile.name', 'profile.city', 'profile.__proto__', 'profile', 'eventType', 'actor.id', 'target.id', 'outcome.result', 'severity', 'uuid', 'published', 'debugContext.debugData.requestUri', 'clientId', 'userName', 'scopes', 'constructor', '__proto__', 'toString', 'a.b.c.d'] as const // prettier-ignore
const OPERATORS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'sw', 'co', 'ew', 'pr', 'EQ', 'in', 'like', '='] as const // prettier-ignore
const INSTANTS = ['2026-01-01T00:00:00.000Z', '1970-01-01', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00+14:00', '+275760-09-13T00:00:00Z'] as const // prettier-ignore
/** Quoted, and no text of JSON. */
const BROKEN = ['"\\q"', '"\\u12g4"', '"a\tb"', '"\\"', '"a"b"', '"\0"'] as const
const WORDS = ['ACTIVE', 'STAGED', 'DEPROVISIONED', 'BUILT_IN', 'a', 'USER', '%', '_', '*', 'é', '\\'] as const // prettier-ignore

function literal(random: Random, world: World): string {
  return random.weighted<() => string>([
    [5, () => JSON.stringify(random.one(WORDS))],
    [2, () => JSON.stringify(random.one(INSTANTS))],
    [2, () => JSON.stringify(random.one(Object.values(world.ids)))],
    [1, () => JSON.stringify(hostileText(random).slice(0, 200))],
    [1, () => `"${hostileText(random).slice(0, 200)}"`],
    [1, () => random.one(BROKEN)],
    [1, () => random.one(['true', 'false', 'null', '1', '-1', '1e999', '0.5', '1e', "'a'", ''])],
  ])()
}

/** RFC 7644 §3.4.2.2, with what goes past the bounds. */
function filter(random: Random, world: World, depth: number): string {
  const below = (): string => filter(random, world, depth - 1)
  const comparison = (): string =>
    `${random.one(ATTRIBUTES)} ${random.one(OPERATORS)} ${literal(random, world)}`
  if (depth <= 0) return comparison()
  return random.weighted<() => string>([
    [5, comparison],
    [2, () => `${below()} ${random.one(['and', 'or', 'AND', 'Or'])} ${below()}`],
    [1, () => `(${below()})`],
    [1, () => `not (${below()})`],
    [0.3, () => `${'('.repeat(random.below(30))}${below()}${')'.repeat(random.below(30))}`],
    [0.2, () => Array.from({ length: 1 + random.below(120) }, () => 'id pr').join(random.one([' and ', ' or ']))],
    [0.2, () => Array.from({ length: 1 + random.below(10) }, () => `(${comparison()} or ${comparison()})`).join(' and ')],
  ])() // prettier-ignore
}

function value(random: Random, name: string, world: World): string {
  const of = (): string => {
    if (name === 'filter' || name === 'search') return filter(random, world, random.below(4))
    if (name === 'limit') return random.one(['1', '20', '200', '0', '-1', '1000', '1001', '1.5', '1e2', '01', '0x1', ' 1', '99999999999999999999']) // prettier-ignore
    if (name === 'since' || name === 'until') return random.one(INSTANTS)
    if (name === 'after') return world.cursors.length === 0 ? hostileText(random) : random.one(world.cursors) // prettier-ignore
    if (name === 'sortBy') return random.one(ATTRIBUTES)
    if (name === 'sortOrder') return random.one(['asc', 'desc', 'ascending', 'DESC'])
    return random.one([...WORDS, ...Object.values(world.ids)])
  }
  const right = of()
  return random.chance(0.3)
    ? repeatedly(random, right, (one) => spoiledText(random, one, [...valuesOf(world), ...world.cursors])) // prettier-ignore
    : right
}

export const filters: Surface = {
  name: 'filters',
  make: (random, world) => {
    const { path, query } = random.weighted(LISTS)
    const names = Object.keys(query)
    const few = names.filter((name) => random.chance(CRITERIA.includes(name) ? 0.5 : 1.5 / names.length))
    const asked = [...few, ...(random.chance(0.03) ? [random.one(names)] : [])]
    const fields: Pairs = asked.map((name) => [name, value(random, name, world)] as const)
    const target = `${pathOf(random, path, world)}?${written(random, fields)}`
    const headers: Pairs = [['authorization', world.administrators[random.chance(0.95) ? 0 : 1]]]
    return { kind: path.replace('/api/v1/', ''), input: { method: 'GET', target, headers, body: null } }
  },
} // prettier-ignore
