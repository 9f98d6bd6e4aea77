/** An app as the API shows it, members in Okta's order. Links lead only to what exists. */
import type { JWK } from 'jose'
import { APP_NAME, usesSecret, type App, type AppDocument } from '../domain/app.ts'
import type { AppKey } from '../domain/client-key.ts'
import { timestamp } from '../platform/clock.ts'
import { appHref, link } from './app-resource.ts'

const keyMembers = (jwk: JWK): Record<string, unknown> => {
  const { kty, kid, alg, use, e, n, crv, x, y } = jwk
  return {
    kid: kid ?? null,
    kty,
    ...(alg !== undefined && { alg }),
    use: use ?? null,
    ...(kty === 'RSA' ? { e, n } : { crv, x, ...(kty === 'EC' && { y }) }),
  }
}

/** A key on its own. */
export function presentKey(key: AppKey, app: App, origin: string): Record<string, unknown> {
  const self = `${appHref(origin, app)}/credentials/jwks/${key.id}`
  return {
    id: key.id,
    ...keyMembers(key.jwk),
    status: key.status,
    created: timestamp(key.created),
    lastUpdated: timestamp(key.lastUpdated),
    _links: credentialLinks(self, key.status),
  }
}

/** Links of a secret or key: an inactive one can be activated or deleted. */
export const credentialLinks = (self: string, status: App['status']): Record<string, unknown> =>
  status === 'ACTIVE'
    ? { deactivate: link(`${self}/lifecycle/deactivate`, 'POST') }
    : { activate: link(`${self}/lifecycle/activate`, 'POST'), delete: link(self, 'DELETE') }

function presentClient(app: App, keys: readonly AppKey[]): Record<string, unknown> {
  const {
    client_uri,
    logo_uri,
    redirect_uris,
    post_logout_redirect_uris,
    response_types,
    consent_method,
    issuer_mode,
    refresh_token,
    idp_initiated_login,
    ...others
  } = app.document.oauthClient
  return {
    client_uri: client_uri ?? null,
    logo_uri: logo_uri ?? null,
    redirect_uris: redirect_uris ?? [],
    post_logout_redirect_uris: post_logout_redirect_uris ?? [],
    response_types: response_types ?? [],
    grant_types: app.grantTypes,
    ...(keys.length > 0 && {
      jwks: {
        keys: keys.map(({ id, jwk, status }) => ({ id, ...keyMembers(jwk), status })),
      },
    }),
    ...(app.jwksUri !== null && { jwks_uri: app.jwksUri }),
    application_type: app.applicationType,
    consent_method: consent_method ?? 'TRUSTED',
    issuer_mode: issuer_mode ?? 'ORG_URL',
    ...(refresh_token != null && { refresh_token }),
    idp_initiated_login: {
      mode: idp_initiated_login?.mode ?? 'DISABLED',
      default_scope: idp_initiated_login?.default_scope ?? [],
    },
    wildcard_redirect: 'DISABLED',
    dpop_bound_access_tokens: false,
    security_profile: 'OKTA',
    ...others,
  }
}

const presentVisibility = ({ visibility }: AppDocument): Record<string, unknown> => ({
  autoLaunch: visibility.autoLaunch ?? false,
  autoSubmitToolbar: visibility.autoSubmitToolbar ?? false,
  hide: { iOS: visibility.hide?.iOS ?? true, web: visibility.hide?.web ?? true },
  appLinks: { oidc_client_link: true },
})

function presentLinks(app: App, origin: string): Record<string, unknown> {
  const self = appHref(origin, app)
  const verb = app.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return {
    appLinks: [],
    groups: { href: `${self}/groups` },
    users: { href: `${self}/users` },
    logo: [],
    clientCredentials: [
      { name: 'secrets', ...link(`${self}/credentials/secrets`, 'GET', 'POST') },
      { name: 'jwks', ...link(`${self}/credentials/jwks`, 'GET', 'POST') },
    ],
    [verb]: { href: `${self}/lifecycle/${verb}` },
  }
}

/** `secret` only where the caller has just set or replaced the app. */
export function presentApp(
  app: App,
  keys: readonly AppKey[],
  origin: string,
  secret: string | null = null,
): Record<string, unknown> {
  const { accessibility, userNameTemplate, autoKeyRotation, pkceRequired, implicitAssignment } =
    app.document
  const { notes } = app.document
  return {
    id: app.id,
    orn: `orn:okta:idp:${app.orgId}:apps:${APP_NAME}:${app.id}`,
    name: APP_NAME,
    label: app.label,
    status: app.status,
    lastUpdated: timestamp(app.lastUpdated),
    created: timestamp(app.created),
    accessibility: {
      selfService: accessibility.selfService ?? false,
      errorRedirectUrl: accessibility.errorRedirectUrl ?? null,
      loginRedirectUrl: accessibility.loginRedirectUrl ?? null,
    },
    visibility: presentVisibility(app.document),
    features: [],
    signOnMode: 'OPENID_CONNECT',
    credentials: {
      userNameTemplate: { template: '${source.login}', type: 'BUILT_IN', ...userNameTemplate },
      signing: {},
      oauthClient: {
        autoKeyRotation,
        client_id: app.clientId,
        ...(secret !== null && usesSecret(app.authMethod) && { client_secret: secret }),
        token_endpoint_auth_method: app.authMethod,
        pkce_required: pkceRequired,
      },
    },
    universalLogout: null,
    settings: {
      app: {},
      notifications: {
        vpn: { network: { connection: 'DISABLED' }, message: null, helpUrl: null },
      },
      manualProvisioning: false,
      implicitAssignment,
      emOptInStatus: 'DISABLED',
      notes: { admin: notes.admin ?? null, enduser: notes.enduser ?? null },
      oauthClient: presentClient(app, keys),
    },
    profile: app.profile,
    _links: presentLinks(app, origin),
  }
}
