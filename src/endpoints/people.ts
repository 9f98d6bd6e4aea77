/** What the endpoints that deal with people ask of a request and of the directory. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import { callerOf } from '../protocol/caller.ts'
import type { ProtocolContext } from './context.ts'

/** By which attempts are counted. All requests of which the edge says nothing count as one. */
export const addressOf = (request: Request): string => callerOf(request).ipAddress ?? 'unknown'

/** Administrator roles of a person, read only where the scopes asked for depend on them. */
export async function rolesFor(
  userId: string,
  scopes: readonly string[],
  { serverId, directory }: Pick<ProtocolContext, 'serverId' | 'directory'>,
): Promise<readonly string[]> {
  const dependsOnRoles = scopes.some((scope) => scope.startsWith('okta.'))
  return serverId === ORG_SERVER_ID && dependsOnRoles ? directory.rolesOf(userId) : []
}
