/** The org authorization server, the same in every deployment: no scopes, claims, policies or audience of its own. */
import { ORG_SERVER_ID, type AuthorizationServer } from '../domain/authorization-server.ts'
import { NO_ENCRYPTION } from '../domain/resource-server-key.ts'
import type { ServerConfiguration } from '../domain/snapshot.ts'

/** Access tokens of the org server live this long, whatever the client. */
export const ORG_ACCESS_TOKEN_SECONDS = 3600

/** Families of refresh tokens of the org server, and how long one may lie unused. */
export const ORG_REFRESH_TOKEN_SECONDS = 90 * 24 * 3600
export const ORG_REFRESH_WINDOW_SECONDS = 7 * 24 * 3600

export function orgServer(origin: string): ServerConfiguration {
  const server: AuthorizationServer = {
    id: ORG_SERVER_ID,
    kind: 'org',
    name: 'org',
    description: null,
    audience: origin,
    issuerMode: 'ORG_URL',
    status: 'ACTIVE',
    isDefault: false,
    rotationMode: 'AUTO',
    signingAlgorithm: 'RS256',
    signingKid: null,
    lastRotated: null,
    nextRotation: null,
    accessTokenProfile: 'OKTA',
    tokenEncryption: NO_ENCRYPTION,
    created: 0,
    lastUpdated: 0,
  }
  return { server, version: 0, scopes: [], claims: [], policies: [], hooks: [] }
}
