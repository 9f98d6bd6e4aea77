/** Pages of apps, found by their labels, by attributes, and by whom they are assigned to. */
import { APP_NAME, type App } from '../domain/app.ts'
import { limits } from '../platform/limits.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { equalitiesOf, parseFilter } from '../protocol/filter.ts'
import { keysOf } from '../store/app-credentials.ts'
import { appsLabelled, listApps, type AppSource } from '../store/app-lists.ts'
import { presentApp } from './app-presentation.ts'
import type { ManagementContext } from './context.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { begins, readPage, walk, whole, type Listed, type Page } from './page.ts'

/** Attributes that lead to apps by themselves. */
const SOURCES: ReadonlyMap<string, 'id' | 'user' | 'group'> = new Map([
  ['id', 'id'],
  ['user.id', 'user'],
  ['group.id', 'group'],
])

interface Wanted {
  readonly source: Exclude<AppSource, { readonly by: 'all' | 'status' }> | null
  readonly status: string | null
  readonly name: string | null
}

/** Throws E0000053 for a filter by anything else. */
function readFilter(query: URLSearchParams): Wanted {
  const text = query.get('filter') ?? ''
  const filter = text === '' ? null : parseFilter(text)
  const equal = text === '' ? new Map<string, string>() : filter && equalitiesOf(filter)
  if (equal === null) throw new ApiError('E0000053')
  const sources = [...equal].flatMap(([attribute, value]) => {
    const by = SOURCES.get(attribute)
    return by === undefined ? [] : [{ by, value }]
  })
  const [status, name] = [equal.get('status') ?? null, equal.get('name') ?? null]
  const known = sources.length + Number(status !== null) + Number(name !== null)
  if (sources.length > 1 || known !== equal.size) throw new ApiError('E0000053')
  return { source: sources[0] ?? null, status, name }
}

/** How a label has to begin; null when any will do, because the name of all apps begins like that. */
const beginningOf = ({ query }: Page): string | null =>
  query === null || begins(APP_NAME, query) ? null : query

/** A page as the query asks for it. */
export async function pageOfApps(
  query: URLSearchParams,
  context: ManagementContext,
): Promise<Listed> {
  const page = readPage(query, limits.pageSizeDefault)
  const wanted = readFilter(query)
  if (wanted.name !== null && wanted.name !== APP_NAME) return whole([])
  const beginning = beginningOf(page)
  const { rows, next } =
    beginning !== null && wanted.source === null
      ? await byLabel(beginning, page, wanted, context)
      : await byId(beginning, page, wanted, context)
  return { items: await presentApps(rows, context), next }
}

interface Found {
  readonly rows: readonly App[]
  readonly next: string | null
}

async function byLabel(
  beginning: string,
  page: Page,
  { status }: Wanted,
  { db }: ManagementContext,
): Promise<Found> {
  const [label = '', id = ''] = readCursor(page.after, 2) ?? [beginning, '']
  if (!begins(label, beginning)) throw new ApiError('E0000054')
  const { rows, next } = await walk(
    page.limit,
    { label, id },
    {
      piece: status === null ? page.limit + 1 : limits.pageSizeMax + 1,
      read: (after, limit) => appsLabelled(db, beginning, { after, limit }),
      placeOf: (app) => ({ label: app.label, id: app.id }),
      keeps: (app) => status === null || app.status === status,
    },
  )
  return { rows, next: next === null ? null : cursorOf(next.label, next.id) }
}

async function byId(
  beginning: string | null,
  page: Page,
  { source, status }: Wanted,
  { db }: ManagementContext,
): Promise<Found> {
  const from: AppSource =
    source ?? (status === null ? { by: 'all' } : { by: 'status', value: status })
  const keeps = (app: App): boolean =>
    (status === null || app.status === status) &&
    (beginning === null || begins(app.label, beginning))
  const isNarrowed = source !== null && (status !== null || beginning !== null)
  return walk(page.limit, page.after, {
    piece: isNarrowed ? limits.pageSizeMax + 1 : page.limit + 1,
    read: (after, limit) => listApps(db, from, { after, limit }),
    placeOf: ({ id }) => id,
    keeps,
  })
}

/** A page of the apps that a group is assigned to. */
export async function appsOfGroup(
  groupId: string,
  query: URLSearchParams,
  context: ManagementContext,
): Promise<Listed> {
  const page = readPage(query, limits.pageSizeDefault)
  const source = { by: 'group', value: groupId } as const
  const { rows, next } = await byId(null, page, { source, status: null, name: null }, context)
  return { items: await presentApps(rows, context), next }
}

/** Apps with their keys. */
async function presentApps(
  apps: readonly App[],
  { db, origin }: ManagementContext,
): Promise<readonly Record<string, unknown>[]> {
  const keys = await keysOf(
    db,
    apps.map((app) => app.id),
  )
  return apps.map((app) => presentApp(app, keys.get(app.id) ?? [], origin))
}
