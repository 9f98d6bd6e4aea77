/** What a user consented to, of all clients or of one. */
import * as z from 'zod'
import { ConsentOutput } from '../domain/refresh-token.ts'
import type { User } from '../domain/user.ts'
import { limits } from '../platform/limits.ts'
import { notFound } from '../protocol/api-errors.ts'
import { deleteConsents, findConsent, listConsents, type ListedConsent } from '../store/consents.ts'
import type { Belonging } from '../store/parties.ts'
import { deleteConsentedTokens } from '../store/refresh-tokens.ts'
import { appOfClient } from './app-resource.ts'
import { EXPAND, GRANT_TYPE, presentConsent, withdrawConsent } from './consents.ts'
import type { Change, ManagementContext } from './context.ts'
import { appTarget, userHref } from './held-links.ts'
import { paged, pageParameters, readPage, textParameter } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'
import { userChange, userOf, USER_PATH, USERS_MANAGE, USERS_READ } from './user-resource.ts'

const GRANTS_PATH = `${USER_PATH}/grants`
const GRANT_PATH = `${GRANTS_PATH}/:grantId`
const CLIENT_GRANTS_PATH = `${USER_PATH}/clients/:clientId/grants`

const PAGE = { ...EXPAND, ...pageParameters(limits.pageSizeDefault) }

const shown = (consent: ListedConsent, { origin }: ManagementContext, query: URLSearchParams) =>
  presentConsent(consent, `${userHref(origin, consent.userId)}/grants/${consent.id}`, origin, query)

async function pageOf(
  of: Belonging,
  query: URLSearchParams,
  context: ManagementContext,
  scopeId: string | null = null,
): Promise<ListAnswer> {
  const page = readPage(query, limits.pageSizeDefault)
  const wanted = { after: page.after, limit: page.limit + 1 }
  const consents = await listConsents(context.db, of, wanted, scopeId)
  return new ListAnswer(paged(consents, page, (consent) => shown(consent, context, query)))
}

/** Withdraws all that a user consented to, or for one client. Nothing is told where there is nothing. */
const withdrawAll = (
  user: User,
  clientId: string | null,
  { eventType, target }: { readonly eventType: string; readonly target: Change['target'] },
  context: ManagementContext,
): Promise<boolean> => {
  const { db, nowSeconds: endedAt } = context
  const of = { userId: user.id, ...(clientId !== null && { clientId }) }
  const relation = clientId === null ? 'consentsOfUser' : 'consentsOfUserToClient'
  return context.commit([deleteConsentedTokens(db, of), deleteConsents(db, of)], {
    ...userChange(user, eventType, 'Consents of a user are revoked', target),
    staleUsers: [user.id],
    audiences: [{ relation, values: Object.values(of), tells: { endedAt } }],
  })
}

async function grantOf(params: Params, context: ManagementContext): Promise<ListedConsent> {
  const user = await userOf(params, context)
  const id = idParam(params, 'grantId', GRANT_TYPE)
  const consent = await findConsent(context.db, { userId: user.id }, id)
  if (consent === null) throw notFound(id, GRANT_TYPE)
  return consent
}

export const userGrantRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: GRANTS_PATH,
    summary: 'List grants of a user',
    scope: USERS_READ,
    query: { scopeId: textParameter('The id or the name of the scope.'), ...PAGE },
    output: z.array(ConsentOutput),
    async handle({ params, query }, context) {
      const { id: userId } = await userOf(params, context)
      return pageOf({ userId }, query, context, query.get('scopeId') || null)
    },
  }),
  route({
    method: 'DELETE',
    path: GRANTS_PATH,
    summary: 'Revoke all grants of a user',
    scope: USERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const user = await userOf(params, context)
      const told = { eventType: 'app.oauth2.as.consent.revoke.user', target: [] }
      await withdrawAll(user, null, told, context)
    },
  }),
  route({
    method: 'GET',
    path: GRANT_PATH,
    summary: 'Retrieve a grant of a user',
    scope: USERS_READ,
    query: EXPAND,
    output: ConsentOutput,
    async handle({ params, query }, context) {
      return shown(await grantOf(params, context), context, query)
    },
  }),
  route({
    method: 'DELETE',
    path: GRANT_PATH,
    summary: 'Revoke a grant of a user',
    scope: USERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      await withdrawConsent(await grantOf(params, context), context)
    },
  }),
  route({
    method: 'GET',
    path: CLIENT_GRANTS_PATH,
    summary: 'List grants of a user for a client',
    scope: USERS_READ,
    query: PAGE,
    output: z.array(ConsentOutput),
    async handle({ params, query }, context) {
      const { id: userId } = await userOf(params, context)
      const { clientId } = await appOfClient(params, context)
      return pageOf({ userId, clientId }, query, context)
    },
  }),
  route({
    method: 'DELETE',
    path: CLIENT_GRANTS_PATH,
    summary: 'Revoke all grants of a user for a client',
    scope: USERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const user = await userOf(params, context)
      const app = await appOfClient(params, context)
      const eventType = 'app.oauth2.as.consent.revoke.user.client'
      await withdrawAll(user, app.clientId, { eventType, target: [appTarget(app)] }, context)
    },
  }),
]
