/** Refresh tokens that people gave to an app, at whatever server. */
import { deleteRefreshTokens } from '../store/refresh-tokens.ts'
import { APP_PATH, appHref, appOf, APPS_MANAGE, APPS_READ } from './app-resource.ts'
import type { ManagementContext } from './context.ts'
import { appTarget } from './held-links.ts'
import { refreshTokenRoutes, revocation, type TokenHolder } from './refresh-tokens.ts'
import type { Params, Route } from './route.ts'

async function holder(params: Params, context: ManagementContext): Promise<TokenHolder> {
  const { db, origin, nowSeconds: at } = context
  const app = await appOf(params, context)
  const of = { clientId: app.clientId }
  const tells = { of: 'tokens', serverId: null, ...of, authorizationId: null, at } as const
  return {
    of,
    href: appHref(origin, app),
    revokeAll: () =>
      context.commit(
        [],
        {
          ...revocation(null, 'Refresh tokens of an application are revoked', [appTarget(app)]),
          audiences: [{ relation: 'tokensOfClient', values: [app.clientId], tells }],
        },
        [deleteRefreshTokens(db, of)],
      ),
  }
}

export const appTokenRoutes: readonly Route[] = refreshTokenRoutes({
  path: APP_PATH,
  of: 'an app',
  read: APPS_READ,
  manage: APPS_MANAGE,
  holder,
})
