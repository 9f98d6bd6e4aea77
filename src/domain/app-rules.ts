/**
 * From the input of an app to its fields, and what must hold between them: grant types by application type, response
 * types by grant types, redirect URIs, client authentication. Pure; every fault is one sentence that names its field.
 */
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import type { GrantType } from '../protocol/urns.ts'
import { logoutFaults } from './app-logout.ts'
import {
  DEFAULT_LEEWAY_SECONDS,
  type App,
  type AppFields,
  type AppReplacement,
  type ApplicationType,
} from './app.ts'

const SETTINGS = 'settings.oauthClient'
const CREDENTIALS = 'credentials.oauthClient'

const DIRECT: readonly GrantType[] = [
  'interaction_code',
  'urn:okta:params:oauth:grant-type:otp',
  'urn:okta:params:oauth:grant-type:oob',
  'http://auth0.com/oauth/grant-type/mfa-otp',
  'http://auth0.com/oauth/grant-type/mfa-oob',
]
const SAML = 'urn:ietf:params:oauth:grant-type:saml2-bearer'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const CODE = 'authorization_code'

/** What each kind of app may use, and what it cannot do without. */
const GRANTS: ReadonlyMap<
  ApplicationType,
  { readonly allowed: readonly string[]; readonly mandatory?: string }
> = new Map([
  ['browser', { allowed: [CODE, 'implicit', 'refresh_token', SAML, ...DIRECT] }],
  [
    'native',
    {
      allowed: [
        CODE,
        'implicit',
        'password',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
        EXCHANGE,
        SAML,
        ...DIRECT,
      ],
      mandatory: CODE,
    },
  ],
  ['service', { allowed: ['client_credentials', EXCHANGE, SAML] }],
  [
    'web',
    {
      allowed: [
        CODE,
        'implicit',
        'refresh_token',
        'client_credentials',
        'urn:openid:params:grant-type:ciba',
        SAML,
        ...DIRECT,
      ],
      mandatory: CODE,
    },
  ],
])

const present = <Value>(value: Value | null | undefined): Value | undefined =>
  value === null || value === '' ? undefined : value

/** Without the members that are null, undefined or empty text. */
function withoutUnset<Members extends object>(members: Members): Members {
  const kept = Object.entries(members).filter(([, value]) => present(value) !== undefined)
  return Object.fromEntries(kept) as Members
}

/**
 * The fields of a new app, or of a replaced one. A replacement keeps what it does not name of the client
 * authentication and of refresh rotation, so that nobody weakens a client by leaving something out.
 */
export function fieldsOf(input: AppReplacement, existing: App | null): AppFields {
  const { credentials, settings } = input
  const { application_type, grant_types, jwks_uri, jwks: _, ...others } = settings.oauthClient
  const { id_token_encrypted_response_alg: __, ...client } = others
  const applicationType = application_type ?? existing?.applicationType ?? null
  const authMethod =
    credentials?.oauthClient?.token_endpoint_auth_method ??
    existing?.authMethod ??
    'client_secret_basic'
  const isPublicType = applicationType === 'native' || applicationType === 'browser'
  const { refresh_token: refresh, ...kept } = client
  const refreshToken = refresh ?? existing?.document.oauthClient.refresh_token
  return {
    label: input.label,
    applicationType,
    grantTypes: [...new Set(grant_types)],
    authMethod,
    jwksUri: present(jwks_uri) ?? null,
    profile: input.profile ?? {},
    document: {
      accessibility: input.accessibility ?? {},
      visibility: input.visibility ?? {},
      userNameTemplate: withoutUnset(credentials?.userNameTemplate ?? {}),
      autoKeyRotation: credentials?.oauthClient?.autoKeyRotation ?? true,
      pkceRequired:
        credentials?.oauthClient?.pkce_required ??
        ((existing?.document.pkceRequired ?? isPublicType) || authMethod === 'none'),
      implicitAssignment: settings.implicitAssignment ?? false,
      notes: settings.notes ?? {},
      groupsClaim: existing?.document.groupsClaim ?? null,
      oauthClient: withoutUnset({
        ...kept,
        ...(grant_types.includes('refresh_token') && {
          refresh_token: {
            rotation_type:
              refreshToken?.rotation_type ?? (applicationType === 'browser' ? 'ROTATE' : 'STATIC'),
            leeway: refreshToken?.leeway ?? DEFAULT_LEEWAY_SECONDS,
          },
        }),
      }),
    },
  }
}

/** Everything that is wrong with the fields of an app; keys and secrets are checked where they are stored. */
export function faultsOf(fields: AppFields): readonly string[] {
  return [
    ...grantFaults(fields),
    ...responseFaults(fields),
    ...redirectFaults(fields),
    ...authenticationFaults(fields),
    ...loginFaults(fields),
    ...logoutFaults(fields),
    ...sizeFaults(fields),
  ]
}

const sizeFaults = ({ document }: AppFields): readonly string[] =>
  utf8(JSON.stringify(document)).length > limits.appSettingsBytesMax
    ? [`${SETTINGS}: all settings together may have at most ${limits.appSettingsBytesMax} bytes`]
    : []

function grantFaults({ applicationType, grantTypes }: AppFields): readonly string[] {
  const rule = applicationType === null ? undefined : GRANTS.get(applicationType)
  if (rule === undefined) return []
  const { allowed, mandatory } = rule
  const faults = grantTypes
    .filter((grant) => !allowed.includes(grant))
    .map((grant) => `'${grant}' is not allowed for the application type '${applicationType}'`)
  if (mandatory !== undefined && !grantTypes.includes(mandatory))
    faults.push(`'${mandatory}' is needed for the application type '${applicationType}'`)
  return faults.map((fault) => `${SETTINGS}.grant_types: ${fault}`)
}

const usesRedirects = (grants: readonly string[]): boolean =>
  [CODE, 'implicit', 'interaction_code'].some((grant) => grants.includes(grant))

/** Response types and redirect URIs may be missing where the client also has a grant that needs neither. */
const needsRedirects = (grants: readonly string[]): boolean =>
  usesRedirects(grants) && !grants.includes('password') && !grants.includes('client_credentials')

function responseFaults({ grantTypes, document }: AppFields): readonly string[] {
  const types = document.oauthClient.response_types ?? []
  const faults: string[] = []
  const fit = (fitting: boolean, fault: string): void => {
    if (!fitting) faults.push(`${SETTINGS}.response_types: ${fault}`)
  }
  const has = (grant: string): boolean => grantTypes.includes(grant)
  const implicit = types.includes('token') || types.includes('id_token')
  if (types.length === 0) fit(!needsRedirects(grantTypes), 'The field cannot be left blank')
  else if (!usesRedirects(grantTypes))
    fit(
      types.every((type) => type === 'token'),
      "only 'token' fits a client without redirects",
    )
  else {
    fit(
      !types.includes('code') || has(CODE) || has('interaction_code'),
      `'code' needs the grant type '${CODE}'`,
    )
    fit(types.includes('code') || !has(CODE), `the grant type '${CODE}' needs 'code'`)
    fit(!implicit || has('implicit'), "'token' and 'id_token' need the grant type 'implicit'")
    fit(implicit || !has('implicit'), "the grant type 'implicit' needs 'token' or 'id_token'")
  }
  return faults
}

/** Schemes that run or read something in the browser, or that no app can own. */
const FORBIDDEN_SCHEMES: ReadonlySet<string> = new Set(
  (
    'about blob chrome content data file filesystem ftp intent jar javascript mailto resource tel vbscript ' +
    'view-source ws wss'
  ).split(' '),
)

/** Null: the URI can be registered. Schemes without a dot are for native apps, which the platform hands them to. */
export function redirectUriFault(uri: string, type: ApplicationType | null): string | null {
  const url = URL.parse(uri)
  if (url === null || !/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(uri))
    return 'must be an absolute URI of printable ASCII characters'
  if (uri.includes('#')) return 'must not hold a fragment'
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password'
  const scheme = url.protocol.slice(0, -1)
  if (FORBIDDEN_SCHEMES.has(scheme)) return `must not use the scheme '${scheme}'`
  if (scheme === 'http' || scheme === 'https') {
    if (!/^https?:\/\//i.test(uri)) return 'must name a host'
    return url.hostname.includes('*') ? 'must not hold a wildcard' : null
  }
  return scheme.includes('.') || type === 'native'
    ? null
    : `must use http, https or a scheme with a dot, not '${scheme}'`
}

function redirectFaults(fields: AppFields): readonly string[] {
  const { applicationType, grantTypes, document } = fields
  const { redirect_uris: uris = [], post_logout_redirect_uris: logout = [] } = document.oauthClient
  const named = (member: string, list: readonly string[]): readonly string[] =>
    list.flatMap((uri, index) => {
      const fault = redirectUriFault(uri, applicationType)
      return fault === null ? [] : [`${SETTINGS}.${member}.${index}: ${fault}`]
    })
  return [
    ...((uris ?? []).length === 0 && needsRedirects(grantTypes)
      ? [`${SETTINGS}.redirect_uris: The field cannot be left blank`]
      : []),
    ...named('redirect_uris', uris ?? []),
    ...named('post_logout_redirect_uris', logout ?? []),
  ]
}

function authenticationFaults(fields: AppFields): readonly string[] {
  const { applicationType, authMethod, grantTypes, document } = fields
  if (authMethod !== 'none') return []
  const method = `${CREDENTIALS}.token_endpoint_auth_method`
  const faults: string[] = []
  if (applicationType === 'service') faults.push(`${method}: a service app must authenticate`)
  else if (grantTypes.includes('client_credentials'))
    faults.push(`${method}: a client with 'client_credentials' must authenticate`)
  if (!document.pkceRequired)
    faults.push(`${CREDENTIALS}.pkce_required: must be true when the method is 'none'`)
  return faults
}

function loginFaults({ grantTypes, document }: AppFields): readonly string[] {
  const { idp_initiated_login: login, initiate_login_uri: uri } = document.oauthClient
  const mode = login?.mode ?? 'DISABLED'
  if (mode === 'DISABLED') return []
  const member = `${SETTINGS}.idp_initiated_login.mode`
  return [
    ...(uri == null ? [`${member}: '${mode}' needs an initiate_login_uri`] : []),
    ...(usesRedirects(grantTypes) ? [] : [`${member}: '${mode}' needs a grant with redirects`]),
  ]
}
