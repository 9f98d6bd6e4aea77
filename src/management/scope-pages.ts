/**
 * Pages of the scopes of a server. They are read as a whole and are bounded, so that they are chosen from in memory;
 * without a limit the list is whole, because clients that want all of them do not ask for a second page.
 */
import type { Scope } from '../domain/scope.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { comparisonsOf, parseFilter, type FilterValue } from '../protocol/filter.ts'
import { passesFilter } from '../protocol/filter-evaluation.ts'
import { OIDC_SCOPES } from '../protocol/scope.ts'
import { readPage } from './page.ts'

/** What a filter can ask of a scope. */
const attributes = new Map<string, (scope: Scope) => FilterValue>([
  ['id', ({ id }) => id],
  ['name', ({ name }) => name],
  ['displayName', ({ displayName }) => displayName],
  ['description', ({ description }) => description],
  ['system', ({ system }) => system],
  ['default', (scope) => scope.default],
  ['optional', ({ optional }) => optional],
  ['consent', ({ consent }) => consent],
  ['metadataPublish', ({ metadataPublish }) => metadataPublish],
])

type Passes = (scope: Scope) => boolean

/** Throws E0000053 for what is no filter, and for attributes that scopes do not have. */
function readFilter(text: string): Passes {
  if (text === '') return () => true
  const filter = parseFilter(text)
  if (filter === null || comparisonsOf(filter).some((one) => !attributes.has(one.attribute)))
    throw new ApiError('E0000053')
  return (scope) => passesFilter(filter, (name) => [attributes.get(name)?.(scope) ?? null])
}

/** System scopes stand first, in their own order, the others by name; so a name tells where it stands. */
function isBehind(name: string, scope: Scope): boolean {
  const [before, place] = [OIDC_SCOPES.indexOf(name), OIDC_SCOPES.indexOf(scope.name)]
  if (before >= 0) return place === -1 || place > before
  return place === -1 && scope.name > name
}

export function pageOfScopes(
  scopes: readonly Scope[],
  query: URLSearchParams,
): { readonly items: readonly Scope[]; readonly next: string | null } {
  const isWhole = (query.get('limit') ?? '') === ''
  const page = readPage(query)
  const passes = readFilter(query.get('filter') ?? '')
  const { after, query: q } = page
  const wanted = scopes.filter(
    (scope) =>
      (after === '' || isBehind(after, scope)) &&
      (q === null || scope.name.startsWith(q)) &&
      passes(scope),
  )
  const items = isWhole ? wanted : wanted.slice(0, page.limit)
  return { items, next: items.length < wanted.length ? (items.at(-1)?.name ?? null) : null }
}
