/**
 * An app is a registered OAuth client with what only the management API reads of it. Only OpenID Connect apps exist.
 * A setting that promises a protection this server does not give yet is refused, never stored and forgotten.
 */
import * as z from 'zod'
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { GRANT_TYPES } from '../protocol/urns.ts'
import { SIGNING_ALGORITHMS, type Status } from './authorization-server.ts'
import { TOKEN_ENDPOINT_AUTH_METHODS, type TokenEndpointAuthMethod } from './client.ts'
import { ClientKeyInput } from './client-key.ts'
import type { GroupsClaim } from './id-token-settings.ts'

export const APP_NAME = 'oidc_client'

/** How long the last refresh token stays good after it was rotated, unless the app says. */
export const DEFAULT_LEEWAY_SECONDS = 30

const APPLICATION_TYPES = ['web', 'native', 'browser', 'service'] as const
export type ApplicationType = (typeof APPLICATION_TYPES)[number]

const REQUEST_OBJECT_ALGORITHMS = ['HS', 'RS', 'ES'].flatMap((family) =>
  ['256', '384', '512'].map((bits) => family + bits),
)

const Text = z.string().max(limits.uriCharactersMax)
const Flag = z.boolean().nullish()
const Names = z.array(z.string().max(limits.nameCharactersMax)).max(limits.listMembersMax)

/** Links that people follow; empty counts as none. */
const WebUri = Text.refine(
  (text) => text === '' || (/^https?:\/\/[\x21-\x7e]+$/i.test(text) && URL.canParse(text)),
  'must be an http or https URL',
).nullish()

const RedirectUris = z
  .array(z.string().max(limits.uriCharactersMax))
  .max(limits.redirectUrisPerAppMax)

/** A setting of which only the harmless value exists. */
const only = <const Value extends string | boolean>(value: Value, what: string) =>
  z.literal(value, { error: `must be ${value}: ${what} not supported` }).nullish()

export const ClientSecretValue = z
  .string()
  .min(limits.clientSecretCharactersMin)
  .max(limits.clientSecretCharactersMax)
  .regex(/^[\x20-\x7e]+$/, 'may hold printable ASCII characters only')

const ClientId = z
  .string()
  .min(limits.clientIdCharactersMin)
  .max(limits.clientIdCharactersMax)
  .regex(/^[A-Za-z0-9$\-_.+!*'(),]+$/, "may hold letters, digits and $-_.+!*'(), only")
  .refine((id) => id !== 'ALL_CLIENTS', 'is a reserved word')
  // A client goes by it in tokens and in the log, where it must not pass for a person.
  .refine((id) => !id.startsWith('00u'), 'must not begin as the id of a user does')

const OAuthClientCredentials = z.object({
  client_id: ClientId.nullish(),
  client_secret: ClientSecretValue.nullish(),
  autoKeyRotation: Flag,
  pkce_required: Flag,
  token_endpoint_auth_method: z.enum(TOKEN_ENDPOINT_AUTH_METHODS).nullish(),
})

const UserNameTemplate = z.object({
  template: Text.nullish(),
  type: z.string().max(limits.nameCharactersMax).nullish(),
  userSuffix: Text.nullish(),
  pushStatus: z.string().max(limits.nameCharactersMax).nullish(),
})

const OAuthClientSettings = z.object({
  application_type: z.enum(APPLICATION_TYPES).nullish(),
  grant_types: z.array(z.enum(GRANT_TYPES)).min(1).max(limits.listMembersMax),
  response_types: z
    .array(z.enum(['code', 'token', 'id_token']))
    .max(limits.listMembersMax)
    .nullish(),
  redirect_uris: RedirectUris.nullish(),
  post_logout_redirect_uris: RedirectUris.nullish(),
  client_uri: WebUri,
  logo_uri: WebUri,
  tos_uri: WebUri,
  policy_uri: WebUri,
  initiate_login_uri: WebUri,
  consent_method: z.enum(['TRUSTED', 'REQUIRED']).nullish(),
  issuer_mode: z.enum(['ORG_URL', 'CUSTOM_URL', 'DYNAMIC']).nullish(),
  idp_initiated_login: z
    .object({ mode: z.enum(['DISABLED', 'SPEC', 'OKTA']), default_scope: Names.nullish() })
    .nullish(),
  refresh_token: z
    .object({
      rotation_type: z.enum(['STATIC', 'ROTATE']),
      leeway: z.int().min(0).max(limits.refreshLeewaySecondsMax).nullish(),
    })
    .nullish(),
  jwks: z.object({ keys: z.array(ClientKeyInput).max(limits.keysPerAppMax) }).nullish(),
  jwks_uri: Text.nullish(),
  request_object_signing_alg: z.enum(REQUEST_OBJECT_ALGORITHMS).nullish(),
  userinfo_signed_response_alg: z.enum(SIGNING_ALGORITHMS).nullish(),
  sector_identifier_uri: WebUri,
  participate_slo: Flag,
  frontchannel_logout_uri: WebUri,
  frontchannel_logout_session_required: Flag,
  backchannel_logout_uri: WebUri,
  backchannel_logout_session_required: Flag,
  backchannel_authentication_request_signing_alg: z.enum(REQUEST_OBJECT_ALGORITHMS).nullish(),
  backchannel_custom_authenticator_id: z.string().max(limits.nameCharactersMax).nullish(),
  backchannel_token_delivery_mode: only('poll', 'other ways of delivery are'),
  network: z
    .object({
      connection: z.literal('ANYWHERE', { error: 'must be ANYWHERE: zones are not supported' }),
      include: Names.nullish(),
      exclude: Names.nullish(),
    })
    .nullish(),
  wildcard_redirect: only('DISABLED', 'wildcards in redirect URIs are'),
  dpop_bound_access_tokens: only(false, 'sender-constrained tokens are'),
  security_profile: only('OKTA', 'other profiles are'),
  subject_type: only('public', 'pairwise subjects are'),
  id_token_encrypted_response_alg: z
    .null({ error: 'must be absent: encrypted ID tokens are not supported' })
    .optional(),
})

const isSmall = (profile: unknown): boolean =>
  utf8(JSON.stringify(profile ?? {})).length <= limits.profileBytesMax

export const AppInput = z
  .object({
    name: z.literal(APP_NAME, { error: `must be ${APP_NAME}` }).default(APP_NAME),
    label: z.string().trim().min(1).max(limits.nameCharactersMax),
    signOnMode: z.literal('OPENID_CONNECT', { error: 'must be OPENID_CONNECT' }),
    accessibility: z
      .object({
        selfService: Flag,
        errorRedirectUrl: WebUri,
        loginRedirectUrl: WebUri,
      })
      .nullish(),
    visibility: z
      .object({
        autoLaunch: Flag,
        autoSubmitToolbar: Flag,
        hide: z.object({ iOS: Flag, web: Flag }).nullish(),
      })
      .nullish(),
    credentials: z
      .object({
        userNameTemplate: UserNameTemplate.nullish(),
        oauthClient: OAuthClientCredentials.nullish(),
      })
      .nullish(),
    settings: z.object({
      implicitAssignment: Flag,
      notes: z.object({ admin: Text.nullish(), enduser: Text.nullish() }).nullish(),
      oauthClient: OAuthClientSettings,
    }),
    profile: z
      .record(z.string(), z.unknown())
      .refine(isSmall, `may have at most ${limits.profileBytesMax} bytes`)
      .nullish(),
  })
  .meta({ id: 'AppInput' })

/** A replacement: the name is not read. */
export const AppReplacement = AppInput.omit({ name: true }).meta({ id: 'AppReplacement' })

export type AppReplacement = z.infer<typeof AppReplacement>
type OAuthClientSettings = z.infer<typeof OAuthClientSettings>

/** Members of settings.oauthClient that have no column of their own. Unset ones are absent. */
type StoredSettings = Omit<
  OAuthClientSettings,
  'application_type' | 'grant_types' | 'jwks' | 'jwks_uri' | 'id_token_encrypted_response_alg'
>

export interface AppDocument {
  readonly accessibility: NonNullable<AppReplacement['accessibility']>
  readonly visibility: NonNullable<AppReplacement['visibility']>
  readonly userNameTemplate: z.infer<typeof UserNameTemplate>
  readonly autoKeyRotation: boolean
  readonly pkceRequired: boolean
  readonly implicitAssignment: boolean
  readonly notes: NonNullable<AppReplacement['settings']['notes']>
  readonly oauthClient: StoredSettings
  /** Absent in apps that were written before it existed. */
  readonly groupsClaim?: GroupsClaim | null
}

/** What a create or a replacement decides. */
export interface AppFields {
  readonly label: string
  readonly applicationType: ApplicationType | null
  readonly grantTypes: readonly string[]
  readonly authMethod: TokenEndpointAuthMethod
  readonly jwksUri: string | null
  readonly profile: Readonly<Record<string, unknown>>
  readonly document: AppDocument
}

export interface App extends AppFields {
  readonly id: string
  readonly clientId: string
  readonly orgId: string
  readonly status: Status
  /** Whether administrator roles are assigned to the app's client, or okta.* scopes granted to it. */
  readonly isPrivileged: boolean
  readonly tokensNotBefore: number
  readonly version: number
  readonly created: number
  readonly lastUpdated: number
}

export const usesSecret = (method: TokenEndpointAuthMethod): boolean =>
  method.startsWith('client_secret_')
