/**
 * Public keys of resource servers, to one of which a server encrypts its access tokens. One is ACTIVE at a time, and
 * while tokens are encrypted that one can only be relieved by another.
 */
import * as z from 'zod'
import {
  isEncryptable,
  ResourceServerKeyInput,
  ResourceServerKeyOutput,
  rsaPublicKey,
  serverKeySetFault,
  strengthFault,
  type ResourceServerKey,
} from '../domain/resource-server-key.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import type { StoredServer } from '../store/authorization-servers.ts'
import {
  activateServerKeyAt,
  deactivateServerKeyAt,
  deleteServerKeyAt,
  insertServerKeyAt,
} from '../store/resource-server-keys.ts'
import type { ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { partLifecycleRoutes } from './part-lifecycle.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'
import {
  changedServer,
  commitAt,
  link,
  SERVER_PATH,
  serverChange,
  serverHref,
  serverOf,
  SERVERS_MANAGE,
  SERVERS_READ,
} from './server-resource.ts'

const PATH = `${SERVER_PATH}/resourceservercredentials/keys`
const TYPE = 'JsonWebKey'

interface Found {
  readonly server: StoredServer
  readonly key: ResourceServerKey
}

/** The key that a path means, among those of the server. Throws E0000007. */
function keyOf(params: Params, server: StoredServer): Found {
  const id = idParam(params, 'keyId', TYPE)
  const key = server.tokenEncryption.keys.find((one) => one.id === id)
  if (key === undefined) throw notFound(id, TYPE)
  return { server, key }
}

function present({ server, key }: Found, origin: string): Record<string, unknown> {
  const self = `${serverHref(origin, server)}/resourceservercredentials/keys/${key.id}`
  return {
    status: key.status,
    id: key.id,
    e: key.jwk.e,
    n: key.jwk.n,
    kid: key.kid,
    kty: key.jwk.kty,
    use: 'enc',
    created: timestamp(key.created),
    lastUpdated: timestamp(key.lastUpdated),
    _links: {
      ...(key.status === 'ACTIVE'
        ? { deactivate: link(`${self}/lifecycle/deactivate`, 'POST') }
        : {
            activate: link(`${self}/lifecycle/activate`, 'POST'),
            delete: link(self, 'DELETE'),
          }),
      self: link(self, 'GET'),
    },
  }
}

const change = ({ server, key }: Found, verb: string, done: string) =>
  serverChange(
    server,
    `app.oauth2.as.resource_server.credentials.lifecycle.${verb}`,
    `Encryption key of a resource server is ${done}`,
    [{ id: key.id, type: TYPE, alternateId: key.kid, displayName: key.kid }],
  )

async function created(
  input: ResourceServerKeyInput,
  server: StoredServer,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin, nowSeconds } = context
  const { keys, jwksUri } = server.tokenEncryption
  const jwk = rsaPublicKey(input)
  const weak = strengthFault(jwk)
  if (weak !== null) throw invalid(TYPE, weak)
  if (!(await isEncryptable(jwk))) throw invalid(TYPE, 'n: is not a valid public key')
  if (input.status !== 'INACTIVE')
    throw invalid(TYPE, 'status: A key is created INACTIVE and activated afterwards')
  if (jwksUri !== null) throw invalid(TYPE, "jwks_uri: 'jwks' and 'jwks_uri' exclude each other")
  if (keys.length >= limits.resourceServerKeysMax)
    throw invalid(TYPE, `kid: A server has at most ${limits.resourceServerKeysMax} of these keys`)
  const key: ResourceServerKey = {
    id: randomId('apk'),
    kid: input.kid ?? null,
    status: 'INACTIVE',
    jwk,
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  const fault = serverKeySetFault([...keys, key])
  if (fault !== null) throw invalid(TYPE, fault)
  const found = { server, key }
  await commitAt(
    server,
    [insertServerKeyAt(db, server, key)],
    change(found, 'create', 'created'),
    context,
  )
  return present(found, origin)
}

async function activated(found: Found, context: ManagementContext): Promise<unknown> {
  const { db, origin, nowSeconds } = context
  const { server, key } = found
  if (key.status === 'ACTIVE') return present(found, origin)
  await commitAt(
    server,
    activateServerKeyAt(db, server, key.id, nowSeconds),
    change(found, 'activate', 'activated'),
    context,
  )
  return present({ server, key: { ...key, status: 'ACTIVE', lastUpdated: nowSeconds } }, origin)
}

async function deactivated(found: Found, context: ManagementContext): Promise<unknown> {
  const { db, origin, nowSeconds } = context
  const { server, key } = found
  if (key.status === 'INACTIVE') return present(found, origin)
  if (server.tokenEncryption.algorithm !== null)
    throw invalid(TYPE, 'status: The active key cannot be deactivated while tokens are encrypted')
  await commitAt(
    server,
    [deactivateServerKeyAt(db, server, key.id, nowSeconds)],
    change(found, 'deactivate', 'deactivated'),
    context,
  )
  return present({ server, key: { ...key, status: 'INACTIVE', lastUpdated: nowSeconds } }, origin)
}

async function deleted(found: Found, context: ManagementContext): Promise<void> {
  const { server, key } = found
  if (key.status === 'ACTIVE')
    throw invalid(TYPE, 'status: An active key cannot be deleted; activate another one first')
  await commitAt(
    server,
    [deleteServerKeyAt(context.db, server, key.id)],
    change(found, 'delete', 'deleted'),
    context,
  )
}

const changing = (
  params: Params,
  context: ManagementContext,
  attempt: (found: Found, context: ManagementContext) => Promise<unknown>,
): Promise<unknown> =>
  changedServer(params, context, (server) => attempt(keyOf(params, server), context))

export const resourceServerKeyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List encryption keys',
    scope: SERVERS_READ,
    output: z.array(ResourceServerKeyOutput),
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      const keys = server.tokenEncryption.keys.map((key) =>
        present({ server, key }, context.origin),
      )
      return new ListAnswer(whole(keys))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Add an encryption key',
    scope: SERVERS_MANAGE,
    body: ResourceServerKeyInput,
    subject: TYPE,
    status: 201,
    output: ResourceServerKeyOutput,
    handle: ({ params, body }, context) =>
      changedServer(params, context, (server) => created(body, server, context)),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:keyId`,
    summary: 'Retrieve an encryption key',
    scope: SERVERS_READ,
    output: ResourceServerKeyOutput,
    async handle({ params }, context) {
      return present(keyOf(params, await serverOf(params, context)), context.origin)
    },
  }),
  ...partLifecycleRoutes({
    path: `${PATH}/:keyId`,
    what: 'an encryption key',
    scope: SERVERS_MANAGE,
    output: ResourceServerKeyOutput,
    changing,
    deleted,
    activated,
    deactivated,
  }),
]
