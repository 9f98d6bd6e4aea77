/** Apps: OAuth clients of each type, their secrets, keys and grants. */
import type { Json } from '../../json.ts'
import type { Call } from './call.ts'

const app = (label: string, oauthClient: Json, credentials: Json = {}): Json => ({
  name: 'oidc_client',
  label,
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: { autoKeyRotation: true, ...credentials } },
  settings: { oauthClient },
})

const SERVICE = app('service', {
  application_type: 'service',
  grant_types: ['client_credentials'],
  response_types: ['token'],
})

const WEB = app('web', {
  application_type: 'web',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: ['https://app.example/callback'],
  post_logout_redirect_uris: ['https://app.example'],
  client_uri: 'https://app.example',
  logo_uri: 'https://app.example/logo.png',
  initiate_login_uri: 'https://app.example/login',
  tos_uri: 'https://app.example/terms',
  policy_uri: 'https://app.example/privacy',
  consent_method: 'REQUIRED',
  request_object_signing_alg: 'RS256',
  userinfo_signed_response_alg: 'RS256',
  refresh_token: { rotation_type: 'ROTATE', leeway: 30 },
})

const BROWSER = app(
  'browser',
  {
    application_type: 'browser',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: ['https://spa.example/callback'],
  },
  { token_endpoint_auth_method: 'none' },
)

const NATIVE = app(
  'native',
  {
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: ['com.example.app:/callback'],
  },
  { token_endpoint_auth_method: 'none' },
)

/** The coordinates of a point on P-256; nobody needs the private half. */
const EC_KEY = {
  kty: 'EC',
  kid: 'contract',
  use: 'sig',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

export const appCalls: readonly Call[] = [
  {
    operation: 'createApplication',
    what: 'service',
    body: SERVICE,
    keep: { appId: 'id', clientId: 'credentials.oauthClient.client_id' },
  },
  { operation: 'createApplication', what: 'web', body: WEB, query: { activate: 'false' } },
  { operation: 'createApplication', what: 'browser', body: BROWSER },
  { operation: 'createApplication', what: 'native', body: NATIVE },
  { operation: 'listApplications', query: { limit: '2' } },
  { operation: 'listApplications', what: 'filtered', query: { filter: 'status eq "ACTIVE"' } },
  { operation: 'getApplication' },
  { operation: 'replaceApplication', body: { ...SERVICE, label: 'replaced' } },

  { operation: 'createOAuth2ClientSecret', body: {}, keep: { secretId: 'id' } },
  { operation: 'listOAuth2ClientSecrets' },
  { operation: 'getOAuth2ClientSecret' },
  { operation: 'deactivateOAuth2ClientSecret' },
  { operation: 'activateOAuth2ClientSecret' },
  { operation: 'deactivateOAuth2ClientSecret', what: 'to delete it' },
  { operation: 'deleteOAuth2ClientSecret' },

  { operation: 'addJwk', body: EC_KEY, keep: { keyId: 'id' } },
  { operation: 'listJwk' },
  { operation: 'getJwk' },
  { operation: 'deactivateOAuth2ClientJsonWebKey' },
  { operation: 'activateOAuth2ClientJsonWebKey' },
  { operation: 'getApplication', what: 'with a key' },
  { operation: 'deactivateOAuth2ClientJsonWebKey', what: 'to delete it' },
  { operation: 'deletejwk' },

  {
    operation: 'grantConsentToScope',
    body: ({ issuer }) => ({ scopeId: 'okta.apps.read', issuer }),
    keep: { grantId: 'id', userId: 'createdBy.id' },
  },
  { operation: 'listScopeConsentGrants' },
  { operation: 'getScopeConsentGrant' },
  { operation: 'revokeScopeConsentGrant' },

  { operation: 'deactivateApplication' },
  { operation: 'activateApplication' },
]

export const appEndCalls: readonly Call[] = [
  { operation: 'deactivateApplication', what: 'to delete it' },
  { operation: 'deleteApplication' },
]
