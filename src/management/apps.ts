/** Apps: the OAuth clients of the org. An app can be deleted only once it is inactive. */
import * as z from 'zod'
import { AppInput, AppReplacement, type App } from '../domain/app.ts'
import { AppOutput } from '../domain/app-output.ts'
import type { Status } from '../domain/authorization-server.ts'
import { Nothing } from '../domain/output.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid } from '../protocol/api-errors.ts'
import { deleteAppAt, forgetClient, serversNaming, setAppStatusAt } from '../store/apps.ts'
import { deleteRefreshTokens } from '../store/refresh-tokens.ts'
import { embeddedUserOf, pageOfApps, presentApps } from './app-list.ts'
import {
  APP_PATH,
  appChange,
  appOf,
  APPS_MANAGE,
  APPS_PATH,
  APPS_READ,
  changedApp,
  commitAt,
} from './app-resource.ts'
import { createApp, replaceApp } from './app-write.ts'
import type { Change, ManagementContext } from './context.ts'
import { pageParameters, textParameter } from './page.ts'
import { ListAnswer, route, type Route } from './route.ts'

function readActivate(query: URLSearchParams): boolean {
  const text = query.get('activate') ?? 'true'
  if (text !== 'true' && text !== 'false')
    throw invalid('activate', 'activate: must be true or false')
  return text === 'true'
}

/** Whoever has the app by an assignment; whoever has it implicitly keeps nothing of that. */
const assignedTo = ({ id }: App): NonNullable<Change['audiences']> => [
  { relation: 'app', values: [id], tells: 'stale' },
]

/** Tokens that people gave the app end with it. */
const givenTo = ({ clientId }: App, at: number): NonNullable<Change['audiences']> => [
  {
    relation: 'tokensOfClient',
    values: [clientId],
    tells: { of: 'tokens', serverId: null, clientId, authorizationId: null, at },
  },
]

async function commitStatus(
  app: App,
  verb: 'activate' | 'deactivate',
  status: Status,
  context: ManagementContext,
): Promise<void> {
  const { db, nowSeconds } = context
  const ends = status === 'INACTIVE'
  await commitAt(
    app,
    [setAppStatusAt(db, app, status, nowSeconds)],
    {
      ...appChange(app, `application.lifecycle.${verb}`, `Application is ${verb}d`),
      audiences: [...assignedTo(app), ...(ends ? givenTo(app, nowSeconds) : [])],
    },
    context,
    ends ? [deleteRefreshTokens(db, { clientId: app.clientId }, 'changed')] : [],
  )
}

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${APP_PATH}/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} an app`,
    scope: APPS_MANAGE,
    output: Nothing,
    handle: ({ params }, context) =>
      changedApp(params, context, async (app) => {
        if (app.status !== status) await commitStatus(app, verb, status, context)
        return {}
      }),
  })

async function deleted(app: App, context: ManagementContext): Promise<void> {
  if (app.status === 'ACTIVE')
    throw new ApiError('E0000056', '', ['status: The app must be deactivated before it is deleted'])
  const { db, nowSeconds } = context
  const serverIds = await serversNaming(db, app.clientId)
  await commitAt(
    app,
    [deleteAppAt(db, app)],
    {
      ...appChange(app, 'application.lifecycle.delete', 'Application is deleted'),
      serverIds,
      audiences: [...assignedTo(app), ...givenTo(app, nowSeconds)],
    },
    context,
    forgetClient(db, app.clientId, nowSeconds),
  )
}

export const appRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: APPS_PATH,
    summary: 'List apps',
    scope: APPS_READ,
    query: {
      q: textParameter('How a label begins.'),
      filter: textParameter(
        '`eq` comparisons of `status`, `name`, `credentials.signing.kid`, `settings.slo.enabled` and one of `id`, ' +
          '`user.id` and `group.id`, joined by `and`.',
      ),
      expand: textParameter(
        '`user/{userId}`, with a filter of the same `user.id`: embeds the assignments of the user.',
      ),
      ...pageParameters(limits.pageSizeDefault),
    },
    output: z.array(AppOutput),
    async handle({ query }, context) {
      return new ListAnswer(await pageOfApps(query, context))
    },
  }),
  route({
    method: 'POST',
    path: APPS_PATH,
    summary: 'Create an app',
    scope: APPS_MANAGE,
    query: { activate: z.boolean().default(true) },
    body: AppInput,
    subject: 'app',
    output: AppOutput,
    handle: ({ body, query }, context) => createApp(body, readActivate(query), context),
  }),
  route({
    method: 'GET',
    path: APP_PATH,
    summary: 'Retrieve an app',
    scope: APPS_READ,
    query: {
      expand: textParameter('`user/{userId}`: embeds the assignment of the user, if there is one.'),
    },
    output: AppOutput,
    async handle({ params, query }, context) {
      const app = await appOf(params, context)
      return (await presentApps([app], context, embeddedUserOf(query)))[0]
    },
  }),
  route({
    method: 'PUT',
    path: APP_PATH,
    summary: 'Replace an app',
    scope: APPS_MANAGE,
    body: AppReplacement,
    subject: 'app',
    output: AppOutput,
    handle: ({ params, body }, context) =>
      changedApp(params, context, (app) => replaceApp(app, body, context)),
  }),
  route({
    method: 'DELETE',
    path: APP_PATH,
    summary: 'Delete an app',
    scope: APPS_MANAGE,
    status: 204,
    handle: ({ params }, context) => changedApp(params, context, (app) => deleted(app, context)),
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
