/**
 * Authorization server metadata: RFC 8414 §2 and OpenID Connect Discovery §3, computed from the tables that do the
 * work: what no table holds is not promised. Custom claims never appear, custom scopes only where they say so.
 */
import { IDENTITY_CLAIM_NAMES } from '../claims/identity.ts'
import { authenticationMethods } from '../clients/authenticate.ts'
import { SECRET_ASSERTION_ALGORITHMS, SIGNED_ASSERTION_ALGORITHMS } from '../clients/assertion.ts'
import { MET_ACR_VALUES } from '../domain/acr.ts'
import { PROMPTS } from '../protocol/prompt.ts'
import { SERVED_OIDC_SCOPES } from '../protocol/scope.ts'
import { RESPONSE_MODES, RESPONSE_TYPE_SETS } from '../protocol/response.ts'
import type { CompiledServer } from './compile.ts'
import { orgScopes } from './org-scopes.ts'
import { protectedResources, publishedScopes } from './resource-metadata.ts'

const ACCESS_TOKEN_CLAIMS = ['ver', 'jti', 'iss', 'aud', 'iat', 'exp', 'cid', 'uid', 'scp', 'sub']

/** Of those within the profile of RFC 9068, beside the others. */
const PROFILE_CLAIMS = ['client_id', 'scope', 'auth_time', 'acr', 'amr']

const SIGN_IN_CLAIMS =
  'iss ver sub aud iat exp jti auth_time amr idp nonce acr sid at_hash c_hash'.split(' ')

const ID_TOKEN_CLAIMS = [...SIGN_IN_CLAIMS, ...IDENTITY_CLAIM_NAMES]

const ASSERTION_ALGORITHMS = [...SECRET_ASSERTION_ALGORITHMS, ...SIGNED_ASSERTION_ALGORITHMS]

type Document = Record<string, unknown>

/** What rooms that stand right of this one can do. */
export interface Offered {
  /** Those that work at the token endpoint. */
  readonly grantTypes: readonly string[]
  /** Those that pages speak, as language tags. */
  readonly languages: readonly string[]
}

/** The scopes that a client may ask for here, as far as they are told. */
function scopeNames(compiled: CompiledServer, isOpenid: boolean): readonly string[] {
  if (compiled.server.kind !== 'org') return [...SERVED_OIDC_SCOPES, ...publishedScopes(compiled)]
  return isOpenid
    ? SERVED_OIDC_SCOPES
    : [...orgScopes.map(({ name }) => name), ...SERVED_OIDC_SCOPES]
}

/** What both documents say alike. */
function common(
  compiled: CompiledServer,
  { grantTypes, languages }: Offered,
  isOpenid: boolean,
): Document {
  const { server, urls } = compiled
  const accessTokenClaims =
    server.accessTokenProfile === 'RFC9068'
      ? [...ACCESS_TOKEN_CLAIMS, ...PROFILE_CLAIMS]
      : ACCESS_TOKEN_CLAIMS
  return {
    response_types_supported: isOpenid
      ? RESPONSE_TYPE_SETS.filter((type) => type !== 'token')
      : RESPONSE_TYPE_SETS,
    response_modes_supported: RESPONSE_MODES,
    grant_types_supported: [...grantTypes, 'implicit'],
    subject_types_supported: ['public'],
    scopes_supported: scopeNames(compiled, isOpenid),
    token_endpoint_auth_methods_supported: authenticationMethods,
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    claims_supported: isOpenid ? ID_TOKEN_CLAIMS : accessTokenClaims,
    code_challenge_methods_supported: ['S256'],
    introspection_endpoint: urls.introspect,
    introspection_endpoint_auth_methods_supported: authenticationMethods,
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_signing_alg_values_supported: [server.signingAlgorithm],
    end_session_endpoint: urls.logout,
    revocation_endpoint: urls.revoke,
    revocation_endpoint_auth_methods_supported: authenticationMethods,
    revocation_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    request_parameter_supported: true,
    request_object_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    // Absent would mean true.
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
    protected_resources: protectedResources(compiled),
    acr_values_supported: MET_ACR_VALUES,
    prompt_values_supported: PROMPTS,
    ui_locales_supported: languages,
  }
}

/** The OAuth document of a server. */
export function oauthMetadata(compiled: CompiledServer, offered: Offered): Document {
  const { server, urls } = compiled
  return {
    issuer: urls.issuer,
    authorization_endpoint: urls.authorize,
    token_endpoint: urls.token,
    // The keys of the org server's access tokens are nobody else's to check.
    ...(server.kind !== 'org' && { jwks_uri: urls.keys }),
    ...common(compiled, offered, false),
  }
}

/** The OpenID Connect document of a server. */
export function openidMetadata(compiled: CompiledServer, offered: Offered): Document {
  const { server, urls } = compiled
  return {
    issuer: urls.issuer,
    authorization_endpoint: urls.authorize,
    token_endpoint: urls.token,
    userinfo_endpoint: urls.userinfo,
    jwks_uri: urls.keys,
    ...common(compiled, offered, true),
    id_token_signing_alg_values_supported: [server.signingAlgorithm],
    userinfo_signing_alg_values_supported: [server.signingAlgorithm],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    claims_parameter_supported: true,
    claim_types_supported: ['normal'],
  }
}
