/** The list of groups: all of them, or by `q`, `filter` or `search`, which exclude each other. */
import { limits } from '../platform/limits.ts'
import { parseFilter } from '../protocol/filter.ts'
import { groupFields, groupFilterFields, searchedGroups } from '../store/group-search.ts'
import {
  groupFromRow,
  groupsNamed,
  groupStatistics,
  listGroups,
  type GroupRow,
} from '../store/groups.ts'
import type { Group } from '../domain/group.ts'
import type { ManagementContext } from './context.ts'
import { presentGroup } from './group-presentation.ts'
import { paged, readPage, type Listed, type Page } from './page.ts'
import { branches, criterionOf, searchedRows, type FoundRows } from './search-list.ts'

const LIST = { searched: searchedGroups, fields: groupFields, rows: 'groups' }

/** A page as the query asks for it. As in Okta, what `q` finds has no second one. */
async function found(
  query: URLSearchParams,
  page: Page,
  { db }: ManagementContext,
): Promise<FoundRows<Group>> {
  const [by, text] = criterionOf(query) ?? []
  if (text === undefined) {
    const rows = await listGroups(db, { ...page, limit: page.limit + 1 })
    const { items, next } = paged(rows, page, (row) => row)
    return { rows: items as readonly Group[], next }
  }
  if (by === 'q') return { rows: await groupsNamed(db, text, page.limit), next: null }
  const wanted =
    by === 'filter'
      ? branches(parseFilter(text), groupFilterFields, 'E0000053')
      : branches(parseFilter(text), groupFields, 'E0000031')
  const { rows, next } = await searchedRows<GroupRow>(db, LIST, wanted, query, page)
  return { rows: rows.map(groupFromRow), next }
}

/** The answer of the list. Statistics are counted where they are asked for, in smaller pages. */
export async function pageOfGroups(
  query: URLSearchParams,
  context: ManagementContext,
): Promise<Listed> {
  const wantsStatistics = (query.get('expand') ?? '').split(',').includes('stats')
  const most = wantsStatistics ? limits.groupStatisticsPageSizeMax : limits.pageSizeMax
  const { rows, next } = await found(query, readPage(query, most, most), context)
  const ids = rows.map((row) => row.id)
  const statistics = wantsStatistics ? await groupStatistics(context.db, ids) : null
  return {
    items: rows.map((row) => presentGroup(row, context.origin, statistics?.get(row.id))),
    next,
  }
}
