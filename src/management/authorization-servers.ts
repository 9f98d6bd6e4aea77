/** Authorization servers and their lifecycle. The default one can be renamed and deactivated, never deleted. */
import * as z from 'zod'
import {
  AuthorizationServerInput,
  AuthorizationServerOutput,
  DEFAULT_SERVER_ID,
  type AuthorizationServer,
  type Status,
} from '../domain/authorization-server.ts'
import { serverSegment, urlsOf } from '../issuer/urls.ts'
import { timestamp } from '../platform/clock.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import {
  deleteServer,
  findServer,
  insertServer,
  listServers,
  setServerStatus,
  updateServer,
} from '../store/authorization-servers.ts'
import { outboxEntry, type Change, type ManagementContext } from './context.ts'
import { pageParameters, paged, readPage, textParameter } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/api/v1/authorizationServers'
const READ = 'okta.authorizationServers.read'
const MANAGE = 'okta.authorizationServers.manage'

/** The id that a path means: `default` stands for the pre-configured server. */
export function serverIdParam(params: Params): string {
  const id = idParam(params, 'authServerId', 'AuthorizationServer')
  return id === 'default' ? DEFAULT_SERVER_ID : id
}

/** The server that a path means. Throws E0000007. */
export async function serverOf(
  params: Params,
  { db }: ManagementContext,
): Promise<AuthorizationServer> {
  const server = await findServer(db, serverIdParam(params))
  if (server === null) throw notFound(params['authServerId'] ?? '', 'AuthorizationServer')
  return server
}

/** Where a server's resources are: the default one's links say `default`. */
export const serverHref = (origin: string, server: AuthorizationServer): string =>
  `${origin}${PATH}/${serverSegment(server)}`

const link = (href: string, ...allow: readonly string[]) => ({ href, hints: { allow } })

/** A server as the API shows it, members in Okta's order. */
export function presentServer(
  server: AuthorizationServer,
  origin: string,
): Record<string, unknown> {
  const self = serverHref(origin, server)
  const { issuer } = urlsOf(origin, server)
  const wellKnown = (name: string) => ({
    name,
    ...link(`${issuer}/.well-known/${name}`, 'GET'),
  })
  return {
    id: server.id,
    name: server.name,
    description: server.description,
    audiences: [server.audience],
    issuer,
    issuerMode: server.issuerMode,
    status: server.status,
    created: timestamp(server.created),
    lastUpdated: timestamp(server.lastUpdated),
    credentials: {
      signing: {
        kid: server.signingKid,
        alg: server.signingAlgorithm,
        rotationMode: server.rotationMode,
        lastRotated: timestamp(server.lastRotated ?? server.created),
        ...(server.nextRotation !== null && { nextRotation: timestamp(server.nextRotation) }),
        use: 'sig',
      },
    },
    default: server.isDefault,
    _links: {
      rotateKey: link(`${self}/credentials/lifecycle/keyRotate`, 'POST'),
      metadata: [wellKnown('oauth-authorization-server')],
      keys: link(`${self}/credentials/keys`, 'GET'),
      claims: link(`${self}/claims`, 'GET', 'POST'),
      policies: link(`${self}/policies`, 'GET', 'POST'),
      self: link(self, 'GET', 'DELETE', 'PUT'),
      scopes: link(`${self}/scopes`, 'GET', 'POST'),
      ...(server.status === 'ACTIVE'
        ? { deactivate: link(`${self}/lifecycle/deactivate`, 'POST') }
        : { activate: link(`${self}/lifecycle/activate`, 'POST') }),
    },
  }
}

/** A change to a server, or to something below it, as the system log tells it. */
export const serverChange = (
  server: Pick<AuthorizationServer, 'id' | 'name'>,
  eventType: string,
  displayMessage: string,
  target: Change['target'] = [],
): Change => ({
  eventType,
  displayMessage,
  serverId: server.id,
  target: [
    { id: server.id, type: 'AuthorizationServer', alternateId: null, displayName: server.name },
    ...target,
  ],
})

async function created(
  input: AuthorizationServerInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds } = context
  const server: AuthorizationServer = {
    id: randomId('aus'),
    kind: 'custom',
    name: input.name,
    description: input.description ?? null,
    audience: input.audiences[0] ?? '',
    issuerMode: input.issuerMode,
    status: 'ACTIVE',
    isDefault: false,
    // Okta creates every server with AUTO, whatever the body says; a PUT changes it.
    rotationMode: 'AUTO',
    signingAlgorithm: input.credentials?.signing?.alg ?? 'RS256',
    signingKid: null,
    lastRotated: null,
    nextRotation: null,
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  await context.commit([insertServer(db, server)], {
    ...serverChange(server, 'oauth2.as.created', 'Authorization server is created'),
    outbox: [outboxEntry('key-ring.configure', server.id)],
  })
  return presentServer((await findServer(db, server.id)) ?? server, context.origin)
}

async function replaced(
  server: AuthorizationServer,
  input: AuthorizationServerInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds } = context
  const { rotationMode, alg } = input.credentials?.signing ?? {}
  const changed: AuthorizationServer = {
    ...server,
    name: input.name,
    description: input.description ?? null,
    audience: input.audiences[0] ?? '',
    issuerMode: input.issuerMode,
    rotationMode: rotationMode ?? server.rotationMode,
    signingAlgorithm: alg ?? server.signingAlgorithm,
  }
  const gone = notFound(server.id, 'AuthorizationServer')
  await context.commitOr(gone, [updateServer(db, changed, nowSeconds)], {
    ...serverChange(changed, 'oauth2.as.updated', 'Authorization server is updated'),
    outbox: [outboxEntry('key-ring.configure', server.id)],
  })
  return presentServer((await findServer(db, server.id)) ?? changed, context.origin)
}

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${PATH}/:authServerId/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} an authorization server`,
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      await context.commit(
        [setServerStatus(context.db, server.id, status, context.nowSeconds)],
        serverChange(server, `oauth2.as.${verb}d`, `Authorization server is ${verb}d`),
      )
    },
  })

export const authorizationServerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List authorization servers',
    scope: READ,
    query: { q: textParameter('How a name or an audience begins.'), ...pageParameters() },
    output: z.array(AuthorizationServerOutput),
    async handle({ query }, { db, origin }) {
      const page = readPage(query)
      const rows = await listServers(db, { ...page, limit: page.limit + 1 })
      return new ListAnswer(paged(rows, page, (server) => presentServer(server, origin)))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create an authorization server',
    scope: MANAGE,
    body: AuthorizationServerInput,
    subject: 'authorizationServer',
    status: 201,
    output: AuthorizationServerOutput,
    handle: ({ body }, context) => created(body, context),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:authServerId`,
    summary: 'Retrieve an authorization server',
    scope: READ,
    output: AuthorizationServerOutput,
    async handle({ params }, context) {
      return presentServer(await serverOf(params, context), context.origin)
    },
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:authServerId`,
    summary: 'Replace an authorization server',
    scope: MANAGE,
    body: AuthorizationServerInput,
    subject: 'authorizationServer',
    output: AuthorizationServerOutput,
    async handle({ params, body }, context) {
      return replaced(await serverOf(params, context), body, context)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:authServerId`,
    summary: 'Delete an authorization server',
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      if (server.isDefault)
        throw invalid(
          'authorizationServer',
          'id: The default authorization server cannot be deleted',
        )
      const gone = notFound(server.id, 'AuthorizationServer')
      await context.commitOr(gone, [deleteServer(context.db, server.id)], {
        ...serverChange(server, 'oauth2.as.deleted', 'Authorization server is deleted'),
        outbox: [outboxEntry('key-ring.destroy', server.id)],
      })
    },
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
