/** Administrator roles of service apps, by client_id. Only a SUPER_ADMIN assigns them or takes them away. */
import * as z from 'zod'
import type { App } from '../domain/app.ts'
import { Link, Timestamp } from '../domain/output.ts'
import { timestamp } from '../platform/clock.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { findAppByClientId } from '../store/apps.ts'
import { UniqueViolation } from '../store/database.ts'
import {
  clientRoles,
  deleteClientRole,
  insertClientRole,
  type RoleAssignment,
} from '../store/role-assignments.ts'
import { appChange, appHref, commitIf } from './app-resource.ts'
import type { ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { roleLabel, roleNames } from './roles.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/oauth2/v1/clients/:clientId/roles'
const READ = 'okta.roles.read'
const MANAGE = 'okta.roles.manage'
const TYPE = 'RoleAssignment'

const RoleInput = z
  .object({
    type: z.string().refine((type) => roleNames.includes(type), 'is not a standard role'),
  })
  .meta({ id: 'RoleAssignmentInput' })

const RoleAssignmentOutput = z
  .object({
    id: z.string(),
    label: z.string(),
    type: z.string(),
    status: z.literal('ACTIVE'),
    created: Timestamp,
    lastUpdated: Timestamp,
    assignmentType: z.literal('CLIENT'),
    _links: z.object({ assignee: Link }),
  })
  .meta({ id: 'RoleAssignment' })

const present = (
  assignment: RoleAssignment,
  app: App,
  origin: string,
): Record<string, unknown> => ({
  id: assignment.id,
  label: roleLabel(assignment.role),
  type: assignment.role,
  status: 'ACTIVE',
  created: timestamp(assignment.created),
  lastUpdated: timestamp(assignment.lastUpdated),
  assignmentType: 'CLIENT',
  _links: { assignee: { href: appHref(origin, app) } },
})

async function clientOf(params: Params, { db }: ManagementContext): Promise<App> {
  const clientId = idParam(params, 'clientId', 'AppInstance')
  const app = await findAppByClientId(db, clientId)
  if (app === null) throw notFound(clientId, 'AppInstance')
  return app
}

interface Found {
  readonly app: App
  readonly assignment: RoleAssignment
}

async function assignmentOf(params: Params, context: ManagementContext): Promise<Found> {
  const app = await clientOf(params, context)
  const id = idParam(params, 'roleAssignmentId', TYPE)
  const assignment = (await clientRoles(context.db, app.clientId)).find((one) => one.id === id)
  if (assignment === undefined) throw notFound(id, TYPE)
  return { app, assignment }
}

const change = (app: App, { id, role }: RoleAssignment, verb: string, done: string) =>
  appChange(app, `app.oauth2.client.privilege.${verb}`, `Role is ${done}`, [
    { id, type: 'ROLE', alternateId: role, displayName: roleLabel(role) },
  ])

async function assigned(role: string, app: App, context: ManagementContext): Promise<unknown> {
  const { db, nowSeconds, origin } = context
  if (app.applicationType !== 'service')
    throw invalid('clientId', 'clientId: Roles can be assigned to service apps only')
  const taken = invalid('type', 'type: The role is already assigned to the client')
  if ((await clientRoles(db, app.clientId)).some((one) => one.role === role)) throw taken
  const assignment: RoleAssignment = {
    id: randomId('ra1'),
    role,
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  try {
    await commitIf(
      insertClientRole(db, app.clientId, assignment),
      app,
      change(app, assignment, 'grant', 'assigned to the client'),
      notFound(app.clientId, 'AppInstance'),
      context,
    )
  } catch (error) {
    throw error instanceof UniqueViolation ? taken : error
  }
  return present(assignment, app, origin)
}

export const clientRoleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List roles of a client',
    scope: READ,
    output: z.array(RoleAssignmentOutput),
    async handle({ params }, context) {
      const app = await clientOf(params, context)
      const roles = await clientRoles(context.db, app.clientId)
      return new ListAnswer(whole(roles.map((one) => present(one, app, context.origin))))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Assign a role to a client',
    scope: MANAGE,
    superAdminOnly: true,
    body: RoleInput,
    subject: 'role',
    output: RoleAssignmentOutput,
    async handle({ params, body }, context) {
      return assigned(body.type, await clientOf(params, context), context)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:roleAssignmentId`,
    summary: 'Retrieve a role of a client',
    scope: READ,
    output: RoleAssignmentOutput,
    async handle({ params }, context) {
      const { app, assignment } = await assignmentOf(params, context)
      return present(assignment, app, context.origin)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:roleAssignmentId`,
    summary: 'Take a role from a client',
    scope: MANAGE,
    superAdminOnly: true,
    status: 204,
    async handle({ params }, context) {
      const { app, assignment } = await assignmentOf(params, context)
      await commitIf(
        deleteClientRole(context.db, app.clientId, assignment.id),
        app,
        change(app, assignment, 'revoke', 'taken from the client'),
        notFound(assignment.id, TYPE),
        context,
      )
    },
  }),
]
