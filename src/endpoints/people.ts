/** What the endpoints that deal with people ask of a request and of the directory. */
import { scopesToConsent, type ConsentQuestion } from '../authorize/consent.ts'
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { callerOf } from '../protocol/caller.ts'
import type { ProtocolContext } from './context.ts'

/** By which attempts are counted. All requests of which the edge says nothing count as one. */
export const addressOf = (request: Request): string => callerOf(request).ipAddress ?? 'unknown'

/** Administrator roles of a person, read only where the scopes asked for depend on them. */
export async function rolesFor(
  userId: string,
  scopes: readonly string[],
  { server }: CompiledServer,
  { directory }: Pick<ProtocolContext, 'directory'>,
): Promise<readonly string[]> {
  const dependsOnRoles = scopes.some((scope) => scope.startsWith('okta.'))
  return server.kind === 'org' && dependsOnRoles ? directory.rolesOf(userId) : []
}

const NOTHING_DECIDED = { consented: [], skipped: [] }

/** What is asked of a person, with what they decided before, which is read only where they would be asked. */
export async function consentQuestion(
  { server, client, request, scopes }: ConsentAsked,
  userId: string,
  { directory }: Pick<ProtocolContext, 'directory'>,
): Promise<ConsentQuestion> {
  const question = { server, client, request, scopes }
  const key = { userId, clientId: client.clientId, serverId: server.server.id }
  const depends = scopesToConsent(question).length > 0
  const before = depends ? await directory.consentsOf(key) : NOTHING_DECIDED
  return { ...question, ...before }
}

export interface ConsentAsked extends Pick<ConsentQuestion, 'request' | 'scopes'> {
  readonly server: CompiledServer
  readonly client: Client
}
