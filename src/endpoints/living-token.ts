/**
 * Whether a genuine token is alive: its client stands behind it, and for a person's token the authorization it names.
 * Of a client's own token one ledger is asked, of a person's their object: one call either way.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Assignment, Person } from '../domain/person.ts'
import { askedApp } from '../grants/grant.ts'
import { isClientAlive, isRevoked, type AccessTokenClaims } from '../issuer/access-token.ts'
import { authorizationOf } from '../mint/access-token.ts'
import { nowSeconds } from '../platform/clock.ts'
import type { ServerContext } from './context.ts'
import { clientOfToken } from './presented-token.ts'

/** Of a living token; `record` and `person` are null when the client acts for itself. */
export interface Living {
  readonly client: Client
  readonly record: AuthorizationRecord | null
  readonly person: Person | null
  readonly assignment?: Assignment | null
}

/** Null: the token is dead. */
export async function livingToken(
  claims: Pick<AccessTokenClaims, 'cid' | 'uid' | 'jti' | 'iat'>,
  context: ServerContext,
): Promise<Living | null> {
  const client = await clientOfToken(claims.cid, context)
  if (client === null || !isClientAlive(client, claims)) return null
  const { serverId, ledgers, subjects } = context
  const { uid: userId, jti } = claims
  if (userId === undefined)
    return (await isRevoked(claims, serverId, ledgers))
      ? null
      : { client, record: null, person: null }
  const authorizationId = authorizationOf(jti)
  if (authorizationId === null) return null
  const asked = { userId, authorizationId, jti, app: askedApp(client) }
  const inspected = await subjects.inspect(asked, nowSeconds())
  return inspected.alive ? { client, ...inspected } : null
}
