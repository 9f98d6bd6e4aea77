/**
 * Secrets of an app, two at most so that they can be rotated without an outage. Values stay readable here, as in Okta;
 * the only active secret of a client that authenticates by secret cannot be taken away.
 */
import { z } from 'zod'
import { ClientSecretValue, usesSecret, type App } from '../domain/app.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import {
  activateSecret,
  deactivateSecret,
  deleteSecret,
  insertSecret,
  secretsOf,
  type AppSecret,
} from '../store/app-credentials.ts'
import { credentialLinks } from './app-presentation.ts'
import {
  APP_PATH,
  appChange,
  appHref,
  APPS_MANAGE,
  APPS_READ,
  commitIf,
  guardedAppOf,
} from './app-resource.ts'
import { generatedSecret, openedSecret, sealedSecret, secretFault } from './app-secret-values.ts'
import type { ManagementContext } from './context.ts'
import { whole } from './page.ts'
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

/** The secret that a path means, among those of the app it names. Throws E0000007. */
async function secretOf(params: Params, context: ManagementContext): Promise<Found> {
  const app = await guardedAppOf(params, context)
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
  const tooMany = invalid(
    TYPE,
    `client_secret: A client has at most ${limits.secretsPerAppMax} secrets`,
  )
  const existing = await secretsOf(context.db, app.id)
  if (existing.length >= limits.secretsPerAppMax) throw tooMany
  const secret = await sealedSecret(app.id, value, input.status ?? 'ACTIVE', context)
  await commitIf(
    insertSecret(context.db, app.id, secret, app.authMethod),
    app,
    change(app, secret, 'create', 'created'),
    tooMany,
    context,
  )
  return present(secret, value, app, context.origin)
}

async function activated(params: Params, context: ManagementContext): Promise<unknown> {
  const { app, secret } = await secretOf(params, context)
  const value = await openedSecret(app.id, secret, context)
  const fault = usesSecret(app.authMethod)
    ? secretFault(value, app.authMethod, 'client_secret')
    : null
  if (fault !== null) throw fault
  await commitIf(
    activateSecret(context.db, app.id, secret.id, app.authMethod, context.nowSeconds),
    app,
    change(app, secret, 'activate', 'activated'),
    notFound(secret.id, TYPE),
    context,
  )
  const active = { ...secret, status: 'ACTIVE', lastUpdated: context.nowSeconds } as const
  return present(active, value, app, context.origin)
}

async function deactivated(params: Params, context: ManagementContext): Promise<unknown> {
  const { app, secrets, secret } = await secretOf(params, context)
  const last = invalid(TYPE, 'status: The only active secret of a client cannot be deactivated')
  const others = secrets.some((one) => one !== secret && one.status === 'ACTIVE')
  if (usesSecret(app.authMethod) && !others) throw last
  await commitIf(
    deactivateSecret(context.db, app.id, secret.id, context.nowSeconds),
    app,
    change(app, secret, 'deactivate', 'deactivated'),
    last,
    context,
  )
  const inactive = { ...secret, status: 'INACTIVE', lastUpdated: context.nowSeconds } as const
  return opened(inactive, app, context)
}

export const appSecretRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List client secrets',
    scope: APPS_READ,
    async handle({ params }, context) {
      const app = await guardedAppOf(params, context)
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
    async handle({ params, body }, context) {
      return created(body, await guardedAppOf(params, context), context)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:secretId`,
    summary: 'Retrieve a client secret',
    scope: APPS_READ,
    async handle({ params }, context) {
      const { app, secret } = await secretOf(params, context)
      return opened(secret, app, context)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:secretId`,
    summary: 'Delete a client secret',
    scope: APPS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { app, secret } = await secretOf(params, context)
      const active = invalid(TYPE, 'status: An active client secret cannot be deleted')
      if (secret.status === 'ACTIVE') throw active
      await commitIf(
        deleteSecret(context.db, app.id, secret.id),
        app,
        change(app, secret, 'delete', 'deleted'),
        active,
        context,
      )
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/:secretId/lifecycle/activate`,
    summary: 'Activate a client secret',
    scope: APPS_MANAGE,
    handle: ({ params }, context) => activated(params, context),
  }),
  route({
    method: 'POST',
    path: `${PATH}/:secretId/lifecycle/deactivate`,
    summary: 'Deactivate a client secret',
    scope: APPS_MANAGE,
    handle: ({ params }, context) => deactivated(params, context),
  }),
]
