/**
 * What every route below an app begins and ends with: finding the app, who may change it, and the change as the log
 * tells it. An app whose client holds administrator roles is an administrator's door: only a SUPER_ADMIN changes it or
 * reads its secrets, or else whoever administers apps could take over those roles.
 */
import type { App } from '../domain/app.ts'
import { ApiError, notFound } from '../protocol/api-errors.ts'
import { bumpApp, findApp } from '../store/apps.ts'
import type { Change, ManagementContext } from './context.ts'
import { idParam, type Params } from './route.ts'

export const APPS_PATH = '/api/v1/apps'
export const APP_PATH = `${APPS_PATH}/:appId`
export const APPS_READ = 'okta.apps.read'
export const APPS_MANAGE = 'okta.apps.manage'

/** The app that a path means. Throws E0000007. */
export async function appOf(params: Params, { db }: ManagementContext): Promise<App> {
  const id = idParam(params, 'appId', 'AppInstance')
  const app = await findApp(db, id)
  if (app === null) throw notFound(id, 'AppInstance')
  return app
}

/** Throws E0000006 when the app is a door to roles that the caller does not have. */
export function guardRoles(app: App, { principal }: ManagementContext): void {
  if (app.hasRoles && !principal.roles.includes('SUPER_ADMIN')) throw new ApiError('E0000006')
}

/** The app that a path means, for a caller who may change it and see its secrets. */
export async function guardedAppOf(params: Params, context: ManagementContext): Promise<App> {
  const app = await appOf(params, context)
  guardRoles(app, context)
  return app
}

export const appHref = (origin: string, app: Pick<App, 'id'>): string =>
  `${origin}${APPS_PATH}/${app.id}`

export const link = (href: string, ...allow: readonly string[]) => ({ href, hints: { allow } })

export const appChange = (
  app: Pick<App, 'id' | 'clientId' | 'label'>,
  eventType: string,
  displayMessage: string,
  target: Change['target'] = [],
): Change => ({
  eventType,
  displayMessage,
  clientId: app.clientId,
  target: [
    { id: app.id, type: 'AppInstance', alternateId: app.label, displayName: app.label },
    ...target,
  ],
})

/** Commits a statement that carries its own condition; throws `refusal` when the condition did not hold. */
export async function commitIf(
  statement: D1PreparedStatement,
  app: App,
  change: Change,
  refusal: ApiError,
  context: ManagementContext,
): Promise<void> {
  const [result] = await context.commit([statement, bumpApp(context.db, app.id)], change)
  if (result?.meta.changes === 0) throw refusal
}
