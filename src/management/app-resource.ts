/**
 * What every route below an app begins and ends with: finding the app, who may change it, and the change as the log
 * tells it. An app whose client holds administrator roles or okta.* scopes is an administrator's door: only who may
 * give both changes it or reads its secrets, or else whoever administers apps could take over those rights.
 */
import type { App } from '../domain/app.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, notFound } from '../protocol/api-errors.ts'
import { bumpApp, findApp, findAppByClientId } from '../store/apps.ts'
import type { Change, ManagementContext } from './context.ts'
import { Overtaken, untilFirst } from './overtaken.ts'
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

/** The app of the client that a path names. Throws E0000007. */
export async function appOfClient(params: Params, { db }: ManagementContext): Promise<App> {
  const clientId = idParam(params, 'clientId', 'OAuth2Client')
  const app = await findAppByClientId(db, clientId)
  if (app === null) throw notFound(clientId, 'OAuth2Client')
  return app
}

/** What a caller can do to an administrator's door it could do by these in steps, and only then. */
const PRIVILEGE_SCOPES = ['okta.roles.manage', 'okta.appGrants.manage'] as const

/** Throws E0000006 when the app is a door to roles or okta.* scopes that the caller could not give itself. */
function guardPrivileges(app: App, { principal }: ManagementContext): void {
  const { roles, scopes } = principal
  const mayGiveThem =
    roles.includes('SUPER_ADMIN') &&
    (scopes === null || PRIVILEGE_SCOPES.every((scope) => scopes.includes(scope)))
  if (app.isPrivileged && !mayGiveThem) throw new ApiError('E0000006')
}

/** The app that a path means, for a caller who may change it and see its secrets. */
export async function guardedAppOf(params: Params, context: ManagementContext): Promise<App> {
  const app = await appOf(params, context)
  guardPrivileges(app, context)
  return app
}

/** Finds and guards the app and makes an attempt at changing it, anew as long as others are faster. */
export async function changedApp<Answer>(
  params: Params,
  context: ManagementContext,
  attempt: (app: App) => Promise<Answer>,
): Promise<Answer> {
  return untilFirst(limits.writeAttemptsMax, async () =>
    attempt(await guardedAppOf(params, context)),
  )
}

/**
 * Commits what {@link changedApp} decided; the last of the statements must hold only at the version of the app that
 * was read. What follows counts the write, unless the statement does so itself.
 */
export async function commitAt(
  app: App,
  statements: readonly D1PreparedStatement[],
  change: Change,
  context: ManagementContext,
  following: readonly D1PreparedStatement[] = [bumpApp(context.db, app.id)],
): Promise<void> {
  await context.commitOr(new Overtaken('app'), statements, change, following)
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
  await context.commitOr(refusal, [statement], change, [bumpApp(context.db, app.id)])
}
