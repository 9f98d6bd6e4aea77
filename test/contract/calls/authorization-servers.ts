/** Authorization servers and everything below them. */
import { PUBLIC_KEY } from '../public-key.ts'
import type { Call } from './call.ts'

const SERVER = {
  name: 'contract',
  description: 'made by the contract',
  audiences: ['api://contract'],
}

const POLICY = {
  type: 'OAUTH_AUTHORIZATION_POLICY',
  status: 'ACTIVE',
  name: 'contract',
  description: 'made by the contract',
  priority: 1,
  conditions: { clients: { include: ['ALL_CLIENTS'] } },
}

const RULE = {
  type: 'RESOURCE_ACCESS',
  status: 'ACTIVE',
  name: 'contract',
  priority: 1,
  conditions: {
    people: { groups: { include: ['EVERYONE'] } },
    grantTypes: { include: ['client_credentials'] },
    scopes: { include: ['*'] },
  },
  actions: {
    token: {
      accessTokenLifetimeMinutes: 60,
      refreshTokenLifetimeMinutes: 0,
      refreshTokenWindowMinutes: 10080,
    },
  },
}

const SCOPE = {
  name: 'car:drive',
  displayName: 'Drive',
  description: 'Drive the car',
  consent: 'REQUIRED',
  metadataPublish: 'ALL_CLIENTS',
  default: false,
  optional: true,
}

const CLAIM = {
  name: 'driving',
  status: 'ACTIVE',
  claimType: 'RESOURCE',
  valueType: 'EXPRESSION',
  value: '"driving!"',
  conditions: { scopes: ['car:drive'] },
}

const encryptionKey = (kid: string) => ({ ...PUBLIC_KEY, kid, use: 'enc' })

export const serverCalls: readonly Call[] = [
  { operation: 'createAuthorizationServer', body: SERVER, keep: { authServerId: 'id' } },
  { operation: 'listAuthorizationServers', query: { limit: '1' } },
  { operation: 'listAuthorizationServers', what: 'found', query: { q: 'contract' } },
  { operation: 'getAuthorizationServer' },
  {
    operation: 'replaceAuthorizationServer',
    body: { ...SERVER, credentials: { signing: { rotationMode: 'MANUAL' } } },
  },
  { operation: 'deactivateAuthorizationServer' },
  { operation: 'activateAuthorizationServer' },

  { operation: 'createOAuth2Scope', body: SCOPE, keep: { scopeId: 'id' } },
  { operation: 'createOAuth2Scope', what: 'with a name only', body: { name: 'car:wash' } },
  { operation: 'listOAuth2Scopes' },
  { operation: 'getOAuth2Scope' },
  { operation: 'replaceOAuth2Scope', body: { ...SCOPE, consent: 'IMPLICIT' } },

  { operation: 'createOAuth2Claim', body: CLAIM, keep: { claimId: 'id' } },
  {
    operation: 'createOAuth2Claim',
    what: 'of groups',
    body: {
      name: 'groups',
      status: 'ACTIVE',
      claimType: 'IDENTITY',
      valueType: 'GROUPS',
      value: 'drivers',
      group_filter_type: 'STARTS_WITH',
      alwaysIncludeInToken: false,
    },
  },
  { operation: 'listOAuth2Claims' },
  { operation: 'getOAuth2Claim' },
  { operation: 'replaceOAuth2Claim', body: { ...CLAIM, status: 'INACTIVE' } },

  { operation: 'createAuthorizationServerPolicy', body: POLICY, keep: { policyId: 'id' } },
  { operation: 'listAuthorizationServerPolicies' },
  { operation: 'getAuthorizationServerPolicy' },
  { operation: 'replaceAuthorizationServerPolicy', body: { ...POLICY, name: 'replaced' } },
  { operation: 'deactivateAuthorizationServerPolicy' },
  { operation: 'activateAuthorizationServerPolicy' },

  { operation: 'createAuthorizationServerPolicyRule', body: RULE, keep: { ruleId: 'id' } },
  { operation: 'listAuthorizationServerPolicyRules' },
  { operation: 'getAuthorizationServerPolicyRule' },
  { operation: 'replaceAuthorizationServerPolicyRule', body: { ...RULE, name: 'replaced' } },
  { operation: 'deactivateAuthorizationServerPolicyRule' },
  { operation: 'activateAuthorizationServerPolicyRule' },

  { operation: 'listAuthorizationServerKeys', keep: { keyId: '0.kid' } },
  { operation: 'getAuthorizationServerKey' },
  { operation: 'rotateAuthorizationServerKeys', body: { use: 'sig' } },

  {
    operation: 'addOAuth2ResourceServerJsonWebKey',
    body: { ...encryptionKey('one'), status: 'INACTIVE' },
  },
  { operation: 'listOAuth2ResourceServerJsonWebKeys', keep: { keyId: '0.id' } },
  { operation: 'activateOAuth2ResourceServerJsonWebKey' },
  { operation: 'getOAuth2ResourceServerJsonWebKey' },
  {
    operation: 'replaceAuthorizationServer',
    what: 'that encrypts its access tokens',
    body: {
      ...SERVER,
      accessTokenEncryptedResponseAlgorithm: 'RSA-OAEP-256',
      jwks: { keys: [{ ...encryptionKey('one'), status: 'ACTIVE' }] },
    },
  },
  { operation: 'replaceAuthorizationServer', what: 'that signs only again', body: SERVER },
  { operation: 'deactivateOAuth2ResourceServerJsonWebKey' },
  { operation: 'deleteOAuth2ResourceServerJsonWebKey' },

  {
    operation: 'createAuthorizationServer',
    what: 'another one',
    body: { ...SERVER, name: 'contract, trusted' },
    keep: { associatedServerId: 'id' },
  },
  {
    operation: 'createAssociatedServers',
    body: (known) => ({ trusted: [known['associatedServerId']!] }),
  },
  { operation: 'listAssociatedServersByTrustedType', query: { trusted: 'true' } },
  { operation: 'listAssociatedServersByTrustedType', what: 'not', query: { trusted: 'false' } },
  { operation: 'deleteAssociatedServer' },
]

/** What ends the lives of what was made; apps may still need a server before. */
export const serverEndCalls: readonly Call[] = [
  { operation: 'deleteAuthorizationServerPolicyRule' },
  { operation: 'deleteAuthorizationServerPolicy' },
  { operation: 'deleteOAuth2Claim' },
  { operation: 'deleteOAuth2Scope' },
  { operation: 'deleteAuthorizationServer' },
]
