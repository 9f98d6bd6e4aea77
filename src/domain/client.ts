/** A client as the token path sees it: an app with its secrets, keys, granted org scopes and roles. */
import type { JWK } from 'jose'
import type { Envelope } from '../platform/key-encryption.ts'
import type { Status } from './authorization-server.ts'
import type { GroupsClaim } from './id-token-settings.ts'

export const TOKEN_ENDPOINT_AUTH_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const

export type TokenEndpointAuthMethod = (typeof TOKEN_ENDPOINT_AUTH_METHODS)[number]

export interface ClientSecret {
  readonly id: string
  readonly status: Status
  /** `version.mac` under the client-secret-mac subkey. */
  readonly mac: string
  readonly envelope: Envelope
}

export interface ClientKey {
  readonly id: string
  readonly kid: string | null
  readonly jwk: JWK
}

/** What an app registered for people who sign in to it. */
export interface ClientFlows {
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** Of code, token and id_token, each by itself. */
  readonly responseTypes: readonly string[]
  readonly pkceRequired: boolean
  readonly consentMethod: 'TRUSTED' | 'REQUIRED'
  readonly refreshRotation: 'STATIC' | 'ROTATE'
  readonly refreshLeewaySeconds: number
  /** The only algorithm of its request objects; null: any. */
  readonly requestObjectAlgorithm: string | null
  /** With which userinfo is signed (OpenID Connect Core §5.3.2); null: it is plain JSON. */
  readonly userinfoAlgorithm: string | null
  /** What its ID tokens of the org server say of groups. */
  readonly groupsClaim: GroupsClaim | null
  /** Everybody has the app, assigned or not. */
  readonly isImplicitlyAssigned: boolean
  readonly clientUri: string | null
  readonly logoUri: string | null
  readonly tosUri: string | null
  readonly policyUri: string | null
}

export interface Client {
  /** The app's id, `0oa…`. */
  readonly id: string
  readonly clientId: string
  readonly label: string
  readonly status: Status
  readonly applicationType: string | null
  readonly grantTypes: readonly string[]
  readonly authMethod: TokenEndpointAuthMethod
  readonly secrets: readonly ClientSecret[]
  /** Registered signing keys that are ACTIVE. */
  readonly keys: readonly ClientKey[]
  readonly jwksUri: string | null
  readonly flows: ClientFlows
  /** The app's own `profile` object, which expressions read as app.profile. */
  readonly profile: Readonly<Record<string, unknown>>
  /** okta.* scopes an administrator granted. */
  readonly orgScopes: readonly string[]
  readonly roles: readonly string[]
  /** Tokens issued before this second are dead: the app was deactivated since. */
  readonly tokensNotBefore: number
  /** Seconds. The app was last changed then, apart from its keys, secrets and grants. */
  readonly lastUpdated: number
}
