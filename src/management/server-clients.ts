/** Clients that hold refresh tokens of an authorization server, and those tokens. */
import * as z from 'zod'
import type { AuthorizationServer } from '../domain/authorization-server.ts'
import { HoldingClientOutput } from '../domain/refresh-token.ts'
import { listHoldingClients } from '../store/holding-clients.ts'
import { deleteRefreshTokens } from '../store/refresh-tokens.ts'
import { appOfClient } from './app-resource.ts'
import type { ManagementContext } from './context.ts'
import { appTarget, clientHref, clientsListed } from './held-links.ts'
import { pageParameters, readPage } from './page.ts'
import { refreshTokenRoutes, revocation, type TokenHolder } from './refresh-tokens.ts'
import { ListAnswer, route, type Params, type Route } from './route.ts'
import {
  SERVER_PATH,
  serverHref,
  serverOf,
  SERVERS_MANAGE,
  SERVERS_READ,
} from './server-resource.ts'

const PATH = `${SERVER_PATH}/clients`

const serverTarget = ({ id, name }: AuthorizationServer) => ({
  id,
  type: 'AuthorizationServer',
  alternateId: null,
  displayName: name,
})

async function holder(params: Params, context: ManagementContext): Promise<TokenHolder> {
  const { db, origin, nowSeconds: at } = context
  const server = await serverOf(params, context)
  const app = await appOfClient(params, context)
  const of = { serverId: server.id, clientId: app.clientId }
  const tells = { of: 'tokens', ...of, authorizationId: null, at } as const
  return {
    of,
    href: clientHref(serverHref(origin, server), app.clientId),
    revokeAll: () =>
      context.commit(
        [],
        {
          ...revocation(server.id, 'Refresh tokens of a client are revoked', [
            serverTarget(server),
            appTarget(app),
          ]),
          audiences: [
            { relation: 'tokensOfClientAtServer', values: [server.id, app.clientId], tells },
          ],
        },
        [deleteRefreshTokens(db, of)],
      ),
  }
}

export const serverClientRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List clients that hold refresh tokens of an authorization server',
    scope: SERVERS_READ,
    query: pageParameters(),
    output: z.array(HoldingClientOutput),
    async handle({ params, query }, context) {
      const { db, origin, nowSeconds } = context
      const page = readPage(query)
      const server = await serverOf(params, context)
      const wanted = { after: page.after, limit: page.limit + 1 }
      const clients = await listHoldingClients(db, 'server', server.id, wanted, nowSeconds)
      return new ListAnswer(clientsListed(clients, page, serverHref(origin, server), 'tokens'))
    },
  }),
  ...refreshTokenRoutes({
    path: `${PATH}/:clientId`,
    of: 'a client at an authorization server',
    read: SERVERS_READ,
    manage: SERVERS_MANAGE,
    holder,
  }),
]
