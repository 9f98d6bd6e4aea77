/**
 * API tokens. A token acts with its creator's rights, so that it is made by its creator, with another of the same
 * person's: an access token, which is narrowed by scopes, makes none. The value is in the answer to that call and
 * nowhere else. A super administrator's token is changed and revoked by super administrators only.
 */
import * as z from 'zod'
import {
  ApiTokenInput,
  ApiTokenUpdate,
  newTokenValue,
  TOKEN_WINDOW_SECONDS,
  type ApiToken,
} from '../domain/api-token.ts'
import { SelfLinks, Timestamp } from '../domain/output.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import {
  apiTokenOf,
  deleteApiToken,
  insertApiToken,
  listApiTokens,
  renameApiToken,
} from '../store/api-tokens.ts'
import type { Change, ManagementContext } from './context.ts'
import { pageParameters, paged, readPage } from './page.ts'
import { ANYBODY } from '../policy/roles.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/api/v1/api-tokens'
const READ = 'okta.apiTokens.read'
const MANAGE = 'okta.apiTokens.manage'
const TYPE = 'ApiToken'

const Output = z
  .object({
    id: z.string(),
    name: z.string(),
    userId: z.string(),
    clientName: z.literal('Okta API'),
    tokenWindow: z.string().optional().describe('Absent: it does not expire.'),
    network: z.object({ connection: z.literal('ANYWHERE') }),
    expiresAt: Timestamp.optional(),
    created: Timestamp,
    lastUpdated: Timestamp,
    _link: SelfLinks,
  })
  .meta({ id: 'ApiToken' })

const CreatedOutput = Output.extend({
  token: z.string().describe('The value, shown this once.'),
}).meta({ id: 'ApiTokenWithValue' })

const DAY = 24 * 3600

const present = (token: ApiToken, origin: string): z.input<typeof Output> => ({
  id: token.id,
  name: token.name,
  userId: token.userId,
  clientName: 'Okta API',
  ...(token.windowSeconds !== null && {
    tokenWindow: `P${Math.round(token.windowSeconds / DAY)}D`,
  }),
  network: { connection: 'ANYWHERE' },
  ...(token.expires !== null && { expiresAt: timestamp(token.expires) }),
  created: timestamp(token.created),
  lastUpdated: timestamp(token.lastUpdated),
  _link: {
    self: { href: `${origin}${PATH}/${token.id}`, hints: { allow: ['GET', 'PUT', 'DELETE'] } },
  },
})

const change = (token: ApiToken, verb: string, done: string): Change => ({
  eventType: `system.api_token.${verb}`,
  displayMessage: `API token is ${done}`,
  target: [{ id: token.id, type: 'Token', alternateId: token.userId, displayName: token.name }],
})

const isSuperAdmin = ({ principal }: ManagementContext): boolean =>
  principal.roles.includes('SUPER_ADMIN')

async function tokenOf(params: Params, { db, nowSeconds }: ManagementContext): Promise<ApiToken> {
  const id = idParam(params, 'apiTokenId', TYPE)
  const found = await apiTokenOf(db, id, nowSeconds)
  if (found === null) throw notFound(id, TYPE)
  return found.token
}

/** The same, for a caller who may change it. */
async function guardedTokenOf(params: Params, context: ManagementContext): Promise<ApiToken> {
  const id = idParam(params, 'apiTokenId', TYPE)
  const found = await apiTokenOf(context.db, id, context.nowSeconds)
  if (found === null) throw notFound(id, TYPE)
  if (found.ofSuperAdmin && !isSuperAdmin(context)) throw new ApiError('E0000006')
  return found.token
}

async function created(name: string, context: ManagementContext): Promise<unknown> {
  const { db, nowSeconds, origin, ports, principal } = context
  if (principal.apiTokenId === null) throw new ApiError('E0000006')
  const token: ApiToken = {
    id: randomId('00T'),
    name,
    userId: principal.id,
    created: nowSeconds,
    lastUpdated: nowSeconds,
    windowSeconds: TOKEN_WINDOW_SECONDS,
    expires: nowSeconds + TOKEN_WINDOW_SECONDS,
  }
  const value = newTokenValue()
  const mac = await ports.settings.keyEncryption.mac(value, 'api-token-mac')
  await context.commitOr(
    invalid('apiToken', `apiToken: A user has at most ${limits.apiTokensPerUserMax} API tokens`),
    [insertApiToken(db, token, mac, principal.apiTokenId)],
    change(token, 'create', 'created'),
  )
  return { ...present(token, origin), token: value }
}

async function updated(
  token: ApiToken,
  name: string,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds, origin } = context
  const changed = { ...token, name, lastUpdated: nowSeconds }
  await context.commitOr(
    notFound(token.id, TYPE),
    [renameApiToken(db, token.id, name, nowSeconds, isSuperAdmin(context))],
    change(changed, 'update', 'updated'),
  )
  return present(changed, origin)
}

async function revoked(token: ApiToken, may: boolean, context: ManagementContext): Promise<void> {
  await context.commitOr(
    notFound(token.id, TYPE),
    [deleteApiToken(context.db, token.id, may)],
    change(token, 'revoke', 'revoked'),
  )
}

export const apiTokenRoutes: readonly Route[] = [
  route({
    method: 'DELETE',
    path: `${PATH}/current`,
    summary: 'Revoke the API token that calls',
    scope: MANAGE,
    // Whoever holds a token may end it, whatever else it may do.
    permission: ANYBODY,
    status: 204,
    async handle(_input, context) {
      const { apiTokenId } = context.principal
      if (apiTokenId === null) throw new ApiError('E0000006')
      await revoked(await tokenOf({ apiTokenId }, context), true, context)
    },
  }),
  route({
    method: 'GET',
    path: PATH,
    summary: 'List API tokens',
    scope: READ,
    query: pageParameters(),
    output: z.array(Output),
    async handle({ query }, { db, nowSeconds, origin }) {
      const page = readPage(query)
      const tokens = await listApiTokens(db, { ...page, limit: page.limit + 1 }, nowSeconds)
      return new ListAnswer(paged(tokens, page, (token) => present(token, origin)))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create an API token of the calling user',
    scope: MANAGE,
    body: ApiTokenInput,
    subject: 'apiToken',
    output: CreatedOutput,
    status: 201,
    handle: ({ body }, context) => created(body.name, context),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:apiTokenId`,
    summary: 'Retrieve an API token',
    scope: READ,
    output: Output,
    handle: async ({ params }, context) => present(await tokenOf(params, context), context.origin),
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:apiTokenId`,
    summary: 'Update an API token',
    scope: MANAGE,
    body: ApiTokenUpdate,
    subject: 'apiToken',
    output: Output,
    async handle({ params, body }, context) {
      const token = await guardedTokenOf(params, context)
      return updated(token, body.name ?? token.name, context)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:apiTokenId`,
    summary: 'Revoke an API token',
    scope: MANAGE,
    status: 204,
    handle: async ({ params }, context) =>
      revoked(await guardedTokenOf(params, context), isSuperAdmin(context), context),
  }),
]
