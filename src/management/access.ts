/**
 * Who calls the management API and with what authority: an API token (SSWS) acts with its creator's roles, an access
 * token of the org server with its scopes and its client's roles. Both are read afresh at each call.
 */
import { extended, isExpired, TOKEN_HOLDER_STATUSES } from '../domain/api-token.ts'
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { Client } from '../domain/client.ts'
import { isClientAlive, isRevoked, readAccessToken } from '../issuer/access-token.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { askedApp } from '../grants/grant.ts'
import { authorizationOf } from '../mint/access-token.ts'
import { coversScope } from '../issuer/org-scopes.ts'
import { nowSeconds } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { parseScheme } from '../protocol/authorization-header.ts'
import { OAuthError } from '../protocol/errors.ts'
import {
  extendApiToken,
  findApiToken,
  hasTokenUnderOtherKey,
  saveApiTokenMac,
  type PresentedToken,
} from '../store/api-tokens.ts'
import { readConfiguration } from '../store/configuration.ts'
import { rolesOf } from '../store/role-assignments.ts'
import type { ManagementPorts } from './context.ts'
import { rolesAllow } from '../policy/roles.ts'

export interface Principal {
  readonly id: string
  readonly type: 'User' | 'PublicClientApp'
  readonly displayName: string
  readonly roles: readonly string[]
  /** Null: an API token is not narrowed by scopes. */
  readonly scopes: readonly string[] | null
  /** Null for an access token. */
  readonly apiTokenId: string | null
}

/** Throws E0000011 for anybody that cannot be recognised. */
export async function authenticatePrincipal(
  request: Request,
  ports: ManagementPorts,
): Promise<Principal> {
  const header = request.headers.get('authorization')
  const credentials = header === null ? null : parseScheme(header)
  if (credentials?.scheme === 'ssws') return apiTokenPrincipal(credentials.value, ports)
  if (credentials?.scheme === 'bearer')
    return accessTokenPrincipal(credentials.value, ports).catch((error: unknown) => {
      // The issuer says it in the words of the protocol door.
      const isFault = error instanceof OAuthError && error.reason === 'temporarily_unavailable'
      throw isFault ? new StorageUnavailable('the token cannot be checked', error) : error
    })
  throw new ApiError('E0000011')
}

interface Needed {
  readonly scope: string
  readonly permission: string
}

/** Whether the scopes and the roles both cover what is needed. */
export const allows = ({ scopes, roles }: Principal, { scope, permission }: Needed): boolean =>
  (scopes === null || coversScope(scopes, scope)) && rolesAllow(roles, permission)

/** Throws E0000006 unless the scopes and the roles both cover what a route needs. */
export function authorize(principal: Principal, needed: Needed): void {
  if (!allows(principal, needed)) throw new ApiError('E0000006')
}

async function apiTokenPrincipal(value: string, ports: ManagementPorts): Promise<Principal> {
  const { db, settings, waitUntil } = ports
  if (value.length > limits.tokenCharactersMax) throw new ApiError('E0000011')
  const macs = await Promise.all(
    settings.keyEncryption.versions.map((version) =>
      settings.keyEncryption.mac(value, 'api-token-mac', version),
    ),
  )
  const token = await findApiToken(db, macs)
  // The value may be one that was stored under a key which is missing.
  if (token === null && (await hasTokenUnderOtherKey(db, settings.keyEncryption.versions)))
    throw new StorageUnavailable('API tokens are stored under a missing KEY_ENCRYPTION_KEY')
  const now = nowSeconds()
  if (token === null || isExpired(token, now) || !TOKEN_HOLDER_STATUSES.has(token.userStatus))
    throw new ApiError('E0000011')
  waitUntil(keepToken(token, macs, now, ports))
  return {
    id: token.userId,
    type: 'User',
    displayName: token.login,
    roles: token.roles,
    scopes: null,
    apiTokenId: token.id,
  }
}

/** Writes that its use causes, seldom and after the answer: its end is put off, and its MAC follows a new key. */
async function keepToken(
  token: PresentedToken,
  macs: readonly string[],
  now: number,
  { db, settings }: ManagementPorts,
): Promise<void> {
  const { currentVersion, versions } = settings.keyEncryption
  const current = macs[versions.indexOf(currentVersion)]
  const expires = extended(token, now)
  try {
    if (current !== undefined && token.mac !== current) await saveApiTokenMac(db, token.id, current)
    if (expires !== null) await extendApiToken(db, token.id, expires, now)
  } catch (cause) {
    logFault('api-token.keep', { id: token.id }, cause)
  }
}

async function accessTokenPrincipal(value: string, ports: ManagementPorts): Promise<Principal> {
  const { snapshots, ledgers, db, waitUntil } = ports
  const wanted = {
    serverId: ORG_SERVER_ID,
    clientId: null,
    ring: accessTokenRing(ORG_SERVER_ID),
  }
  const { server, ring } = await snapshots.get(wanted, waitUntil)
  if (server === null || ring === null) throw new ApiError('E0000011')
  const claims = await readAccessToken(value, server, ring, nowSeconds())
  if (claims === null) throw new ApiError('E0000011')
  const { client } = await readConfiguration(db, { serverId: null, clientId: claims.cid })
  if (client === null || !isClientAlive(client, claims)) throw new ApiError('E0000011')
  // A grant that was taken back since ends the authority of tokens already out.
  const scopes = claims.scp.filter((scope) => client.orgScopes.includes(scope))
  const { uid } = claims
  if (uid !== undefined) return personPrincipal(uid, client, claims.jti, scopes, ports)
  if (await isRevoked(claims, ORG_SERVER_ID, ledgers)) throw new ApiError('E0000011')
  return {
    id: client.clientId,
    type: 'PublicClientApp',
    displayName: client.label,
    roles: client.roles,
    scopes,
    apiTokenId: null,
  }
}

/** A person acts through an app: with the scopes of the token and the roles that they have now. */
async function personPrincipal(
  userId: string,
  client: Client,
  jti: string,
  scopes: readonly string[],
  { people, db }: ManagementPorts,
): Promise<Principal> {
  const authorizationId = authorizationOf(jti)
  if (authorizationId === null) throw new ApiError('E0000011')
  const [inspected, roles] = await Promise.all([
    people.inspect({ userId, authorizationId, jti, app: askedApp(client) }, nowSeconds()),
    rolesOf(db, 'USER', userId),
  ])
  if (!inspected.alive) throw new ApiError('E0000011')
  return {
    id: userId,
    type: 'User',
    displayName: String(inspected.person.profile['login']),
    roles: roles.map(({ role }) => role),
    scopes,
    apiTokenId: null,
  }
}
