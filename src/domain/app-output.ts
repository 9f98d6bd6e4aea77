/** What answers about apps, their keys and their secrets look like. */
import * as z from 'zod'
import { APP_NAME, AppReplacement } from './app.ts'
import { AppUserOutput } from './app-user.ts'
import { TOKEN_ENDPOINT_AUTH_METHODS } from './client.ts'
import { lifecycleLinks, Link, StatusOutput, Timestamp } from './output.ts'

const { settings, credentials } = AppReplacement.shape
const client = settings.shape.oauthClient.shape

/** The members that belong to the type of the key. */
const jwk = {
  kid: z.string().nullable(),
  kty: z.enum(['RSA', 'EC', 'OKP']),
  alg: z.string().optional(),
  use: z.literal('sig').nullable(),
  n: z.string().optional(),
  e: z.string().optional(),
  crv: z.string().optional(),
  x: z.string().optional(),
  y: z.string().optional(),
}

const credentialLinks = z
  .object({ ...lifecycleLinks, delete: Link.optional() })
  .meta({ id: 'CredentialLinks' })

export const ClientKeyOutput = z
  .object({
    id: z.string(),
    ...jwk,
    status: StatusOutput,
    created: Timestamp,
    lastUpdated: Timestamp,
    _links: credentialLinks,
  })
  .meta({ id: 'OAuth2ClientJsonWebKey' })

export const ClientSecretOutput = z
  .object({
    id: z.string(),
    status: StatusOutput,
    client_secret: z.string(),
    secret_hash: z.string(),
    created: Timestamp,
    lastUpdated: Timestamp,
    _links: credentialLinks,
  })
  .meta({ id: 'OAuth2ClientSecret' })

const uris = z.array(z.string())

/** Members of a setting that nobody made are absent, never null, but for those that Okta shows as null. */
const set = <Value extends z.ZodType>(nullish: z.ZodOptional<z.ZodNullable<Value>>) =>
  nullish.unwrap().unwrap().optional()

const OAuthClientSettingsOutput = z
  .object({
    client_uri: z.string().nullable(),
    logo_uri: z.string().nullable(),
    redirect_uris: uris,
    post_logout_redirect_uris: uris,
    response_types: z.array(z.enum(['code', 'token', 'id_token'])),
    grant_types: client.grant_types,
    jwks: z
      .object({ keys: z.array(z.object({ id: z.string(), ...jwk, status: StatusOutput })) })
      .optional(),
    jwks_uri: z.string().optional(),
    application_type: client.application_type.unwrap(),
    consent_method: z.enum(['TRUSTED', 'REQUIRED']),
    issuer_mode: z.enum(['ORG_URL', 'CUSTOM_URL', 'DYNAMIC']),
    refresh_token: z
      .object({ rotation_type: z.enum(['STATIC', 'ROTATE']), leeway: z.int() })
      .optional(),
    idp_initiated_login: z.object({
      mode: z.enum(['DISABLED', 'SPEC', 'OKTA']),
      default_scope: z.array(z.string()),
    }),
    wildcard_redirect: z.literal('DISABLED'),
    dpop_bound_access_tokens: z.literal(false),
    security_profile: z.literal('OKTA'),
    tos_uri: z.string().optional(),
    policy_uri: z.string().optional(),
    initiate_login_uri: z.string().optional(),
    sector_identifier_uri: z.string().optional(),
    subject_type: z.literal('public').optional(),
    request_object_signing_alg: set(client.request_object_signing_alg),
    userinfo_signed_response_alg: set(client.userinfo_signed_response_alg),
    participate_slo: z.boolean().optional(),
    frontchannel_logout_uri: z.string().optional(),
    frontchannel_logout_session_required: z.boolean().optional(),
    backchannel_logout_uri: z.string().optional(),
    backchannel_logout_session_required: z.boolean().optional(),
    backchannel_authentication_request_signing_alg: set(client.request_object_signing_alg),
    backchannel_custom_authenticator_id: z.string().optional(),
    backchannel_token_delivery_mode: z.literal('poll').optional(),
    network: set(client.network),
  })
  .meta({ id: 'OAuthClientSettings' })

const text = z.string().nullable()

export const AppOutput = z
  .object({
    id: z.string(),
    orn: z.string(),
    name: z.literal(APP_NAME),
    label: z.string(),
    status: StatusOutput,
    lastUpdated: Timestamp,
    created: Timestamp,
    accessibility: z.object({
      selfService: z.boolean(),
      errorRedirectUrl: text,
      loginRedirectUrl: text,
    }),
    visibility: z.object({
      autoLaunch: z.boolean(),
      autoSubmitToolbar: z.boolean(),
      hide: z.object({ iOS: z.boolean(), web: z.boolean() }),
      appLinks: z.object({ oidc_client_link: z.literal(true) }),
    }),
    features: z.array(z.string()).length(0),
    signOnMode: z.literal('OPENID_CONNECT'),
    credentials: z.object({
      userNameTemplate: set(set(credentials).unwrap().shape.userNameTemplate).unwrap(),
      signing: z.object({}),
      oauthClient: z.object({
        autoKeyRotation: z.boolean(),
        client_id: z.string(),
        client_secret: z
          .string()
          .optional()
          .describe('Only in the answer to a create or a replacement.'),
        token_endpoint_auth_method: z.enum(TOKEN_ENDPOINT_AUTH_METHODS),
        pkce_required: z.boolean(),
      }),
    }),
    universalLogout: z.null(),
    settings: z.object({
      app: z.object({}),
      notifications: z.object({
        vpn: z.object({
          network: z.object({ connection: z.literal('DISABLED') }),
          message: z.null(),
          helpUrl: z.null(),
        }),
      }),
      manualProvisioning: z.literal(false),
      implicitAssignment: z.boolean(),
      emOptInStatus: z.literal('DISABLED'),
      notes: z.object({ admin: text, enduser: text }),
      oauthClient: OAuthClientSettingsOutput,
    }),
    profile: z.record(z.string(), z.unknown()),
    _embedded: z.object({ user: AppUserOutput }).optional(),
    _links: z.object({
      appLinks: z.array(Link),
      groups: Link,
      users: Link,
      logo: z.array(Link),
      clientCredentials: z.array(Link),
      ...lifecycleLinks,
    }),
  })
  .meta({ id: 'Application' })
