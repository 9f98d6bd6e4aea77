/**
 * Grants of okta.* scopes to apps by administrators, and what people consented to for them. What a service app may do
 * is the meeting of the former and of its roles, so only a SUPER_ADMIN gives or takes them.
 */
import * as z from 'zod'
import type { App } from '../domain/app.ts'
import { Link, Timestamp } from '../domain/output.ts'
import { ConsentOutput } from '../domain/refresh-token.ts'
import { orgScopeNames } from '../issuer/org-scopes.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { deleteGrant, grantsOf, insertGrant, type AppGrant } from '../store/app-grants.ts'
import { findConsent, listConsents, type ListedConsent } from '../store/consents.ts'
import { UniqueViolation } from '../store/database.ts'
import { APP_PATH, appChange, appHref, appOf, commitIf, link } from './app-resource.ts'
import { EXPAND, GRANT_TYPE, presentConsent, withdrawConsent } from './consents.ts'
import type { ManagementContext } from './context.ts'
import { clientHref } from './held-links.ts'
import { paged, pageParameters, readPage, type Listed } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = `${APP_PATH}/grants`
const READ = 'okta.appGrants.read'
const MANAGE = 'okta.appGrants.manage'
const TYPE = GRANT_TYPE

const GrantInput = z
  .object({
    scopeId: z.string().min(1).max(limits.nameCharactersMax),
    issuer: z.string().min(1).max(limits.uriCharactersMax),
  })
  .meta({ id: 'GrantInput' })

const GrantOutput = z
  .object({
    id: z.string(),
    status: z.literal('ACTIVE'),
    created: Timestamp,
    createdBy: z.object({ id: z.string(), type: z.enum(['User', 'PublicClientApp']) }),
    lastUpdated: Timestamp,
    issuer: z.url(),
    clientId: z.string(),
    scopeId: z.string(),
    source: z.literal('ADMIN'),
    _embedded: z.object({ scope: z.object({ id: z.string() }) }),
    _links: z.object({ app: Link, self: Link, client: Link }),
  })
  .meta({ id: 'OAuth2ScopeConsentGrant' })

const AnyGrantOutput = z.discriminatedUnion('source', [GrantOutput, ConsentOutput])

const present = (grant: AppGrant, app: App, origin: string): Record<string, unknown> => ({
  id: grant.id,
  status: 'ACTIVE',
  created: timestamp(grant.created),
  createdBy: {
    id: grant.createdBy,
    type: grant.createdByClient ? 'PublicClientApp' : 'User',
  },
  lastUpdated: timestamp(grant.lastUpdated),
  issuer: origin,
  clientId: app.clientId,
  scopeId: grant.scope,
  source: 'ADMIN',
  _embedded: { scope: { id: grant.scope } },
  _links: {
    app: { href: appHref(origin, app), title: app.label },
    self: link(grantHref(app, grant, origin), 'GET', 'DELETE'),
    client: { href: clientHref(`${origin}/oauth2/v1`, app.clientId), title: app.label },
  },
})

const grantHref = (app: App, { id }: { readonly id: string }, origin: string): string =>
  `${appHref(origin, app)}/grants/${id}`

/** Below an app what a scope is called is always told. */
const EXPANDED = new URLSearchParams({ expand: 'scope' })

const presentOfUser = (consent: ListedConsent, app: App, origin: string) =>
  presentConsent(consent, grantHref(app, consent, origin), origin, EXPANDED)

/** What an administrator granted, or what a person consented to. */
type Found =
  | { readonly of: 'administrator'; readonly app: App; readonly grant: AppGrant }
  | { readonly of: 'person'; readonly app: App; readonly consent: ListedConsent }

async function grantOf(params: Params, context: ManagementContext): Promise<Found> {
  const app = await appOf(params, context)
  const id = idParam(params, 'grantId', TYPE)
  const grant = (await grantsOf(context.db, app.id)).find((one) => one.id === id)
  if (grant !== undefined) return { of: 'administrator', app, grant }
  const consent = await findConsent(context.db, { clientId: app.clientId }, id)
  if (consent === null) throw notFound(id, TYPE)
  return { of: 'person', app, consent }
}

/** The grants of administrators are few and stand before the first page of those of people. */
async function listed(
  params: Params,
  query: URLSearchParams,
  context: ManagementContext,
): Promise<Listed> {
  const { db, origin } = context
  const page = readPage(query)
  const app = await appOf(params, context)
  const grants = page.after === '' ? await grantsOf(db, app.id) : []
  const wanted = { after: page.after, limit: page.limit + 1 }
  const consents = await listConsents(db, { clientId: app.clientId }, wanted, null)
  const { items, next } = paged(consents, page, (one) => presentOfUser(one, app, origin))
  return { items: [...grants.map((grant) => present(grant, app, origin)), ...items], next }
}

async function revoked(found: Found, context: ManagementContext): Promise<void> {
  if (found.of === 'person') return withdrawConsent(found.consent, context)
  const { app, grant } = found
  await commitIf(
    deleteGrant(context.db, app.id, grant.id),
    app,
    change(app, grant, 'revoke', 'revoked from the application'),
    notFound(grant.id, TYPE),
    context,
  )
}

const change = (app: App, grant: AppGrant, verb: string, done: string) =>
  appChange(app, `app.oauth2.admin.consent.${verb}`, `Scope is ${done}`, [
    { id: grant.id, type: TYPE, alternateId: null, displayName: grant.scope },
  ])

async function created(
  input: z.infer<typeof GrantInput>,
  app: App,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin, nowSeconds, principal } = context
  const faults = [
    ...(orgScopeNames.has(input.scopeId) ? [] : ['scopeId: is not a scope of the org server']),
    ...(input.issuer === origin ? [] : [`issuer: must be the org server, ${origin}`]),
  ]
  if (faults.length > 0)
    throw invalid(faults.length === 2 ? TYPE : faults[0]!.split(':')[0]!, ...faults)
  const taken = invalid('scopeId', 'scopeId: The scope is already granted to the app')
  if ((await grantsOf(db, app.id)).some((one) => one.scope === input.scopeId)) throw taken
  const grant: AppGrant = {
    id: randomId('oag'),
    scope: input.scopeId,
    createdBy: principal.id,
    createdByClient: principal.type !== 'User',
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  try {
    await commitIf(
      insertGrant(db, app.id, grant),
      app,
      change(app, grant, 'grant', 'granted to the application'),
      notFound(app.id, 'AppInstance'),
      context,
    )
  } catch (error) {
    throw error instanceof UniqueViolation ? taken : error
  }
  return present(grant, app, origin)
}

export const appGrantRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List app grants',
    scope: READ,
    query: { ...EXPAND, ...pageParameters() },
    output: z.array(AnyGrantOutput),
    async handle({ params, query }, context) {
      return new ListAnswer(await listed(params, query, context))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Grant a scope to an app',
    scope: MANAGE,
    superAdminOnly: true,
    body: GrantInput,
    subject: TYPE,
    status: 201,
    output: GrantOutput,
    async handle({ params, body }, context) {
      return created(body, await appOf(params, context), context)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:grantId`,
    summary: 'Retrieve an app grant',
    scope: READ,
    query: EXPAND,
    output: AnyGrantOutput,
    async handle({ params }, context) {
      const found = await grantOf(params, context)
      return found.of === 'administrator'
        ? present(found.grant, found.app, context.origin)
        : presentOfUser(found.consent, found.app, context.origin)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:grantId`,
    summary: 'Revoke an app grant',
    scope: MANAGE,
    superAdminOnly: true,
    status: 204,
    async handle({ params }, context) {
      await revoked(await grantOf(params, context), context)
    },
  }),
]
