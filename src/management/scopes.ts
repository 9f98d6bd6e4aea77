/** Scopes of an authorization server. System scopes can be edited but keep their names and cannot be deleted. */
import * as z from 'zod'
import type { AuthorizationServer } from '../domain/authorization-server.ts'
import { ScopeInput, ScopeOutput, systemScopes, type Scope } from '../domain/scope.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { bumpServer } from '../store/authorization-servers.ts'
import { deleteConsentsToScope, hasConsentsToScope } from '../store/consents.ts'
import { readAll } from '../store/database.ts'
import { deleteTokensConsentedTo } from '../store/refresh-tokens.ts'
import {
  deleteScope,
  insertScope,
  overrideScope,
  scopesFromRows,
  selectScopes,
  updateScope,
  type ScopeRow,
} from '../store/scopes.ts'
import { deleteSkipsOfScope } from '../store/skipped-scopes.ts'
import { pageOfScopes } from './scope-pages.ts'
import { changedServer, serverChange, serverHref, serverOf } from './server-resource.ts'
import type { Change, ManagementContext } from './context.ts'
import { Overtaken } from './overtaken.ts'
import { textParameter } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/api/v1/authorizationServers/:authServerId/scopes'
const READ = 'okta.authorizationServers.read'
const MANAGE = 'okta.authorizationServers.manage'

const present = (scope: Scope, serverUrl: string): Record<string, unknown> => ({
  id: scope.id,
  name: scope.name,
  description: scope.description,
  displayName: scope.displayName,
  system: scope.system,
  metadataPublish: scope.metadataPublish,
  consent: scope.consent,
  optional: scope.optional,
  apiResourceId: null,
  default: scope.default,
  _links: {
    self: {
      href: `${serverUrl}/scopes/${scope.id}`,
      hints: { allow: ['GET', 'PUT', 'DELETE'] },
    },
  },
})

const scopesOf = async (
  { db }: ManagementContext,
  server: AuthorizationServer,
): Promise<readonly Scope[]> =>
  scopesFromRows(server.id, await readAll<ScopeRow>(selectScopes(db, server.id)))

async function scopeOf(
  params: Params,
  context: ManagementContext,
  server: AuthorizationServer,
): Promise<Scope> {
  const id = idParam(params, 'scopeId', 'OAuth2Scope')
  const scope = (await scopesOf(context, server)).find((one) => one.id === id)
  if (scope === undefined) throw notFound(id, 'OAuth2Scope')
  return scope
}

const fields = (input: ScopeInput): Omit<Scope, 'id' | 'system'> => ({
  name: input.name,
  displayName: input.displayName ?? null,
  description: input.description ?? null,
  consent: input.consent,
  optional: input.optional,
  default: input.default,
  metadataPublish: input.metadataPublish,
})

const change = (server: AuthorizationServer, scope: Scope, verb: string): Change =>
  serverChange(server, `oauth2.scope.${verb}`, `OAuth2 scope is ${verb}`, [
    { id: scope.id, type: 'OAuth2Scope', alternateId: null, displayName: scope.name },
  ])

/**
 * A change after which no scope has the name any more: what people consented to under it is over, and the tokens that
 * depend on it end.
 */
async function endingConsents(
  told: Change,
  server: AuthorizationServer,
  { name }: Scope,
  { db, nowSeconds: endedAt }: ManagementContext,
): Promise<Change> {
  const consented = { relation: 'consentsToScope', values: [server.id, name] } as const
  const event = {
    eventType: 'app.oauth2.as.consent.revoke.implicit.scope',
    displayMessage: 'Consents are revoked because their scope is gone',
    target: told.target,
  }
  return {
    ...told,
    audiences: [
      { ...consented, tells: { endedAt } },
      { ...consented, tells: 'stale' },
    ],
    also: (await hasConsentsToScope(db, server.id, name)) ? [event] : [],
  }
}

/** Behind what removed or renamed the scope: whoever gave it or did not is asked again of another one of that name. */
const forgetDecisions = (
  { db }: ManagementContext,
  server: AuthorizationServer,
  { name }: Scope,
): readonly D1PreparedStatement[] => [
  deleteTokensConsentedTo(db, server.id, name),
  deleteConsentsToScope(db, server.id, name),
  deleteSkipsOfScope(db, server.id, name),
]

async function created(
  input: ScopeInput,
  server: AuthorizationServer,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  const existing = await scopesOf(context, server)
  if (existing.length >= limits.scopesPerServerMax)
    throw invalid('scope', `scope: A server has at most ${limits.scopesPerServerMax} scopes`)
  if (systemScopes(server.id).some((scope) => scope.name === input.name))
    throw invalid('name', 'name: An object with this field already exists')
  const scope: Scope = { id: randomId('scp'), system: false, ...fields(input) }
  await context.commitOr(
    new Overtaken('authorization server'),
    [insertScope(db, server.id, scope)],
    change(server, scope, 'created'),
    [bumpServer(db, server.id)],
  )
  return present(scope, serverHref(origin, server))
}

async function replaced(
  scope: Scope,
  input: ScopeInput,
  server: AuthorizationServer,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  if (scope.system && input.name !== scope.name)
    throw invalid('name', 'name: The name of a system scope cannot be changed')
  if (!scope.system && systemScopes(server.id).some((one) => one.name === input.name))
    throw invalid('name', 'name: An object with this field already exists')
  const changed: Scope = { ...scope, ...fields(input) }
  const told = change(server, changed, 'updated')
  const isRenamed = changed.name !== scope.name
  await context.commitOr(
    new Overtaken('scope'),
    [
      scope.system
        ? overrideScope(db, server.id, changed)
        : updateScope(db, server.id, changed, scope.name),
    ],
    isRenamed ? await endingConsents(told, server, scope, context) : told,
    [bumpServer(db, server.id), ...(isRenamed ? forgetDecisions(context, server, scope) : [])],
  )
  return present(changed, serverHref(origin, server))
}

export const scopeRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List scopes',
    scope: READ,
    query: {
      q: textParameter('How a name begins.'),
      filter: textParameter(
        'An expression over the members of a scope that are text or true or false.',
      ),
      limit: z.int().min(1).describe('How many a page holds; without it the list is whole.'),
      after: textParameter('Where the page begins: opaque, taken from the `next` link.'),
    },
    output: z.array(ScopeOutput),
    async handle({ params, query }, context) {
      const server = await serverOf(params, context)
      const url = serverHref(context.origin, server)
      const { items, next } = pageOfScopes(await scopesOf(context, server), query)
      return new ListAnswer({ items: items.map((scope) => present(scope, url)), next })
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create a scope',
    scope: MANAGE,
    body: ScopeInput,
    subject: 'scope',
    status: 201,
    output: ScopeOutput,
    handle: ({ params, body }, context) =>
      changedServer(params, context, (server) => created(body, server, context)),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:scopeId`,
    summary: 'Retrieve a scope',
    scope: READ,
    output: ScopeOutput,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      const scope = await scopeOf(params, context, server)
      return present(scope, serverHref(context.origin, server))
    },
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:scopeId`,
    summary: 'Replace a scope',
    scope: MANAGE,
    body: ScopeInput,
    subject: 'scope',
    output: ScopeOutput,
    handle: ({ params, body }, context) =>
      changedServer(params, context, async (server) =>
        replaced(await scopeOf(params, context, server), body, server, context),
      ),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:scopeId`,
    summary: 'Delete a scope',
    scope: MANAGE,
    status: 204,
    handle: ({ params }, context) =>
      changedServer(params, context, async (server) => {
        const { db } = context
        const scope = await scopeOf(params, context, server)
        if (scope.system) throw invalid('scope', 'id: A system scope cannot be deleted')
        await context.commitOr(
          new Overtaken('scope'),
          [deleteScope(db, server.id, scope)],
          await endingConsents(change(server, scope, 'deleted'), server, scope, context),
          [bumpServer(db, server.id), ...forgetDecisions(context, server, scope)],
        )
      }),
  }),
]
