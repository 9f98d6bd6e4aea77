/**
 * The issuer identifier of a server and every URL that follows from it. Everything comes from configuration:
 * no header of a request takes part.
 */
import {
  DEFAULT_SERVER_ID,
  ORG_SERVER_ID,
  type AuthorizationServer,
} from '../domain/authorization-server.ts'

export interface ServerUrls {
  readonly issuer: string
  /** Where the endpoints are: `{origin}/oauth2` or `{origin}/oauth2/{id}`. */
  readonly base: string
  readonly authorize: string
  readonly interact: string
  readonly token: string
  readonly userinfo: string
  readonly logout: string
  readonly introspect: string
  readonly revoke: string
  readonly keys: string
}

type Identified = Pick<AuthorizationServer, 'id' | 'kind' | 'isDefault'>

/** The path segment that stands for a custom server in issuers and links. */
export const serverSegment = (server: Identified): string =>
  server.isDefault ? 'default' : server.id

/** What an id can look like at all. Anything else names no server and reaches neither storage nor a header. */
const SERVER_ID = /^[\w-]{1,100}$/

/** The custom server that the segment means; null: none. The org server has no segment: its inner name means nobody. */
export function customServerId(segment: string): string | null {
  if (segment === ORG_SERVER_ID || !SERVER_ID.test(segment)) return null
  return segment === 'default' ? DEFAULT_SERVER_ID : segment
}

export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource'

/** Where a resource's metadata is: RFC 9728 §3.1. */
export function resourceMetadataUrl(resource: string): string {
  const { origin, pathname } = new URL(resource)
  return `${origin}${RESOURCE_METADATA}${pathname === '/' ? '' : pathname}`
}

const CUSTOM_PATH = '/oauth2/'

/** The custom server whose issuer it is, if it is one of the deployment's; null: it is another's, or the org's. */
export function customServerIdOfIssuer(origin: string, issuer: string): string | null {
  const base = origin + CUSTOM_PATH
  return issuer.startsWith(base) ? customServerId(issuer.slice(base.length)) : null
}

/** Issuers of one deployment. `origin` has no trailing slash. */
export function urlsOf(origin: string, server: Identified): ServerUrls {
  const base =
    server.kind === 'org' ? `${origin}/oauth2` : origin + CUSTOM_PATH + serverSegment(server)
  return {
    issuer: server.kind === 'org' ? origin : base,
    base,
    authorize: `${base}/v1/authorize`,
    interact: `${base}/v1/interact`,
    token: `${base}/v1/token`,
    userinfo: `${base}/v1/userinfo`,
    logout: `${base}/v1/logout`,
    introspect: `${base}/v1/introspect`,
    revoke: `${base}/v1/revoke`,
    keys: `${base}/v1/keys`,
  }
}
