/** Where our answers differ from Okta's published shapes, and the operations that do not exist, each with its reason. */

export interface ListedDeviation {
  /** `{Schema}{/place}: {what}`; array indexes are written `*`. */
  readonly where: string
  readonly because: string
}

const RECORDED =
  'the published shape leaves it out, but it is in recorded answers and clients read it'
const NULL = 'recorded answers say null where nothing is set; the published shape has no null'
const OURS = 'ours'

const because = (reason: string, ...places: readonly string[]): readonly ListedDeviation[] =>
  places.map((where) => ({ where, because: reason }))

export const deviations: readonly ListedDeviation[] = [
  ...because(
    RECORDED,
    'AuthorizationServer/_links/keys: is not declared',
    'AuthorizationServer/default: is not declared',
    'OAuth2Claim/apiResourceId: is not declared',
    'OAuth2Scope/apiResourceId: is not declared',
    'Application/_links/clientCredentials: is not declared',
    'Application/settings/app: is not declared',
    'Application/settings/manualProvisioning: is not declared',
    'Application/settings/oauthClient/jwks/keys/*/crv: is not declared',
    'OAuth2ClientJsonSigningKeyResponse/crv: is not declared',
    'WellKnownOrgMetadata/settings: is not declared',
    'OAuth2ClientJsonSigningKeyResponse/use: is not declared',
  ),
  ...because(
    NULL,
    'Application/accessibility/errorRedirectUrl: type',
    'Application/accessibility/loginRedirectUrl: type',
    'Application/settings/notes/admin: type',
    'Application/settings/notes/enduser: type',
    'Application/settings/notifications/vpn/helpUrl: type',
    'Application/settings/notifications/vpn/message: type',
    'Application/settings/oauthClient/client_uri: type',
    'Application/settings/oauthClient/logo_uri: type',
    'Application/universalLogout: type',
    'Group/profile/description: type',
    'OAuth2Client/client_uri: type',
    'OAuth2Client/logo_uri: type',
    'OAuth2Scope/description: type',
    'OAuth2Scope/displayName: type',
    'OrgSetting/address1: type',
    'OrgSetting/address2: type',
    'OrgSetting/city: type',
    'OrgSetting/companyName: type',
    'OrgSetting/country: type',
    'OrgSetting/endUserSupportHelpURL: type',
    'OrgSetting/expiresAt: type',
    'OrgSetting/phoneNumber: type',
    'OrgSetting/postalCode: type',
    'OrgSetting/state: type',
    'OrgSetting/supportPhoneNumber: type',
    'OrgSetting/website: type',
    'Session/lastFactorVerification: type',
  ),
  ...because(
    'the examples beside the published shape have it',
    'AuthorizationServer/jwks/keys/*/id: is not declared',
    'OAuth2ResourceServerJsonWebKey/_links/self: is not declared',
  ),
  ...because(
    'the published shape leaves it out, but the documentation has it and clients read it',
    'Session/_links/refresh: is not declared',
    'Session/_links/user: is not declared',
    'Session/mfaActive: is not declared',
  ),
  ...because(
    `${OURS}: an active key can be deactivated, and says so as everything with a lifecycle does`,
    'OAuth2ResourceServerJsonWebKey/_links/deactivate: is not declared',
  ),
  ...because(
    'an event has all its members, null where nothing is known; the published shape has no null',
    'LogEvent/actor/detailEntry: type',
    'LogEvent/authenticationContext/authenticationProvider: enum',
    'LogEvent/authenticationContext/authenticationProvider: type',
    'LogEvent/authenticationContext/credentialProvider: enum',
    'LogEvent/authenticationContext/credentialProvider: type',
    'LogEvent/authenticationContext/credentialType: enum',
    'LogEvent/authenticationContext/credentialType: type',
    'LogEvent/authenticationContext/externalSessionId: type',
    'LogEvent/authenticationContext/interface: type',
    'LogEvent/authenticationContext/issuer: type',
    'LogEvent/client/geographicalContext: type',
    'LogEvent/client/id: type',
    'LogEvent/client/ipAddress: type',
    'LogEvent/client/zone: type',
    'LogEvent/legacyEventType: type',
    'LogEvent/outcome/reason: type',
    'LogEvent/target/*/alternateId: type',
    'LogEvent/target/*/detailEntry: type',
    'LogEvent/target/*/displayName: type',
  ),
  ...because(
    'events carry it, null as long as nothing is known of devices; the published shape leaves it out',
    'LogEvent/device: is not declared',
  ),
  ...because(
    'a scope of a custom server is named as well as identified, as where tokens embed it',
    'OAuth2ScopeConsentGrant/_embedded/scope/name: is not declared',
  ),
  ...because(
    `${OURS}: which algorithm a server signs with`,
    'AuthorizationServer/credentials/signing/alg: is not declared',
  ),
  ...because(
    `${OURS}: how the access tokens of a server look`,
    'AuthorizationServer/accessTokenProfile: is not declared',
  ),
  ...because(
    `${OURS}: how userinfo is signed for an app`,
    'Application/settings/oauthClient/userinfo_signed_response_alg: is not declared',
  ),
  ...because(
    `${OURS}: which security profile an app has`,
    'Application/settings/oauthClient/security_profile: is not declared',
  ),
  ...because(
    `${OURS}: how pages look`,
    'OrgSetting/primaryColorHex: is not declared',
    'OrgSetting/logoUri: is not declared',
    'OrgSetting/showLockoutFailures: is not declared',
  ),
  ...because(
    'the guides and recorded answers have it, and Terraform reads it; the published shape has include only',
    'AuthorizationServerPolicyRule/conditions/people/users/exclude: is not declared',
  ),
  ...because(
    'the published pattern matches no duration at all, not even the published example P30D',
    'ApiToken/tokenWindow: pattern',
  ),
  ...because(
    'the published alternatives have optional members only, so that bodies match several of them',
    'AppUserUpdateRequest: oneOf',
    // What hooks are asked and answer, by the first alternative.
    'PasswordImportRequestExecute: oneOf',
    'PasswordImportResponse: oneOf',
  ),
]

/** By operationId. */
export const notImplemented: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'X.509 certificates of apps are not served: an OIDC app does not sign with one': [
      'listCsrsForApplication',
      'generateCsrForApplication',
      'getCsrForApplication',
      'revokeCsrFromApplication',
      'publishCsrFromApplication',
      'listApplicationKeys',
      'generateApplicationKey',
      'getApplicationKey',
      'cloneApplicationKey',
    ],
  }).flatMap(([reason, operations]) => operations.map((one) => [one, reason] as const)),
)
