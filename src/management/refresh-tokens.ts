/**
 * Refresh tokens, listed, read and revoked below a server, an app or a user. Revoking ends the authorization in the
 * user's own object, with the access tokens that came of it; the row is only what lists show.
 */
import * as z from 'zod'
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import { RefreshTokenOutput } from '../domain/refresh-token.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { notFound } from '../protocol/api-errors.ts'
import type { Belonging } from '../store/parties.ts'
import {
  deleteRefreshToken,
  findRefreshToken,
  listRefreshTokens,
  type ListedToken,
} from '../store/refresh-tokens.ts'
import { endingEntry, type Change, type ManagementContext } from './context.ts'
import { issuerOf, partyLinks, partyTargets } from './held-links.ts'
import { heldScopes, type HeldScopes } from './held-scopes.ts'
import { paged, pageParameters, readPage, textParameter } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const TYPE = 'OAuth2RefreshToken'

/** Below what refresh tokens are found. */
export interface TokenHolder {
  readonly of: Belonging
  /** Where the resource is whose `/tokens` they are. */
  readonly href: string
  readonly revokeAll: () => Promise<unknown>
}

interface Door {
  readonly path: string
  readonly of: string
  readonly read: string
  readonly manage: string
  readonly holder: (params: Params, context: ManagementContext) => Promise<TokenHolder>
}

function present(
  token: ListedToken,
  holderHref: string,
  origin: string,
  scopes: HeldScopes | null,
): Record<string, unknown> {
  const self = `${holderHref}/tokens/${token.id}`
  const { app, ...others } = partyLinks(token, origin)
  return {
    id: token.id,
    status: 'ACTIVE',
    created: timestamp(token.created),
    lastUpdated: timestamp(token.lastUpdated),
    expiresAt: timestamp(token.expires),
    issuer: issuerOf(token, origin),
    clientId: token.clientId,
    userId: token.userId,
    scopes: token.scopes,
    ...(scopes !== null && { _embedded: { scopes: scopes(token) } }),
    _links: {
      app,
      self: { href: self },
      revoke: { href: self, hints: { allow: ['DELETE'] } },
      ...others,
    },
  }
}

/** The scopes of tokens where they were asked for. */
const expanded = async (
  query: URLSearchParams,
  tokens: readonly ListedToken[],
  context: ManagementContext,
): Promise<HeldScopes | null> =>
  query.get('expand') === 'scope' ? heldScopes(context.db, context.origin, tokens) : null

/** An unbounded limit is what Okta's description has as the default. */
function withoutUnbounded(query: URLSearchParams): URLSearchParams {
  if (query.get('limit') !== '-1') return query
  const bounded = new URLSearchParams(query)
  bounded.delete('limit')
  return bounded
}

async function tokenOf(
  params: Params,
  { of }: TokenHolder,
  { db, nowSeconds }: ManagementContext,
): Promise<ListedToken> {
  const id = idParam(params, 'tokenId', TYPE)
  const token = await findRefreshToken(db, of, id, nowSeconds)
  if (token === null) throw notFound(id, TYPE)
  return token
}

/** Tokens of a server were revoked, or of the org server, or of whatever servers. */
export const revocation = (
  serverId: string | null,
  displayMessage: string,
  target: Change['target'],
): Change => ({
  eventType: `app.oauth2.${serverId === ORG_SERVER_ID ? '' : 'as.'}token.revoke`,
  displayMessage,
  target,
})

async function revoked(token: ListedToken, context: ManagementContext): Promise<void> {
  const { id, serverId, clientId, userId } = token
  const target = { id, type: 'refresh_token', alternateId: null, displayName: null }
  const ending = {
    of: 'tokens',
    serverId,
    clientId,
    authorizationId: id,
    at: context.nowSeconds,
  } as const
  await context.commitOr(notFound(id, TYPE), [deleteRefreshToken(context.db, id)], {
    ...revocation(serverId, 'Refresh token is revoked', [target, ...partyTargets(token)]),
    outbox: [endingEntry(userId, ending)],
  })
}

const EXPAND = { expand: textParameter('`scope` embeds what the scopes are called.') }

/** The four operations below one kind of holder. */
export function refreshTokenRoutes({ path, of, read, manage, holder }: Door): readonly Route[] {
  const all = `${path}/tokens`
  const one = `${all}/:tokenId`
  return [
    route({
      method: 'GET',
      path: all,
      summary: `List refresh tokens of ${of}`,
      scope: read,
      query: { ...EXPAND, ...pageParameters(limits.pageSizeDefault) },
      output: z.array(RefreshTokenOutput),
      async handle({ params, query }, context) {
        const { db, origin, nowSeconds } = context
        const page = readPage(withoutUnbounded(query), limits.pageSizeDefault)
        const found = await holder(params, context)
        const wanted = { after: page.after, limit: page.limit + 1 }
        const tokens = await listRefreshTokens(db, found.of, wanted, nowSeconds)
        const scopes = await expanded(query, tokens.slice(0, page.limit), context)
        return new ListAnswer(
          paged(tokens, page, (token) => present(token, found.href, origin, scopes)),
        )
      },
    }),
    route({
      method: 'DELETE',
      path: all,
      summary: `Revoke all refresh tokens of ${of}`,
      scope: manage,
      status: 204,
      async handle({ params }, context) {
        await (await holder(params, context)).revokeAll()
      },
    }),
    route({
      method: 'GET',
      path: one,
      summary: `Retrieve a refresh token of ${of}`,
      scope: read,
      query: EXPAND,
      output: RefreshTokenOutput,
      async handle({ params, query }, context) {
        const found = await holder(params, context)
        const token = await tokenOf(params, found, context)
        const scopes = await expanded(query, [token], context)
        return present(token, found.href, context.origin, scopes)
      },
    }),
    route({
      method: 'DELETE',
      path: one,
      summary: `Revoke a refresh token of ${of}`,
      scope: manage,
      status: 204,
      async handle({ params }, context) {
        const found = await holder(params, context)
        await revoked(await tokenOf(params, found, context), context)
      },
    }),
  ]
}
