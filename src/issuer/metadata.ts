/**
 * Authorization server metadata, RFC 8414 §2, computed from the tables that do the work: what no table holds is not
 * promised. Custom claims never appear, custom scopes only where they say so themselves.
 */
import { authenticationMethods } from '../clients/authenticate.ts'
import { SECRET_ASSERTION_ALGORITHMS, SIGNED_ASSERTION_ALGORITHMS } from '../clients/assertion.ts'
import type { CompiledServer } from './compile.ts'
import { orgScopes } from './org-scopes.ts'

const ACCESS_TOKEN_CLAIMS = ['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'scp', 'sub']

const ASSERTION_ALGORITHMS = [...SECRET_ASSERTION_ALGORITHMS, ...SIGNED_ASSERTION_ALGORITHMS]

/** The OAuth document of a server. `grantTypes` are those that work. */
export function oauthMetadata(
  { server, urls, scopes }: CompiledServer,
  grantTypes: readonly string[],
): Record<string, unknown> {
  const isOrg = server.kind === 'org'
  const confidential = authenticationMethods.filter((method) => method !== 'none')
  const published = [...scopes.values()].filter(
    (scope) => !scope.system && scope.metadataPublish === 'ALL_CLIENTS',
  )
  const scopeNames = (isOrg ? orgScopes : published).map((scope) => scope.name)
  return {
    issuer: urls.issuer,
    token_endpoint: urls.token,
    // The keys of the org server's access tokens are nobody else's to check.
    ...(!isOrg && { jwks_uri: urls.keys }),
    response_types_supported: [],
    grant_types_supported: grantTypes,
    subject_types_supported: ['public'],
    // §3.2: a list without elements is left out; response_types_supported alone is required by §2.
    ...(scopeNames.length > 0 && { scopes_supported: scopeNames }),
    token_endpoint_auth_methods_supported: isOrg ? ['private_key_jwt'] : confidential,
    token_endpoint_auth_signing_alg_values_supported: isOrg
      ? SIGNED_ASSERTION_ALGORITHMS
      : ASSERTION_ALGORITHMS,
    claims_supported: ACCESS_TOKEN_CLAIMS,
    introspection_endpoint: urls.introspect,
    introspection_endpoint_auth_methods_supported: authenticationMethods,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    revocation_endpoint: urls.revoke,
    revocation_endpoint_auth_methods_supported: authenticationMethods,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  }
}
