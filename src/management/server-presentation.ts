/** Authorization servers as the API shows them, members in Okta's order. */
import type { AuthorizationServer } from '../domain/authorization-server.ts'
import type { ResourceServerKey } from '../domain/resource-server-key.ts'
import { urlsOf } from '../issuer/urls.ts'
import { timestamp } from '../platform/clock.ts'
import { link, serverHref } from './server-resource.ts'

const presentJwk = ({ id, kid, status, jwk }: ResourceServerKey): Record<string, unknown> => ({
  kty: jwk.kty,
  id,
  status,
  ...(kid !== null && { kid }),
  use: 'enc',
  e: jwk.e,
  n: jwk.n,
})

function presentEncryption({ tokenEncryption }: AuthorizationServer): Record<string, unknown> {
  const { algorithm, jwksUri, keys } = tokenEncryption
  return {
    ...(algorithm !== null && { accessTokenEncryptedResponseAlgorithm: algorithm }),
    ...(keys.length > 0 && { jwks: { keys: keys.map(presentJwk) } }),
    ...(jwksUri !== null && { jwks_uri: jwksUri }),
  }
}

function presentLinks(server: AuthorizationServer, origin: string): Record<string, unknown> {
  const self = serverHref(origin, server)
  const { issuer } = urlsOf(origin, server)
  const wellKnown = (name: string) => ({
    name,
    ...link(`${issuer}/.well-known/${name}`, 'GET'),
  })
  return {
    rotateKey: link(`${self}/credentials/lifecycle/keyRotate`, 'POST'),
    // The document of OpenID Connect is named once it is served.
    metadata: [wellKnown('oauth-authorization-server')],
    keys: link(`${self}/credentials/keys`, 'GET'),
    claims: link(`${self}/claims`, 'GET', 'POST'),
    policies: link(`${self}/policies`, 'GET', 'POST'),
    self: link(self, 'GET', 'DELETE', 'PUT'),
    scopes: link(`${self}/scopes`, 'GET', 'POST'),
    ...(server.status === 'ACTIVE'
      ? { deactivate: link(`${self}/lifecycle/deactivate`, 'POST') }
      : { activate: link(`${self}/lifecycle/activate`, 'POST') }),
  }
}

/** A server; `links` for one that is shown as somebody's. */
export const presentServer = (
  server: AuthorizationServer,
  origin: string,
  links: Record<string, unknown> = presentLinks(server, origin),
): Record<string, unknown> => ({
  id: server.id,
  name: server.name,
  description: server.description,
  audiences: [server.audience],
  issuer: urlsOf(origin, server).issuer,
  issuerMode: server.issuerMode,
  status: server.status,
  created: timestamp(server.created),
  lastUpdated: timestamp(server.lastUpdated),
  credentials: {
    signing: {
      kid: server.signingKid,
      alg: server.signingAlgorithm,
      rotationMode: server.rotationMode,
      lastRotated: timestamp(server.lastRotated ?? server.created),
      ...(server.nextRotation !== null && { nextRotation: timestamp(server.nextRotation) }),
      use: 'sig',
    },
  },
  accessTokenProfile: server.accessTokenProfile,
  default: server.isDefault,
  ...presentEncryption(server),
  _links: links,
})
