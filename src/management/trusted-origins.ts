/** Trusted origins. What is written here decides at once, in this isolate, which pages may read this door's answers. */
import * as z from 'zod'
import type { Status } from '../domain/authorization-server.ts'
import { lifecycleLinks, Link, StatusOutput, Timestamp } from '../domain/output.ts'
import { TrustedOriginInput, type TrustedOrigin } from '../domain/trusted-origin.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { ApiError, invalid, notFound } from '../protocol/api-errors.ts'
import { comparisonsOf, parseFilter, type Filter } from '../protocol/filter.ts'
import { passesFilter } from '../protocol/filter-evaluation.ts'
import {
  deleteTrustedOrigin,
  findTrustedOrigin,
  insertTrustedOrigin,
  listTrustedOrigins,
  setTrustedOriginStatus,
  updateTrustedOrigin,
} from '../store/trusted-origins.ts'
import type { Change, ManagementContext } from './context.ts'
import { pageParameters, paged, readPage, textParameter, type Listed } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/api/v1/trustedOrigins'
const READ = 'okta.trustedOrigins.read'
const MANAGE = 'okta.trustedOrigins.manage'
const TYPE = 'TrustedOrigin'

const Output = z
  .object({
    id: z.string(),
    name: z.string(),
    origin: z.string(),
    scopes: z.array(
      z.object({ type: z.string(), allowedOktaApps: z.array(z.string()).optional() }),
    ),
    status: StatusOutput,
    created: Timestamp,
    createdBy: z.string(),
    lastUpdated: Timestamp,
    lastUpdatedBy: z.string(),
    _links: z.object({ self: Link, ...lifecycleLinks }),
  })
  .meta({ id: 'TrustedOrigin' })

function present(one: TrustedOrigin, origin: string): z.input<typeof Output> {
  const self = `${origin}${PATH}/${one.id}`
  const verb = one.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return {
    id: one.id,
    name: one.name,
    origin: one.origin,
    scopes: [...one.scopes],
    status: one.status,
    created: timestamp(one.created),
    createdBy: one.createdBy,
    lastUpdated: timestamp(one.lastUpdated),
    lastUpdatedBy: one.lastUpdatedBy,
    _links: {
      self: { href: self, hints: { allow: ['GET', 'PUT', 'DELETE'] } },
      [verb]: { href: `${self}/lifecycle/${verb}`, hints: { allow: ['POST'] } },
    },
  }
}

async function originOf(params: Params, { db }: ManagementContext): Promise<TrustedOrigin> {
  const id = idParam(params, 'trustedOriginId', TYPE)
  const one = await findTrustedOrigin(db, id)
  if (one === null) throw notFound(id, TYPE)
  return one
}

const change = (
  { id, name, origin }: Pick<TrustedOrigin, 'id' | 'name' | 'origin'>,
  verb: string,
): Change => ({
  eventType: `security.trusted_origin.${verb}`,
  displayMessage: `Trusted origin is ${verb.replace(/e?$/, 'ed')}`,
  trustedOrigins: true,
  target: [{ id, type: TYPE, alternateId: origin, displayName: name }],
})

/** What a filter can ask of an origin. */
const attributes: ReadonlyMap<string, (one: TrustedOrigin) => readonly string[]> = new Map([
  ['id', (one) => [one.id]],
  ['name', (one) => [one.name]],
  ['origin', (one) => [one.origin]],
  ['status', (one) => [one.status]],
  ['type', (one) => one.scopes.map(({ type }) => type)],
])

/** Throws E0000053 for what is no filter, and for attributes that origins do not have. */
function readFilter(query: URLSearchParams): Filter | null {
  const text = query.get('filter') ?? ''
  if (text === '') return null
  const filter = parseFilter(text)
  if (filter === null || comparisonsOf(filter).some((one) => !attributes.has(one.attribute)))
    throw new ApiError('E0000053')
  return filter
}

const begins = (text: string, q: string): boolean => text.toLowerCase().startsWith(q.toLowerCase())

async function listed(query: URLSearchParams, { db, origin }: ManagementContext): Promise<Listed> {
  const page = readPage(query, limits.pageSizeDefault)
  const filter = readFilter(query)
  const { after, query: q } = page
  const isWhole = filter === null && q === null
  const rows = await listTrustedOrigins(
    db,
    after,
    isWhole ? page.limit + 1 : limits.trustedOriginsMax,
  )
  const wanted = rows.filter(
    (one) =>
      (q === null || begins(one.name, q) || begins(one.origin, q)) &&
      (filter === null || passesFilter(filter, (name) => attributes.get(name)?.(one) ?? [])),
  )
  return paged(wanted, page, (one) => present(one, origin))
}

async function created(input: TrustedOriginInput, context: ManagementContext): Promise<unknown> {
  const { db, nowSeconds, origin, principal } = context
  const one: TrustedOrigin = {
    id: randomId('tos'),
    ...input,
    status: 'ACTIVE',
    created: nowSeconds,
    createdBy: principal.id,
    lastUpdated: nowSeconds,
    lastUpdatedBy: principal.id,
  }
  await context.commitOr(
    invalid(
      'trustedOrigin',
      `trustedOrigin: There are at most ${limits.trustedOriginsMax} trusted origins`,
    ),
    [insertTrustedOrigin(db, one)],
    change(one, 'create'),
  )
  return present(one, origin)
}

async function replaced(
  one: TrustedOrigin,
  input: TrustedOriginInput,
  context: ManagementContext,
): Promise<unknown> {
  const { db, nowSeconds, origin, principal } = context
  await context.commitOr(
    notFound(one.id, TYPE),
    [updateTrustedOrigin(db, one.id, input, nowSeconds, principal.id)],
    change({ id: one.id, ...input }, 'update'),
  )
  const lastUpdated = { lastUpdated: nowSeconds, lastUpdatedBy: principal.id }
  return present({ ...one, ...input, ...lastUpdated }, origin)
}

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${PATH}/:trustedOriginId/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} a trusted origin`,
    scope: MANAGE,
    output: Output,
    async handle({ params }, context) {
      const { db, nowSeconds, principal } = context
      const one = await originOf(params, context)
      const update = setTrustedOriginStatus(db, one.id, status, nowSeconds, principal.id)
      // Nothing happens to one that is so already.
      await context.commit([update], change(one, verb))
      return present(await originOf(params, context), context.origin)
    },
  })

export const trustedOriginRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List trusted origins',
    scope: READ,
    query: {
      q: textParameter('How a name or an origin begins.'),
      filter: textParameter('By `id`, `name`, `origin`, `status` and `type`.'),
      ...pageParameters(limits.pageSizeDefault),
    },
    output: z.array(Output),
    handle: async ({ query }, context) => new ListAnswer(await listed(query, context)),
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create a trusted origin',
    scope: MANAGE,
    body: TrustedOriginInput,
    subject: 'trustedOrigin',
    output: Output,
    handle: ({ body }, context) => created(body, context),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:trustedOriginId`,
    summary: 'Retrieve a trusted origin',
    scope: READ,
    output: Output,
    handle: async ({ params }, context) => present(await originOf(params, context), context.origin),
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:trustedOriginId`,
    summary: 'Replace a trusted origin',
    scope: MANAGE,
    body: TrustedOriginInput,
    subject: 'trustedOrigin',
    output: Output,
    handle: async ({ params, body }, context) =>
      replaced(await originOf(params, context), body, context),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:trustedOriginId`,
    summary: 'Delete a trusted origin',
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const one = await originOf(params, context)
      await context.commitOr(
        notFound(one.id, TYPE),
        [deleteTrustedOrigin(context.db, one.id)],
        change(one, 'delete'),
      )
    },
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
