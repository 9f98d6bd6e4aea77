/**
 * Answers searches of a list with bounded work, whatever the size of the table.
 *
 * For whoever adds a list: describe its table as a `Searched` (search-terms.ts) and its attributes as `SearchField`s
 * (domain/search.ts), turn the filter into branches with `branchesOf`, and call {@link searchPage}: rows in the order
 * of their ids, and the id after which the next page begins. `searchSorted` orders by a field instead.
 *
 * Each branch is driven by one of its terms: index entries of candidates are counted, up to a bound. A term with few
 * is gathered whole; one by equality delivers ids in order and is followed from the last page on; without either the
 * table is walked by its primary key. The other terms are checked on the rows found. What is followed or walked
 * goes no further than a window of ids, the horizon: past the smallest one nothing is known yet, so that the next page
 * begins there. A page may thus be short, or empty after several windows without a match, and still have a next.
 */
import type { Branch, Term } from '../domain/search.ts'
import { limits } from '../platform/limits.ts'
import { readBatch } from './database.ts'
import {
  allEntries,
  Bindings,
  entriesOf,
  isIndexed,
  isOrdered,
  predicate,
  type Columns,
  type Searched,
} from './search-terms.ts'

/** How a branch is driven, and up to which id what it finds is complete; null: to the end. */
interface Driver {
  readonly term: Term | null
  readonly horizon: string | null
}

/** A single equality finds nothing in vain. */
const isDirect = (branch: Branch): boolean =>
  branch.length === 1 && branch[0]!.op === 'eq' && isIndexed(branch[0]!)

interface Counted {
  /** Up to the bound. */
  readonly entries: number
  /** The id of the last one counted. */
  readonly horizon: string | null
}

/** Through which a branch may be driven. */
const candidatesOf = (branch: Branch): readonly Term[] =>
  branch
    .filter(isIndexed)
    .toSorted((left, right) => Number(isOrdered(right)) - Number(isOrdered(left)))
    .slice(0, limits.searchCandidatesMax)

/** Counts entries, those in order from an id on, of which it finds the last. */
function countOf(
  db: D1Database,
  searched: Searched,
  term: Term | null,
  after: string,
): D1PreparedStatement {
  const bindings = new Bindings()
  const { from, where, id } =
    term === null ? allEntries(searched) : entriesOf(searched, term, bindings)!
  const order = isOrdered(term) ? `AND ${id} > ${bindings.add(after)} ORDER BY ${id}` : ''
  const sql = `SELECT count(*) AS entries, max(id) AS horizon FROM (SELECT ${id} AS id FROM ${from}
    WHERE ${where} ${order} LIMIT ${bindings.add(limits.searchWindowMax)})`
  return db.prepare(sql).bind(...bindings.values)
}

async function driversOf(
  db: D1Database,
  searched: Searched,
  branches: readonly Branch[],
  after: string,
): Promise<readonly Driver[]> {
  const asked = new Map<string, Term | null>()
  const keyOf = (term: Term | null): string => JSON.stringify(term)
  for (const branch of branches)
    if (!isDirect(branch))
      for (const term of [null, ...candidatesOf(branch)]) asked.set(keyOf(term), term)
  const statements = [...asked.values()].map((term) => countOf(db, searched, term, after))
  const results = statements.length === 0 ? [] : await readBatch(db, statements)
  const counted = new Map(
    [...asked.keys()].map(
      (key, at) => [key, results[at]?.results[0] as unknown as Counted] as const,
    ),
  )
  return branches.map((branch) =>
    isDirect(branch)
      ? { term: branch[0]!, horizon: null }
      : cheapest(branch, (term) => counted.get(keyOf(term)) ?? { entries: 0, horizon: null }),
  )
}

/** The term with the fewest entries; past the bound one that is in order, or the walk through everything. */
function cheapest(branch: Branch, countedOf: (term: Term | null) => Counted): Driver {
  const isBounded = (term: Term | null): boolean => countedOf(term).entries < limits.searchWindowMax
  const candidates = candidatesOf(branch)
  const [few] = candidates
    .filter(isBounded)
    .toSorted((left, right) => countedOf(left).entries - countedOf(right).entries)
  if (few !== undefined) return { term: few, horizon: null }
  const term = candidates.find(isOrdered) ?? null
  return { term, horizon: isBounded(term) ? null : countedOf(term).horizon }
}

/** The rows of a branch behind an id and up to the horizon, in order. */
function rowsOf(
  db: D1Database,
  searched: Searched,
  branch: Branch,
  { term, horizon }: Driver,
  after: string,
  limit: number,
  columns: Columns,
): D1PreparedStatement {
  const { table, alias } = searched
  const bindings = new Bindings()
  const entries = term === null ? allEntries(searched) : entriesOf(searched, term, bindings)!
  const { from, where, id } = entries
  const range = `${id} > ${bindings.add(after)}${horizon === null ? '' : ` AND ${id} <= ${bindings.add(horizon)}`}`
  const others = branch
    .filter((one) => one !== term)
    .map((one) => ` AND ${predicate(searched, one, bindings)}`)
    .join('')
  const found = isOrdered(term)
    ? `FROM ${from} CROSS JOIN ${table} ${alias} ON ${alias}.id = ${id} WHERE ${where} AND ${range}${others}
      ORDER BY ${id}`
    : `FROM ${table} ${alias} WHERE ${alias}.id IN (SELECT ${id} FROM ${from} WHERE ${where} AND ${range})${others}
      ORDER BY ${alias}.id`
  return db
    .prepare(`SELECT ${columns(bindings)} ${found} LIMIT ${bindings.add(limit)}`)
    .bind(...bindings.values)
}

export interface Found<Row> {
  readonly rows: readonly Row[]
  /** The id after which the next page begins; null after the last one. */
  readonly next: string | null
}

/** One page of at most `limit` rows; never more than a few windows of work. */
export async function searchPage<Row extends { readonly id: string }>(
  db: D1Database,
  searched: Searched,
  branches: readonly Branch[],
  page: { readonly after: string; readonly limit: number },
  columns: Columns = () => searched.columns,
): Promise<Found<Row>> {
  let { after } = page
  for (let round = 1; ; round++) {
    const found = await searchWindow<Row>(db, searched, branches, after, page.limit, columns)
    if (found.rows.length > 0 || found.next === null || round >= limits.searchWindowsMax)
      return found
    after = found.next
  }
}

async function searchWindow<Row extends { readonly id: string }>(
  db: D1Database,
  searched: Searched,
  branches: readonly Branch[],
  after: string,
  limit: number,
  columns: Columns,
): Promise<Found<Row>> {
  const drivers = await driversOf(db, searched, branches, after)
  const statements = branches.map((branch, at) =>
    rowsOf(db, searched, branch, drivers[at]!, after, limit + 1, columns),
  )
  const results = await readBatch(db, statements)
  const horizon = drivers
    .map((driver) => driver.horizon)
    .reduce((least, one) => (least === null || (one !== null && one < least) ? one : least), null)
  const rows = new Map(
    results.flatMap((result) => (result.results as unknown as Row[]).map((row) => [row.id, row])),
  )
  const known = [...rows.values()]
    .filter(({ id }) => horizon === null || id <= horizon)
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
  const shown = known.slice(0, limit)
  return { rows: shown, next: known.length > limit ? shown.at(-1)!.id : horizon }
}
