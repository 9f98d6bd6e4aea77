/**
 * Keys that a client registered to sign its assertions with. The only active one of a client that authenticates by
 * registered keys cannot be taken away.
 */
import * as z from 'zod'
import type { App } from '../domain/app.ts'
import { ClientKeyOutput } from '../domain/app-output.ts'
import {
  ClientKeyInput,
  isImportable,
  keySetFault,
  publicJwk,
  type AppKey,
} from '../domain/client-key.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { deleteKeyAt, insertKeyAt, keysOf, setKeyStatusAt } from '../store/app-credentials.ts'
import { presentKey } from './app-presentation.ts'
import {
  APP_PATH,
  appChange,
  appOf,
  APPS_MANAGE,
  APPS_READ,
  changedApp,
  commitAt,
} from './app-resource.ts'
import type { ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { partLifecycleRoutes } from './part-lifecycle.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = `${APP_PATH}/credentials/jwks`
const TYPE = 'JsonWebKey'

const keysOfApp = async (app: App, { db }: ManagementContext): Promise<readonly AppKey[]> =>
  (await keysOf(db, [app.id])).get(app.id) ?? []

interface Found {
  readonly app: App
  readonly keys: readonly AppKey[]
  readonly key: AppKey
}

/** The key that a path means, among those of the app. Throws E0000007. */
async function keyOf(app: App, params: Params, context: ManagementContext): Promise<Found> {
  const id = idParam(params, 'keyId', TYPE)
  const keys = await keysOfApp(app, context)
  const key = keys.find((one) => one.id === id)
  if (key === undefined) throw notFound(id, TYPE)
  return { app, keys, key }
}

const change = (app: App, key: AppKey, verb: string, done: string) =>
  appChange(app, `app.oauth2.credentials.lifecycle.${verb}`, `Client key is ${done}`, [
    { id: key.id, type: TYPE, alternateId: key.kid, displayName: key.kid },
  ])

async function created(
  input: ClientKeyInput,
  app: App,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin, nowSeconds } = context
  const jwk = publicJwk(input)
  if (!(await isImportable(jwk))) throw invalid(TYPE, 'kty: is not a valid public key')
  if (app.jwksUri !== null)
    throw invalid(TYPE, "jwks_uri: 'jwks' and 'jwks_uri' exclude each other")
  const kid = input.kid ?? null
  const existing = await keysOfApp(app, context)
  if (existing.length >= limits.keysPerAppMax)
    throw invalid(TYPE, `kid: A client has at most ${limits.keysPerAppMax} keys`)
  const fault = keySetFault([...existing.map((key) => key.kid), kid])
  if (fault !== null) throw invalid(TYPE, `kid: ${fault}`)
  const key: AppKey = {
    id: randomId('pks'),
    kid,
    status: input.status ?? 'ACTIVE',
    jwk,
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  await commitAt(app, [insertKeyAt(db, app, key)], change(app, key, 'create', 'created'), context)
  return presentKey(key, app, origin)
}

async function activated({ app, key }: Found, context: ManagementContext): Promise<unknown> {
  if (key.status === 'ACTIVE') return presentKey(key, app, context.origin)
  await commitAt(
    app,
    [setKeyStatusAt(context.db, app, key.id, 'ACTIVE', context.nowSeconds)],
    change(app, key, 'activate', 'activated'),
    context,
  )
  const active = { ...key, status: 'ACTIVE', lastUpdated: context.nowSeconds } as const
  return presentKey(active, app, context.origin)
}

async function deactivated(
  { app, keys, key }: Found,
  context: ManagementContext,
): Promise<unknown> {
  if (key.status === 'INACTIVE') return presentKey(key, app, context.origin)
  const others = keys.some((one) => one !== key && one.status === 'ACTIVE')
  if (app.authMethod === 'private_key_jwt' && app.jwksUri === null && !others)
    throw invalid(
      TYPE,
      "status: The only active key of a client with 'private_key_jwt' cannot be deactivated",
    )
  await commitAt(
    app,
    [setKeyStatusAt(context.db, app, key.id, 'INACTIVE', context.nowSeconds)],
    change(app, key, 'deactivate', 'deactivated'),
    context,
  )
  const inactive = { ...key, status: 'INACTIVE', lastUpdated: context.nowSeconds } as const
  return presentKey(inactive, app, context.origin)
}

async function deleted({ app, key }: Found, context: ManagementContext): Promise<void> {
  if (key.status === 'ACTIVE') throw invalid(TYPE, 'status: An active key cannot be deleted')
  await commitAt(
    app,
    [deleteKeyAt(context.db, app, key.id)],
    change(app, key, 'delete', 'deleted'),
    context,
  )
}

const changing = (
  params: Params,
  context: ManagementContext,
  attempt: (found: Found, context: ManagementContext) => Promise<unknown>,
): Promise<unknown> =>
  changedApp(params, context, async (app) => attempt(await keyOf(app, params, context), context))

export const appKeyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List client keys',
    scope: APPS_READ,
    output: z.array(ClientKeyOutput),
    async handle({ params }, context) {
      const app = await appOf(params, context)
      const keys = await keysOfApp(app, context)
      return new ListAnswer(whole(keys.map((key) => presentKey(key, app, context.origin))))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Add a client key',
    scope: APPS_MANAGE,
    body: ClientKeyInput,
    subject: TYPE,
    status: 201,
    output: ClientKeyOutput,
    handle: ({ params, body }, context) =>
      changedApp(params, context, (app) => created(body, app, context)),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:keyId`,
    summary: 'Retrieve a client key',
    scope: APPS_READ,
    output: ClientKeyOutput,
    async handle({ params }, context) {
      const { app, key } = await keyOf(await appOf(params, context), params, context)
      return presentKey(key, app, context.origin)
    },
  }),
  ...partLifecycleRoutes({
    path: `${PATH}/:keyId`,
    what: 'a client key',
    scope: APPS_MANAGE,
    output: ClientKeyOutput,
    changing,
    deleted,
    activated,
    deactivated,
  }),
]
