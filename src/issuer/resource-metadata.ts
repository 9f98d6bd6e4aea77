/**
 * Protected resource metadata, RFC 9728 §2: of our own APIs, and of the one that a custom server's tokens are for, as
 * far as the server knows it. The owner of that API serves the document at home, or points to ours (§5).
 */
import { SERVED_OIDC_SCOPES } from '../protocol/scope.ts'
import type { CompiledServer } from './compile.ts'
import { orgScopes } from './org-scopes.ts'

type Document = Record<string, unknown>

/** §1.2: a resource is identified by an https URL without a fragment. Other audiences have no metadata. */
const isResource = (audience: string): boolean =>
  URL.parse(audience)?.protocol === 'https:' && !audience.includes('#')

/** Scopes that anybody may know of. */
export const publishedScopes = ({ scopes }: CompiledServer): readonly string[] =>
  [...scopes.values()]
    .filter((scope) => !scope.system && scope.metadataPublish === 'ALL_CLIENTS')
    .map(({ name }) => name)

/** What an issuer's tokens are good for, as far as that has metadata (§4). */
export function protectedResources({ server, urls }: CompiledServer): readonly string[] {
  if (server.kind === 'org') return [urls.issuer, urls.userinfo]
  return isResource(server.audience) ? [server.audience, urls.userinfo] : [urls.userinfo]
}

/** Userinfo of a server, which signs what it says for apps that want it so. */
export const userinfoResource = ({ server, urls }: CompiledServer): Document => ({
  resource: urls.userinfo,
  authorization_servers: [urls.issuer],
  jwks_uri: urls.keys,
  scopes_supported: SERVED_OIDC_SCOPES.filter((name) => name !== 'offline_access'),
  bearer_methods_supported: ['header', 'body'],
  resource_signing_alg_values_supported: [server.signingAlgorithm],
})

/** The management API. What identifies it is the audience of the org server's tokens. */
export const managementResource = ({ urls }: CompiledServer): Document => ({
  resource: urls.issuer,
  authorization_servers: [urls.issuer],
  scopes_supported: orgScopes.map(({ name }) => name),
  bearer_methods_supported: ['header'],
  resource_name: 'Management API',
  resource_documentation: `${urls.issuer}/docs/api`,
})

/** The API that a custom server is for. How it takes tokens its owner knows. Null: it cannot have metadata. */
export const audienceResource = (compiled: CompiledServer): Document | null =>
  isResource(compiled.server.audience)
    ? {
        resource: compiled.server.audience,
        authorization_servers: [compiled.urls.issuer],
        scopes_supported: publishedScopes(compiled),
      }
    : null
