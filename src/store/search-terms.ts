/** The terms of a search in SQL: as a condition on a row, and as the entries of an index that tell where it holds. */
import type { Term } from '../domain/search.ts'

export interface Searched {
  readonly table: string
  /** By which `columns` name the table. */
  readonly alias: string
  readonly columns: string
  /** The table of profile attributes (attribute, value, owner), if there is one. */
  readonly attributes: { readonly table: string; readonly owner: string } | null
}

type Value = string | number

/** Numbered parameters, in the order in which they are bound. */
export class Bindings {
  readonly values: Value[] = []

  add(value: Value): string {
    this.values.push(value)
    return `?${this.values.length}`
  }
}

/** A select list, which may bind values. */
export type Columns = (bindings: Bindings) => string

const SIGNS = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const

/** Behind every text that begins with the one before it. */
const END = '\u{10ffff}'

/** A comparison of an expression; ranges of numbers end where texts begin. */
function compared(expression: string, { op, value, field }: Term, bindings: Bindings): string {
  const left =
    field.of === 'text' && field.exact !== true ? `${expression} COLLATE NOCASE` : expression
  // Columns of instants have none before 1970, and an index is searched for a range, not for what is not null.
  if (op === 'pr')
    return `${expression} ${'column' in field.at && field.of === 'instant' ? '>= 0' : 'IS NOT NULL'}`
  const place = bindings.add(value)
  if (op === 'sw') return `${left} >= ${place} AND ${left} < ${bindings.add(String(value) + END)}`
  if (op === 'co') return `instr(lower(${expression}), lower(${place})) > 0`
  const isOpenRange = field.of !== 'text' && (op === 'gt' || op === 'ge')
  return `${left} ${SIGNS[op]} ${place}${isOpenRange ? ` AND ${left} < ''` : ''}`
}

/** Whether a term holds for a row. */
export function predicate(searched: Searched, term: Term, bindings: Bindings): string {
  const { at } = term.field
  const { alias, attributes } = searched
  if ('constant' in at) {
    const holds = compared(bindings.add(at.constant), term, bindings)
    return term.negated ? `NOT (${holds})` : `(${holds})`
  }
  if ('column' in at) {
    const holds = compared(`${alias}.${at.column}`, term, bindings)
    return `(${holds}) IS ${term.negated ? 'NOT TRUE' : 'TRUE'}`
  }
  const { table, owner } = attributes!
  const exists = `EXISTS (SELECT 1 FROM ${table} a WHERE a.${owner} = ${alias}.id
    AND a.attribute = ${bindings.add(at.attribute)} AND ${compared('a.value', term, bindings)})`
  return term.negated ? `NOT ${exists}` : exists
}

/** The rows of an index where a term holds: FROM and WHERE, and what the id is called there. */
export interface Entries {
  readonly from: string
  readonly where: string
  readonly id: string
}

/** Null for a term that no index finds. */
export function entriesOf(searched: Searched, term: Term, bindings: Bindings): Entries | null {
  const { at } = term.field
  if (term.negated || term.op === 'co' || 'constant' in at) return null
  if ('column' in at) {
    if (at.index === null) return null
    const indexed = at.index === '' ? '' : ` INDEXED BY ${at.index}`
    const where = compared(`d.${at.column}`, term, bindings)
    return { from: `${searched.table} d${indexed}`, where, id: 'd.id' }
  }
  const { table, owner } = searched.attributes!
  const where = `d.attribute = ${bindings.add(at.attribute)} AND ${compared('d.value', term, bindings)}`
  return { from: `${table} d`, where, id: `d.${owner}` }
}

export const allEntries = (searched: Searched): Entries => ({
  from: `${searched.table} d`,
  where: 'TRUE',
  id: 'd.id',
})

/** Whether an index finds a term. */
export const isIndexed = ({ negated, op, field: { at } }: Term): boolean =>
  !negated && op !== 'co' && ('attribute' in at || ('column' in at && at.index !== null))

/** Ids of equal entries are in order in every index. */
export const isOrdered = (term: Term | null): boolean => term === null || term.op === 'eq'
