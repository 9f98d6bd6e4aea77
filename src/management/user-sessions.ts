/** Signing a user out: their sessions end, and the tokens with them where that is asked for. */
import type { Ending } from '../domain/ending.ts'
import { deleteRefreshTokens } from '../store/refresh-tokens.ts'
import { endingEntry } from './context.ts'
import { route, type Route } from './route.ts'
import { userChange, userOf, USER_PATH, USERS_MANAGE } from './user-resource.ts'
import { readSwitch, switchParameter } from './parameters.ts'

export const userSessionRoutes: readonly Route[] = [
  route({
    method: 'DELETE',
    path: `${USER_PATH}/sessions`,
    summary: 'End all sessions of a user',
    scope: USERS_MANAGE,
    permission: 'okta.sessions.manage',
    query: {
      oauthTokens: switchParameter('Whether the tokens of the user end too.', false),
      forgetDevices: switchParameter('Devices are remembered by sessions only.', true),
    },
    status: 204,
    async handle({ params, query }, context) {
      const { db, nowSeconds: at } = context
      const alsoTokens = readSwitch(query, 'oauthTokens', false)
      readSwitch(query, 'forgetDevices', true)
      const user = await userOf(params, context)
      const kinds: readonly Ending['of'][] = alsoTokens ? ['sessions', 'tokens'] : ['sessions']
      const everywhere = { serverId: null, clientId: null, authorizationId: null, at }
      await context.commit(
        [],
        {
          ...userChange(user, 'user.session.clear', 'All sessions of a user are ended'),
          outbox: kinds.map((of) => endingEntry(user.id, { of, ...everywhere })),
        },
        alsoTokens ? [deleteRefreshTokens(db, { userId: user.id })] : [],
      )
    },
  }),
]
