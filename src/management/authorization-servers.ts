/** Authorization servers and their lifecycle. The default one can be renamed and deactivated, never deleted. */
import * as z from 'zod'
import {
  AuthorizationServerInput,
  AuthorizationServerOutput,
  type Status,
} from '../domain/authorization-server.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { deleteServer, setServerStatus } from '../store/authorization-servers.ts'
import type { Audience } from '../store/audience.ts'
import { deleteConsents } from '../store/consents.ts'
import { deleteRefreshTokens } from '../store/refresh-tokens.ts'
import { outboxEntry } from './context.ts'
import { pageParameters, textParameter } from './page.ts'
import { ListAnswer, route, type Route } from './route.ts'
import { pageOfServers } from './server-pages.ts'
import { presentServer } from './server-presentation.ts'
import {
  changedServer,
  SERVER_PATH,
  serverChange,
  serverOf,
  SERVERS_MANAGE,
  SERVERS_PATH,
  SERVERS_READ,
} from './server-resource.ts'
import { createServer, replaceServer } from './server-write.ts'

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${SERVER_PATH}/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} an authorization server`,
    scope: SERVERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      await context.commit(
        [setServerStatus(context.db, server.id, status, context.nowSeconds)],
        serverChange(server, `oauth2.as.${verb}d`, `Authorization server is ${verb}d`),
      )
    },
  })

/** Tokens of a server end with it. */
const givenBy = ({ id: serverId }: { readonly id: string }, at: number): readonly Audience[] => [
  {
    relation: 'tokensOfServer',
    values: [serverId],
    tells: { of: 'tokens', serverId, clientId: null, authorizationId: null, at },
  },
]

export const authorizationServerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: SERVERS_PATH,
    summary: 'List authorization servers',
    scope: SERVERS_READ,
    query: { q: textParameter('How a name or an audience begins.'), ...pageParameters() },
    output: z.array(AuthorizationServerOutput),
    async handle({ query }, { db, origin }) {
      return new ListAnswer(
        await pageOfServers(db, query, null, (server) => presentServer(server, origin)),
      )
    },
  }),
  route({
    method: 'POST',
    path: SERVERS_PATH,
    summary: 'Create an authorization server',
    scope: SERVERS_MANAGE,
    body: AuthorizationServerInput,
    subject: 'authorizationServer',
    status: 201,
    output: AuthorizationServerOutput,
    handle: ({ body }, context) => createServer(body, context),
  }),
  route({
    method: 'GET',
    path: SERVER_PATH,
    summary: 'Retrieve an authorization server',
    scope: SERVERS_READ,
    output: AuthorizationServerOutput,
    async handle({ params }, context) {
      return presentServer(await serverOf(params, context), context.origin)
    },
  }),
  route({
    method: 'PUT',
    path: SERVER_PATH,
    summary: 'Replace an authorization server',
    scope: SERVERS_MANAGE,
    body: AuthorizationServerInput,
    subject: 'authorizationServer',
    output: AuthorizationServerOutput,
    handle: ({ params, body }, context) =>
      changedServer(params, context, (server) => replaceServer(server, body, context)),
  }),
  route({
    method: 'DELETE',
    path: SERVER_PATH,
    summary: 'Delete an authorization server',
    scope: SERVERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      if (server.isDefault)
        throw invalid(
          'authorizationServer',
          'id: The default authorization server cannot be deleted',
        )
      const gone = notFound(server.id, 'AuthorizationServer')
      await context.commitOr(
        gone,
        [deleteServer(context.db, server.id)],
        {
          ...serverChange(server, 'oauth2.as.deleted', 'Authorization server is deleted'),
          audiences: givenBy(server, context.nowSeconds),
          outbox: [outboxEntry('key-ring.destroy', server.id)],
        },
        [
          deleteRefreshTokens(context.db, { serverId: server.id }),
          deleteConsents(context.db, { serverId: server.id }),
        ],
      )
    },
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
