/** Clients that a user gave something to: refresh tokens, or consents. */
import * as z from 'zod'
import { HoldingClientOutput } from '../domain/refresh-token.ts'
import { listHoldingClients } from '../store/holding-clients.ts'
import { deleteRefreshTokens } from '../store/refresh-tokens.ts'
import { appOfClient } from './app-resource.ts'
import { endingEntry, type ManagementContext } from './context.ts'
import { appTarget, clientHref, clientsListed, userHref } from './held-links.ts'
import { pageParameters, readPage } from './page.ts'
import { refreshTokenRoutes, revocation, type TokenHolder } from './refresh-tokens.ts'
import { ListAnswer, route, type Params, type Route } from './route.ts'
import { userEntity, userOf, USER_PATH, USERS_MANAGE, USERS_READ } from './user-resource.ts'

const PATH = `${USER_PATH}/clients`

async function holder(params: Params, context: ManagementContext): Promise<TokenHolder> {
  const { db, origin, nowSeconds: at } = context
  const user = await userOf(params, context)
  const app = await appOfClient(params, context)
  const of = { userId: user.id, clientId: app.clientId }
  const ending = {
    of: 'tokens',
    serverId: null,
    clientId: app.clientId,
    authorizationId: null,
    at,
  } as const
  return {
    of,
    href: clientHref(userHref(origin, user.id), app.clientId),
    // Also where none is listed: a row may still be on its way, and the user's object knows all.
    revokeAll: () =>
      context.commit(
        [],
        {
          ...revocation(null, 'Refresh tokens of a user are revoked', [
            userEntity(user),
            appTarget(app),
          ]),
          outbox: [endingEntry(user.id, ending)],
        },
        [deleteRefreshTokens(db, of)],
      ),
  }
}

export const userClientRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List clients that hold refresh tokens or grants of a user',
    scope: USERS_READ,
    query: pageParameters(),
    output: z.array(HoldingClientOutput),
    async handle({ params, query }, context) {
      const { db, origin, nowSeconds } = context
      const page = readPage(query)
      const user = await userOf(params, context)
      const wanted = { after: page.after, limit: page.limit + 1 }
      const clients = await listHoldingClients(db, 'user', user.id, wanted, nowSeconds)
      const parent = userHref(origin, user.id)
      return new ListAnswer(clientsListed(clients, page, parent, 'grants', 'tokens'))
    },
  }),
  ...refreshTokenRoutes({
    path: `${PATH}/:clientId`,
    of: 'a user for a client',
    read: USERS_READ,
    manage: USERS_MANAGE,
    holder,
  }),
]
