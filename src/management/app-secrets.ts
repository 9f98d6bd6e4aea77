/**
 * Secrets of an app, two at most so that they can be rotated without an outage. Values stay readable here, as in Okta,
 * for whoever could also replace them; the only active secret of a client that authenticates by secret cannot be taken
 * away.
 */
import * as z from 'zod'
import { ClientSecretValue, usesSecret, type App } from '../domain/app.ts'
import { ClientSecretOutput } from '../domain/app-output.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import {
  deleteSecretAt,
  insertSecretAt,
  secretsOf,
  setSecretStatusAt,
  type AppSecret,
} from '../store/app-credentials.ts'
import { credentialLinks } from './app-presentation.ts'
import {
  APP_PATH,
  appChange,
  appHref,
  APPS_MANAGE,
  APPS_READ,
  changedApp,
  commitAt,
  guardedAppOf,
} from './app-resource.ts'
import { generatedSecret, openedSecret, sealedSecret, secretFault } from './app-secret-values.ts'
import type { ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { rolesAllow } from '../policy/roles.ts'
import { partLifecycleRoutes } from './part-lifecycle.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = `${APP_PATH}/credentials/secrets`
const TYPE = 'OAuth2ClientSecretMediated'

const ClientSecretInput = z
  .object({
    client_secret: ClientSecretValue.nullish(),
    status: z.enum(['ACTIVE', 'INACTIVE']).nullish(),
  })
  .meta({ id: 'ClientSecretInput' })

const present = (
  secret: AppSecret,
  value: string,
  app: App,
  origin: string,
): Record<string, unknown> => ({
  id: secret.id,
  status: secret.status,
  client_secret: value,
  secret_hash: secret.hash,
  created: timestamp(secret.created),
  lastUpdated: timestamp(secret.lastUpdated),
  _links: credentialLinks(
    `${appHref(origin, app)}/credentials/secrets/${secret.id}`,
    secret.status,
  ),
})

const opened = async (secret: AppSecret, app: App, context: ManagementContext): Promise<unknown> =>
  present(secret, await openedSecret(app.id, secret, context), app, context.origin)

interface Found {
  readonly app: App
  readonly secrets: readonly AppSecret[]
  readonly secret: AppSecret
}

/** The app whose secrets a caller wants to see; a role that only reads apps does not show them. */
async function readableAppOf(params: Params, context: ManagementContext): Promise<App> {
  if (!rolesAllow(context.principal.roles, APPS_MANAGE)) throw new ApiError('E0000006')
  return guardedAppOf(params, context)
}

/** The secret that a path means, among those of the app it names. Throws E0000007. */
async function secretOf(app: App, params: Params, context: ManagementContext): Promise<Found> {
  const id = idParam(params, 'secretId', TYPE)
  const secrets = await secretsOf(context.db, app.id)
  const secret = secrets.find((one) => one.id === id)
  if (secret === undefined) throw notFound(id, TYPE)
  return { app, secrets, secret }
}

const change = (app: App, secret: AppSecret, verb: string, done: string) =>
  appChange(app, `app.oauth2.credentials.lifecycle.${verb}`, `Client secret is ${done}`, [
    { id: secret.id, type: TYPE, alternateId: null, displayName: null },
  ])

async function created(
  input: z.infer<typeof ClientSecretInput>,
  app: App,
  context: ManagementContext,
): Promise<unknown> {
  const value = input.client_secret ?? generatedSecret()
  const fault = secretFault(value, app.authMethod, 'client_secret')
  if (fault !== null) throw fault
  const existing = await secretsOf(context.db, app.id)
  if (existing.length >= limits.secretsPerAppMax)
    throw invalid(TYPE, `client_secret: A client has at most ${limits.secretsPerAppMax} secrets`)
  const secret = await sealedSecret(app.id, value, input.status ?? 'ACTIVE', context)
  await commitAt(
    app,
    [insertSecretAt(context.db, app, secret)],
    change(app, secret, 'create', 'created'),
    context,
  )
  return present(secret, value, app, context.origin)
}

async function activated({ app, secret }: Found, context: ManagementContext): Promise<unknown> {
  const value = await openedSecret(app.id, secret, context)
  if (secret.status === 'ACTIVE') return present(secret, value, app, context.origin)
  const fault = usesSecret(app.authMethod)
    ? secretFault(value, app.authMethod, 'client_secret')
    : null
  if (fault !== null) throw fault
  await commitAt(
    app,
    [setSecretStatusAt(context.db, app, secret.id, 'ACTIVE', context.nowSeconds)],
    change(app, secret, 'activate', 'activated'),
    context,
  )
  const active = { ...secret, status: 'ACTIVE', lastUpdated: context.nowSeconds } as const
  return present(active, value, app, context.origin)
}

async function deactivated(
  { app, secrets, secret }: Found,
  context: ManagementContext,
): Promise<unknown> {
  if (secret.status === 'INACTIVE') return opened(secret, app, context)
  const others = secrets.some((one) => one !== secret && one.status === 'ACTIVE')
  if (usesSecret(app.authMethod) && !others)
    throw invalid(TYPE, 'status: The only active secret of a client cannot be deactivated')
  await commitAt(
    app,
    [setSecretStatusAt(context.db, app, secret.id, 'INACTIVE', context.nowSeconds)],
    change(app, secret, 'deactivate', 'deactivated'),
    context,
  )
  const inactive = { ...secret, status: 'INACTIVE', lastUpdated: context.nowSeconds } as const
  return opened(inactive, app, context)
}

async function deleted({ app, secret }: Found, context: ManagementContext): Promise<void> {
  if (secret.status === 'ACTIVE')
    throw invalid(TYPE, 'status: An active client secret cannot be deleted')
  await commitAt(
    app,
    [deleteSecretAt(context.db, app, secret.id)],
    change(app, secret, 'delete', 'deleted'),
    context,
  )
}

const changing = (
  params: Params,
  context: ManagementContext,
  attempt: (found: Found, context: ManagementContext) => Promise<unknown>,
): Promise<unknown> =>
  changedApp(params, context, async (app) => attempt(await secretOf(app, params, context), context))

export const appSecretRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List client secrets',
    scope: APPS_READ,
    output: z.array(ClientSecretOutput),
    async handle({ params }, context) {
      const app = await readableAppOf(params, context)
      const secrets = await secretsOf(context.db, app.id)
      return new ListAnswer(
        whole(await Promise.all(secrets.map((secret) => opened(secret, app, context)))),
      )
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create a client secret',
    scope: APPS_MANAGE,
    body: ClientSecretInput,
    subject: 'client_secret',
    status: 201,
    output: ClientSecretOutput,
    handle: ({ params, body }, context) =>
      changedApp(params, context, (app) => created(body, app, context)),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:secretId`,
    summary: 'Retrieve a client secret',
    scope: APPS_READ,
    output: ClientSecretOutput,
    async handle({ params }, context) {
      const found = await secretOf(await readableAppOf(params, context), params, context)
      return opened(found.secret, found.app, context)
    },
  }),
  ...partLifecycleRoutes({
    path: `${PATH}/:secretId`,
    what: 'a client secret',
    scope: APPS_MANAGE,
    output: ClientSecretOutput,
    changing,
    deleted,
    activated,
    deactivated,
  }),
]
