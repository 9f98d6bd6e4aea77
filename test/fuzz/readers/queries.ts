/** Queries of lists: what reads filters, searches, cursors and pages. */
import { isDeepStrictEqual } from 'node:util'
import { compileLogFilter } from '../../../src/domain/log-filter.ts'
import { allAttributes } from '../../../src/domain/profile-schema.ts'
import { branchesOf } from '../../../src/domain/search.ts'
import { readCursor } from '../../../src/management/cursor.ts'
import { readLogQuery } from '../../../src/management/log-query.ts'
import { readPage } from '../../../src/management/page.ts'
import { limits } from '../../../src/platform/limits.ts'
import { comparisonsOf, equalitiesOf, parseFilter, type Filter } from '../../../src/protocol/filter.ts' // prettier-ignore
import { userFields } from '../../../src/store/user-search.ts'
import { attempt, hold } from './held.ts'

/** A filter as text, with parentheses around everything. */
function printed(filter: Filter): string {
  if ('left' in filter) return `(${printed(filter.left)} ${filter.op} ${printed(filter.right)})`
  if ('operand' in filter) return `not (${printed(filter.operand)})`
  return filter.op === 'pr' ? `${filter.attribute} pr` : `${filter.attribute} ${filter.op} ${JSON.stringify(filter.value)}` // prettier-ignore
}

const depthOf = (filter: Filter): number =>
  'left' in filter ? 1 + Math.max(depthOf(filter.left), depthOf(filter.right)) : 'operand' in filter ? 1 + depthOf(filter.operand) : 0 // prettier-ignore

const fields = userFields(allAttributes([]))

function filterHolds(text: string): boolean {
  const filter = parseFilter(text)
  if (filter === null) return false
  hold(text.length <= limits.queryCharactersMax, 'a filter that is too long')
  hold(comparisonsOf(filter).length <= limits.filterComparisonsMax, 'too many comparisons')
  hold(comparisonsOf(filter).every((one) => one.op === 'pr' || typeof one.value !== 'number' || Number.isFinite(one.value)), 'a number that is none') // prettier-ignore
  const again = printed(filter)
  // Printed it has more parentheses, and may be too long or too deep.
  if (again.length <= limits.queryCharactersMax && depthOf(filter) < limits.filterDepthMax)
    hold(isDeepStrictEqual(parseFilter(again), filter), `it is read as something else: ${again}`)
  compileLogFilter(filter)
  equalitiesOf(filter)
  const branches = branchesOf(filter, fields)
  hold(branches === null || branches.length <= limits.searchBranchesMax, 'too many branches')
  return true
}

export function readQuery(query: string): 'taken' | 'refused' {
  const parameters = new URLSearchParams(query)
  const wholes = ['filter', 'search'].map((name) => filterHolds(parameters.get(name) ?? ''))
  const pages = attempt(() => readPage(parameters))
  const logs = attempt(() => readLogQuery(parameters, 1_800_000_000_000))
  for (const length of [1, 2]) attempt(() => readCursor(parameters.get('after') ?? '', length))
  if ('value' in logs) {
    const { since, until, limit } = logs.value
    hold(since <= until && limit >= 0 && limit <= limits.logPageSizeMax, 'a log query past its bounds') // prettier-ignore
  }
  return wholes.includes(true) || 'value' in pages || 'value' in logs ? 'taken' : 'refused'
}
