/**
 * Pages of apps, found by their labels, by attributes, and by whom they are assigned to; one user's assignment can be
 * embedded in each.
 */
import { APP_NAME, type App } from '../domain/app.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid } from '../protocol/api-errors.ts'
import { equalitiesOf, parseFilter, type FilterValue } from '../protocol/filter.ts'
import { keysOf } from '../store/app-credentials.ts'
import { appsLabelled, listApps, type AppSource } from '../store/app-lists.ts'
import { assignmentsToUser, type AssignedUser } from '../store/app-users.ts'
import { presentApp } from './app-presentation.ts'
import { presentAppUser } from './app-user-presentation.ts'
import type { ManagementContext } from './context.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { begins, readPage, walk, whole, type Listed, type Page } from './page.ts'

/** Attributes that lead to apps by themselves. */
const SOURCES: ReadonlyMap<string, 'id' | 'user' | 'group'> = new Map([
  ['id', 'id'],
  ['user.id', 'user'],
  ['group.id', 'group'],
])

/** Attributes that can be compared, and that no app has: Okta's pins of signing keys and SAML single logout. */
const NEVER_SET: ReadonlyMap<string, 'string' | 'boolean'> = new Map([
  ['credentials.signing.kid', 'string'],
  ['settings.slo.enabled', 'boolean'],
])

interface Wanted {
  readonly source: Exclude<AppSource, { readonly by: 'all' | 'status' }> | null
  readonly status: string | null
  /** Whether it asks for a name or a setting that no app has. */
  readonly isHopeless: boolean
}

/** Throws E0000053 for a filter by anything else. */
function readFilter(query: URLSearchParams): Wanted {
  const text = query.get('filter') ?? ''
  const filter = text === '' ? null : parseFilter(text)
  const equal = text === '' ? new Map<string, FilterValue>() : filter && equalitiesOf(filter)
  if (equal === null) throw new ApiError('E0000053')
  const wanted = { source: null, status: null, isHopeless: false } as {
    -readonly [Member in keyof Wanted]: Wanted[Member]
  }
  for (const [attribute, value] of equal) {
    if (typeof value !== (NEVER_SET.get(attribute) ?? 'string')) throw new ApiError('E0000053')
    const by = SOURCES.get(attribute)
    if (by !== undefined && wanted.source === null) wanted.source = { by, value: String(value) }
    else if (attribute === 'status') wanted.status = String(value)
    else if (attribute === 'name') wanted.isHopeless ||= value !== APP_NAME
    else if (NEVER_SET.has(attribute)) wanted.isHopeless = true
    else throw new ApiError('E0000053')
  }
  return wanted
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
  const userId = embeddedUserOf(query)
  if (userId !== null && !(wanted.source?.by === 'user' && wanted.source.value === userId))
    throw invalid('expand', `expand: needs the filter 'user.id eq "${userId}"'`)
  if (wanted.isHopeless) return whole([])
  const beginning = beginningOf(page)
  const { rows, next } =
    beginning !== null && wanted.source === null
      ? await byLabel(beginning, page, wanted, context)
      : await byId(beginning, page, wanted, context)
  return { items: await presentApps(rows, context, userId), next }
}

/** The user of `expand=user/{userId}`. */
export const embeddedUserOf = (query: URLSearchParams): string | null =>
  /^user\/([^/]+)$/.exec(query.get('expand') ?? '')?.[1] ?? null

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
  const { rows, next } = await byId(
    null,
    page,
    { source, status: null, isHopeless: false },
    context,
  )
  return { items: await presentApps(rows, context), next }
}

/** Apps with their keys, and with the assignments of one user where there are any. */
export async function presentApps(
  apps: readonly App[],
  { db, origin }: ManagementContext,
  userId: string | null = null,
): Promise<readonly Record<string, unknown>[]> {
  const ids = apps.map((app) => app.id)
  const [keys, assignments] = await Promise.all([
    keysOf(db, ids),
    userId === null ? new Map<string, AssignedUser>() : assignmentsToUser(db, userId, ids),
  ])
  return apps.map((app) => {
    const one = assignments.get(app.id)
    return {
      ...presentApp(app, keys.get(app.id) ?? [], origin),
      ...(one !== undefined && { _embedded: { user: presentAppUser(one, origin) } }),
    }
  })
}
