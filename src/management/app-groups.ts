/** Groups that an app is assigned to: everybody in them has the app, and hears of a change before the answer. */
import * as z from 'zod'
import type { App } from '../domain/app.ts'
import {
  AppGroupInput,
  AppGroupOutput,
  AppGroupPatch,
  patched,
  PatchedAppGroup,
  type AppGroup,
} from '../domain/app-group.ts'
import type { Group } from '../domain/group.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import {
  deleteAppGroup,
  findAppGroup,
  listAppGroups,
  saveAppGroup,
  shiftAppGroups,
  updateAppGroupAsRead,
} from '../store/app-groups.ts'
import { ForeignKeyViolation } from '../store/database.ts'
import { findGroup } from '../store/groups.ts'
import { APP_PATH, appChange, appHref, appOf, APPS_MANAGE, APPS_READ } from './app-resource.ts'
import { authorize } from './access.ts'
import { parseBody } from './body.ts'
import type { Change, ManagementContext } from './context.ts'
import { groupHref, presentGroup } from './group-presentation.ts'
import { GROUP_TYPE, groupOf, groupTarget, GROUPS_READ } from './group-resource.ts'
import { begins, pageParameters, readPage, textParameter, walk } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = `${APP_PATH}/groups`
const ONE_PATH = `${PATH}/:groupId`
const TYPE = 'AppGroup'

const expand = { expand: z.enum(['group', 'metadata']).describe('What to embed.') }

/** What `expand` asks to embed. A group is for who may read groups: E0000006 for others. */
function embeddedFor(
  query: URLSearchParams,
  group: Group,
  { origin, principal }: ManagementContext,
): object | undefined {
  const wanted = query.get('expand')
  if (wanted === 'metadata') return { metadata: { credentials: {} } }
  if (wanted !== 'group') return undefined
  authorize(principal, { scope: GROUPS_READ, permission: GROUPS_READ })
  return { group: presentGroup(group, origin) }
}

function present(assignment: AppGroup, origin: string, embedded?: object): Record<string, unknown> {
  const app = appHref(origin, { id: assignment.appId })
  return {
    id: assignment.groupId,
    lastUpdated: timestamp(assignment.lastUpdated),
    priority: assignment.priority,
    profile: assignment.profile,
    ...(embedded && { _embedded: embedded }),
    _links: {
      app: { href: app },
      self: { href: `${app}/groups/${assignment.groupId}` },
      group: { href: groupHref(origin, assignment.groupId) },
    },
  }
}

interface Found {
  readonly app: App
  readonly group: Group
  readonly assignment: AppGroup
}

/** The assignment that a path means. Throws E0000007, also for a group of another app. */
async function assignmentOf(params: Params, context: ManagementContext): Promise<Found> {
  const { db } = context
  const app = await appOf(params, context)
  const id = idParam(params, 'groupId', TYPE)
  const [assignment, group] = [await findAppGroup(db, app.id, id), await findGroup(db, id)]
  if (assignment === null || group === null) throw notFound(id, TYPE)
  return { app, group, assignment }
}

const change = (app: App, group: Group, verb: string, done: string): Change => ({
  ...appChange(app, `group.application_assignment.${verb}`, `Application is ${done} a group`, [
    groupTarget(group),
  ]),
  audiences: [{ relation: 'group', values: [group.id], tells: 'stale' }],
})

async function assigned(
  app: App,
  group: Group,
  { priority, profile }: AppGroupInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds, origin } = context
  const key = { appId: app.id, groupId: group.id }
  const known = (await findAppGroup(db, app.id, group.id)) !== null
  const happened = await context.commit(
    [
      saveAppGroup(
        db,
        { ...key, profile: profile ?? {}, lastUpdated: nowSeconds },
        priority ?? null,
      ),
    ],
    known
      ? change(app, group, 'update', 'still assigned to')
      : change(app, group, 'add', 'assigned to'),
    priority == null ? [] : [shiftAppGroups(db, key, priority)],
  )
  if (!happened)
    throw invalid(
      'groups',
      `groups: An app is assigned to at most ${limits.groupsPerAppMax} groups`,
    )
  const assignment = await findAppGroup(db, app.id, group.id)
  if (assignment === null) throw notFound(group.id, TYPE)
  return present(assignment, origin)
}

/** One attempt for each time that somebody else changed the assignment meanwhile. */
async function patchedAssignment(
  params: Params,
  operations: AppGroupPatch,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds, origin } = context
  for (let left = limits.writeAttemptsMax; left > 0; left--) {
    const { app, group, assignment } = await assignmentOf(params, context)
    const sent = parseBody(PatchedAppGroup, patched(assignment, operations), 'appGroup')
    const happened = await context.commit(
      [updateAppGroupAsRead(db, assignment, sent, nowSeconds)],
      change(app, group, 'update', 'still assigned to'),
      [shiftAppGroups(db, assignment, sent.priority)],
    )
    if (happened) return present({ ...assignment, ...sent, lastUpdated: nowSeconds }, origin)
  }
  throw new ApiError('E0000195', 'the assignment was changed at the same time by others')
}

export const appGroupRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List groups that an app is assigned to',
    scope: APPS_READ,
    query: {
      q: textParameter('How the name of a group begins.'),
      ...expand,
      ...pageParameters(limits.pageSizeDefault),
    },
    output: z.array(AppGroupOutput),
    async handle({ params, query }, context) {
      const { db, origin } = context
      const app = await appOf(params, context)
      const page = readPage(query, limits.pageSizeDefault)
      const { rows, next } = await walk(page.limit, page.after, {
        piece: page.query === null ? page.limit + 1 : limits.groupsPerAppMax,
        read: (after, limit) => listAppGroups(db, app.id, { after, limit }),
        placeOf: ({ groupId }) => groupId,
        keeps: ({ group }) => page.query === null || begins(group.name, page.query),
      })
      const items = rows.map((row) => present(row, origin, embeddedFor(query, row.group, context)))
      return new ListAnswer({ items, next })
    },
  }),
  route({
    method: 'PUT',
    path: ONE_PATH,
    summary: 'Assign an app to a group',
    scope: APPS_MANAGE,
    body: AppGroupInput,
    subject: 'appGroup',
    output: AppGroupOutput,
    async handle({ params, body }, context) {
      const app = await appOf(params, context)
      const group = await groupOf(params, context)
      try {
        return await assigned(app, group, body, context)
      } catch (error) {
        throw error instanceof ForeignKeyViolation ? notFound(group.id, GROUP_TYPE) : error
      }
    },
  }),
  route({
    method: 'GET',
    path: ONE_PATH,
    summary: 'Retrieve the assignment of an app to a group',
    scope: APPS_READ,
    query: expand,
    output: AppGroupOutput,
    async handle({ params, query }, context) {
      const { group, assignment } = await assignmentOf(params, context)
      return present(assignment, context.origin, embeddedFor(query, group, context))
    },
  }),
  route({
    method: 'PATCH',
    path: ONE_PATH,
    summary: 'Change the assignment of an app to a group',
    scope: APPS_MANAGE,
    body: AppGroupPatch,
    subject: 'appGroup',
    output: AppGroupOutput,
    handle: ({ params, body }, context) => patchedAssignment(params, body, context),
  }),
  route({
    method: 'DELETE',
    path: ONE_PATH,
    summary: 'Take an app from a group',
    scope: APPS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { app, group } = await assignmentOf(params, context)
      await context.commitOr(
        notFound(group.id, TYPE),
        [deleteAppGroup(context.db, app.id, group.id)],
        change(app, group, 'remove', 'taken from'),
      )
    },
  }),
]
