/**
 * What every route of an authorization server, or below one, begins and ends with: finding the server, its address,
 * and the change as the log tells it.
 */
import { DEFAULT_SERVER_ID, type AuthorizationServer } from '../domain/authorization-server.ts'
import { serverSegment } from '../issuer/urls.ts'
import { limits } from '../platform/limits.ts'
import { notFound } from '../protocol/api-errors.ts'
import { bumpServer, findServer, type StoredServer } from '../store/authorization-servers.ts'
import type { Change, ManagementContext } from './context.ts'
import { Overtaken, untilFirst } from './overtaken.ts'
import { idParam, type Params } from './route.ts'

export const SERVERS_PATH = '/api/v1/authorizationServers'
export const SERVER_PATH = `${SERVERS_PATH}/:authServerId`
export const SERVERS_READ = 'okta.authorizationServers.read'
export const SERVERS_MANAGE = 'okta.authorizationServers.manage'

/** `default` stands for the pre-configured server wherever a server is named. */
export const serverIdOf = (named: string): string =>
  named === 'default' ? DEFAULT_SERVER_ID : named

/** The id that a path means. */
export const serverIdParam = (params: Params): string =>
  serverIdOf(idParam(params, 'authServerId', 'AuthorizationServer'))

/** The server that a path means. Throws E0000007. */
export async function serverOf(params: Params, { db }: ManagementContext): Promise<StoredServer> {
  const server = await findServer(db, serverIdParam(params))
  if (server === null) throw notFound(params['authServerId'] ?? '', 'AuthorizationServer')
  return server
}

/** Where a server's resources are: the default one's links say `default`. */
export const serverHref = (
  origin: string,
  server: Pick<AuthorizationServer, 'id' | 'kind' | 'isDefault'>,
): string => `${origin}${SERVERS_PATH}/${serverSegment(server)}`

export const link = (href: string, ...allow: readonly string[]) => ({ href, hints: { allow } })

/** A change to a server, or to something below it, as the system log tells it. */
export const serverChange = (
  server: Pick<AuthorizationServer, 'id' | 'name'>,
  eventType: string,
  displayMessage: string,
  target: Change['target'] = [],
): Change => ({
  eventType,
  displayMessage,
  serverId: server.id,
  target: [
    { id: server.id, type: 'AuthorizationServer', alternateId: null, displayName: server.name },
    ...target,
  ],
})

/** Finds the server and makes an attempt at changing it, anew as long as others are faster. */
export async function changedServer<Answer>(
  params: Params,
  context: ManagementContext,
  attempt: (server: StoredServer) => Promise<Answer>,
): Promise<Answer> {
  return untilFirst(limits.writeAttemptsMax, async () => attempt(await serverOf(params, context)))
}

/**
 * Commits what {@link changedServer} decided; the last of the statements must hold only at the version of the server
 * that was read. What follows counts the write, unless the statement does so itself.
 */
export async function commitAt(
  server: StoredServer,
  statements: readonly D1PreparedStatement[],
  change: Change,
  context: ManagementContext,
  following: readonly D1PreparedStatement[] = [bumpServer(context.db, server.id)],
): Promise<void> {
  await context.commitOr(new Overtaken('authorization server'), statements, change, following)
}
