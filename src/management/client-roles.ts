/** Administrator roles of service apps, by client_id. */
import type { App } from '../domain/app.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { findAppByClientId } from '../store/apps.ts'
import {
  deleteClientRole,
  insertClientRole,
  type RoleAssignment,
} from '../store/role-assignments.ts'
import { appChange, appHref, commitIf } from './app-resource.ts'
import type { ManagementContext } from './context.ts'
import { roleNotFound, roleRoutes, roleTarget, type RoleHolder } from './role-assignment.ts'
import { idParam, type Params, type Route } from './route.ts'

const PATH = '/oauth2/v1/clients/:clientId/roles'

async function clientOf(params: Params, { db }: ManagementContext): Promise<App> {
  const clientId = idParam(params, 'clientId', 'AppInstance')
  const app = await findAppByClientId(db, clientId)
  if (app === null) throw notFound(clientId, 'AppInstance')
  return app
}

const change = (app: App, assignment: RoleAssignment, verb: string, done: string) =>
  appChange(app, `app.oauth2.client.privilege.${verb}`, `Role is ${done}`, [roleTarget(assignment)])

async function holderOf(params: Params, context: ManagementContext): Promise<RoleHolder> {
  const app = await clientOf(params, context)
  const { db, origin } = context
  return {
    type: 'CLIENT',
    id: app.clientId,
    href: appHref(origin, app),
    async grant(assignment) {
      if (app.applicationType !== 'service')
        throw invalid('clientId', 'clientId: Roles can be assigned to service apps only')
      await commitIf(
        insertClientRole(db, app.clientId, assignment),
        app,
        change(app, assignment, 'grant', 'assigned to the client'),
        notFound(app.clientId, 'AppInstance'),
        context,
      )
    },
    async revoke(assignment) {
      await commitIf(
        deleteClientRole(db, app.clientId, assignment.id),
        app,
        change(app, assignment, 'revoke', 'taken from the client'),
        roleNotFound(assignment.id),
        context,
      )
    },
  }
}

export const clientRoleRoutes: readonly Route[] = roleRoutes(PATH, 'client', 200, holderOf)
