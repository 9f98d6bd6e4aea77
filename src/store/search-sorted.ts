/** Searches in the order of a field: all matches are brought into it, up to a bound, and a page of them is read. */
import type { Branch, SearchField } from '../domain/search.ts'
import { limits } from '../platform/limits.ts'
import { readAll } from './database.ts'
import { searchPage, type Found } from './search.ts'
import type { Bindings, Searched } from './search-terms.ts'

export interface Sort {
  readonly field: SearchField
  readonly descending: boolean
}

/** The place of a row in a sorted list: by value, what has none last, and by id among equals. */
export type SortPlace = readonly [value: string | number | null, id: string]

interface SortRow {
  readonly id: string
  readonly value: string | number | null
}

/**
 * One page in the order of a field; `next` is the place after which the next one begins. Null: more rows match than are
 * brought into an order.
 */
export async function searchSorted<Row extends { readonly id: string }>(
  db: D1Database,
  searched: Searched,
  branches: readonly Branch[],
  sort: Sort,
  page: { readonly after: SortPlace | null; readonly limit: number },
): Promise<{ readonly rows: readonly Row[]; readonly next: SortPlace | null } | null> {
  const matches = await allMatches(db, searched, branches, sort.field)
  if (matches === null) return null
  const order = (left: SortPlace, right: SortPlace): number =>
    placeOrder(left, right, sort.descending)
  const { after, limit } = page
  const behind = matches
    .map(({ value, id }): SortPlace => [value, id])
    .filter((place) => after === null || order(place, after) > 0)
    .toSorted(order)
  const shown = behind.slice(0, limit)
  const rows = await rowsById<Row>(
    db,
    searched,
    shown.map(([, id]) => id),
  )
  return { rows, next: behind.length > limit ? shown.at(-1)! : null }
}

async function allMatches(
  db: D1Database,
  searched: Searched,
  branches: readonly Branch[],
  field: SearchField,
): Promise<readonly SortRow[] | null> {
  const matches: SortRow[] = []
  let after: string | null = ''
  for (let round = 0; after !== null; round++) {
    if (round === limits.searchWindowsMax) return null
    const page = { after, limit: limits.searchSortedMax }
    const columns = (bindings: Bindings): string =>
      `${searched.alias}.id, ${sortValue(searched, field, bindings)} AS value`
    const found: Found<SortRow> = await searchPage<SortRow>(db, searched, branches, page, columns)
    matches.push(...found.rows)
    after = found.next
    if (matches.length > limits.searchSortedMax) return null
  }
  return matches
}

/** The least of the values stands for a list. */
function sortValue(
  { alias, attributes }: Searched,
  { at }: SearchField,
  bindings: Bindings,
): string {
  if ('constant' in at) return 'NULL'
  if ('column' in at) return `${alias}.${at.column}`
  const { table, owner } = attributes!
  return `(SELECT a.value FROM ${table} a WHERE a.${owner} = ${alias}.id
    AND a.attribute = ${bindings.add(at.attribute)} ORDER BY a.value LIMIT 1)`
}

async function rowsById<Row extends { readonly id: string }>(
  db: D1Database,
  { table, alias, columns }: Searched,
  ids: readonly string[],
): Promise<readonly Row[]> {
  if (ids.length === 0) return []
  const statement = db
    .prepare(
      `SELECT ${columns} FROM json_each(?1) j CROSS JOIN ${table} ${alias} ON ${alias}.id = j.value`,
    )
    .bind(JSON.stringify(ids))
  const found = new Map((await readAll<Row>(statement)).map((row) => [row.id, row]))
  return ids.flatMap((id) => found.get(id) ?? [])
}

const folded = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())

/** As the database compares: numbers before texts, texts without case by code points. */
function valueOrder(left: string | number, right: string | number): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  if (typeof left === 'number' || typeof right === 'number')
    return typeof left === 'number' ? -1 : 1
  const [one, other] = [folded(left), folded(right)]
  return one === other ? 0 : one < other ? -1 : 1
}

function placeOrder(
  [value, id]: SortPlace,
  [other, otherId]: SortPlace,
  descending: boolean,
): number {
  if ((value === null) !== (other === null)) return value === null ? 1 : -1
  const byValue = value === null || other === null ? 0 : valueOrder(value, other)
  if (byValue !== 0) return descending ? -byValue : byValue
  return id < otherId ? -1 : id === otherId ? 0 : 1
}
