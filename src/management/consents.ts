/**
 * What people consented to, as it is shown and withdrawn. Tokens that depend on a consent end with it: what the user
 * gave the client at that server.
 */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import { systemScopes } from '../domain/scope.ts'
import { timestamp } from '../platform/clock.ts'
import { notFound } from '../protocol/api-errors.ts'
import { deleteConsent, type ListedConsent } from '../store/consents.ts'
import { deleteRefreshTokens } from '../store/refresh-tokens.ts'
import { link } from './app-resource.ts'
import { endingEntry, type ManagementContext } from './context.ts'
import { issuerOf, partyLinks, partyTargets } from './held-links.ts'
import { orgScope } from './held-scopes.ts'
import { textParameter } from './page.ts'
import { serverHref } from './server-resource.ts'

export const GRANT_TYPE = 'OAuth2ScopeConsentGrant'

export const EXPAND = { expand: textParameter('`scope` embeds what the scope is called.') }

/** How the scope is called: by its id at a custom server, by its name at the org server. */
function scopeOf({ serverId, scope: name, storedScope }: ListedConsent): {
  readonly id: string
  readonly displayName?: string | null
  readonly description?: string | null
} {
  if (serverId === ORG_SERVER_ID) return orgScope(name)
  return storedScope ?? systemScopes(serverId).find((one) => one.name === name) ?? { id: name }
}

/** `self` is where the grant is read. */
export function presentConsent(
  consent: ListedConsent,
  self: string,
  origin: string,
  query: URLSearchParams,
): Record<string, unknown> {
  const { id, displayName, description } = scopeOf(consent)
  const { app, ...others } = partyLinks(consent, origin)
  const scope = {
    id,
    name: consent.scope,
    ...(displayName != null && { displayName }),
    ...(description != null && { description }),
  }
  return {
    id: consent.id,
    status: 'ACTIVE',
    created: timestamp(consent.created),
    createdBy: { id: consent.userId, type: 'User' },
    lastUpdated: timestamp(consent.lastUpdated),
    issuer: issuerOf(consent, origin),
    clientId: consent.clientId,
    userId: consent.userId,
    scopeId: id,
    source: 'END_USER',
    ...(query.get('expand') === 'scope' && { _embedded: { scope } }),
    _links: {
      app,
      self: link(self, 'GET', 'DELETE'),
      ...(consent.server !== null && {
        scope: {
          href: `${serverHref(origin, consent.server)}/scopes/${id}`,
          title: displayName ?? consent.scope,
        },
      }),
      ...others,
    },
  }
}

/** Withdraws one consent. */
export async function withdrawConsent(
  consent: ListedConsent,
  context: ManagementContext,
): Promise<void> {
  const { id, serverId, clientId, userId } = consent
  const { db, nowSeconds: at } = context
  const ending = { of: 'tokens', serverId, clientId, authorizationId: null, at } as const
  const target = { id, type: GRANT_TYPE, alternateId: null, displayName: consent.scope }
  await context.commitOr(
    notFound(id, GRANT_TYPE),
    [deleteConsent(db, id)],
    {
      eventType: `app.oauth2.${serverId === ORG_SERVER_ID ? '' : 'as.'}consent.revoke`,
      displayMessage: 'Consent of a user is revoked',
      target: [target, ...partyTargets(consent)],
      staleUsers: [userId],
      outbox: [endingEntry(userId, ending)],
    },
    [deleteRefreshTokens(db, { userId, clientId, serverId }, 'changed')],
  )
}
