/** Servers that a server trusts: their tokens can be exchanged for its own. */
import * as z from 'zod'
import { AssociatedServerOutput } from '../domain/authorization-server.ts'
import { limits } from '../platform/limits.ts'
import { invalid, notFound, type ApiError } from '../protocol/api-errors.ts'
import {
  deleteAssociation,
  insertAssociations,
  listAssociatedServers,
  serversNamed,
} from '../store/associated-servers.ts'
import { bumpServer, findServer, type StoredServer } from '../store/authorization-servers.ts'
import { ForeignKeyViolation, UniqueViolation } from '../store/database.ts'
import type { ManagementContext } from './context.ts'
import { paged, pageParameters, readPage, textParameter } from './page.ts'
import { idParam, ListAnswer, route, type Route } from './route.ts'
import { pageOfServers } from './server-pages.ts'
import { presentServer } from './server-presentation.ts'
import {
  link,
  SERVER_PATH,
  serverChange,
  serverHref,
  serverIdOf,
  serverOf,
  SERVERS_MANAGE,
  SERVERS_READ,
} from './server-resource.ts'

const PATH = `${SERVER_PATH}/associatedServers`
const TYPE = 'AuthorizationServer'

const Named = z.string().min(1).max(limits.idCharactersMax)

/** The object of Okta's schema, and the list of objects with one id each of its example. */
const AssociationInput = z
  .union(
    [
      z.object({ trusted: z.array(Named).min(1).max(limits.associatedServersMax) }),
      z
        .array(z.object({ trusted: z.union([Named, z.array(Named)]) }))
        .min(1)
        .max(limits.associatedServersMax)
        .transform((all) => ({ trusted: all.flatMap(({ trusted }) => trusted) })),
    ],
    { error: `trusted must list 1 to ${limits.associatedServersMax} ids of authorization servers` },
  )
  .transform(({ trusted }) => [...new Set(trusted.map(serverIdOf))])
  .meta({ id: 'AssociatedServerInput' })

/** A server as another one's. */
function presentAssociated(associated: StoredServer, server: StoredServer, origin: string) {
  const href = `${serverHref(origin, server)}/associatedServers/${associated.id}`
  return presentServer(associated, origin, { self: link(href, 'DELETE') })
}

/** A server that could become another one's. */
const presentOther = (other: StoredServer, origin: string) =>
  presentServer(other, origin, { self: link(serverHref(origin, other), 'GET') })

const change = (server: StoredServer, verb: 'add' | 'delete', which: readonly StoredServer[]) =>
  serverChange(
    server,
    `app.oauth2.trusted_server.${verb}`,
    `Trusted authorization server: ${verb}`,
    which.map(({ id, name }) => ({ id, type: TYPE, alternateId: null, displayName: name })),
  )

const tooMany = (): ApiError =>
  invalid(
    'associatedServer',
    `trusted: A server has at most ${limits.associatedServersMax} associated servers`,
  )

async function associated(
  ids: readonly string[],
  server: StoredServer,
  context: ManagementContext,
): Promise<ListAnswer> {
  const { db, origin, nowSeconds } = context
  if (ids.length > limits.associatedServersMax) throw tooMany()
  if (ids.includes(server.id))
    throw invalid('associatedServer', 'trusted: A server cannot be associated with itself')
  const found = await serversNamed(db, ids)
  const missing = ids.find((id) => !found.some((one) => one.id === id))
  if (missing !== undefined) throw notFound(missing, TYPE)
  try {
    const statement = insertAssociations(db, server.id, ids, nowSeconds)
    const follows = [bumpServer(db, server.id)]
    if (!(await context.commit([statement], change(server, 'add', found), follows))) throw tooMany()
  } catch (error) {
    if (error instanceof UniqueViolation)
      throw invalid('associatedServer', 'trusted: The associated server mapping already exists')
    // One of them was deleted since it was found.
    throw error instanceof ForeignKeyViolation ? notFound(ids.join(' '), TYPE) : error
  }
  const items = found.map((one) => presentAssociated(one, server, origin))
  return new ListAnswer({ items, next: null })
}

export const associatedServerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List associated authorization servers',
    scope: SERVERS_READ,
    query: {
      trusted: z.boolean().default(true).describe('False: those that are not associated.'),
      q: textParameter('How a name or an audience begins.'),
      ...pageParameters(),
    },
    output: z.array(AssociatedServerOutput),
    async handle({ params, query }, context) {
      const { db, origin } = context
      const server = await serverOf(params, context)
      if (query.get('trusted') === 'false')
        return new ListAnswer(
          await pageOfServers(db, query, server.id, (one) => presentOther(one, origin)),
        )
      const page = readPage(query)
      const rows = await listAssociatedServers(db, server.id, { ...page, limit: page.limit + 1 })
      return new ListAnswer(paged(rows, page, (one) => presentAssociated(one, server, origin)))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Associate authorization servers',
    scope: SERVERS_MANAGE,
    body: AssociationInput,
    subject: 'associatedServer',
    output: z.array(AssociatedServerOutput),
    async handle({ params, body }, context) {
      return associated(body, await serverOf(params, context), context)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:associatedServerId`,
    summary: 'End the association with an authorization server',
    scope: SERVERS_MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { db } = context
      const server = await serverOf(params, context)
      const named = idParam(params, 'associatedServerId', TYPE)
      const other = await findServer(db, serverIdOf(named))
      if (other === null) throw notFound(named, TYPE)
      await context.commitOr(
        notFound(named, TYPE),
        [deleteAssociation(db, server.id, other.id)],
        change(server, 'delete', [other]),
        [bumpServer(db, server.id)],
      )
    },
  }),
]
