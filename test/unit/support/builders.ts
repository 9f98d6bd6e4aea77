/** Makes domain objects for tests: complete, boring, and changed only in what a test is about. */
import type { AuthorizingUser } from '../../../src/domain/authorization.ts'
import type { AuthorizationRecord, CodeBinding } from '../../../src/domain/authorization-record.ts'
import type { AuthorizationServer } from '../../../src/domain/authorization-server.ts'
import type { Claim } from '../../../src/domain/claim.ts'
import type { Client } from '../../../src/domain/client.ts'
import type { SigningKey } from '../../../src/domain/key-rotation.ts'
import type { Person } from '../../../src/domain/person.ts'
import type { InlineHook } from '../../../src/domain/inline-hook.ts'
import type { Policy, Rule } from '../../../src/domain/policy.ts'
import { NO_ENCRYPTION } from '../../../src/domain/resource-server-key.ts'
import { compileServer, type CompiledServer } from '../../../src/issuer/compile.ts'
import { orgServer } from '../../../src/issuer/org-server.ts'
import { systemLogEvent, type Happening } from '../../../src/domain/log-event.ts'
import { systemScopes, type Scope } from '../../../src/domain/scope.ts'
import type { SystemLogEvent } from '../../../src/domain/system-log.ts'

export const aServer = (changes: Partial<AuthorizationServer> = {}): AuthorizationServer => ({
  id: 'aus1',
  kind: 'custom',
  name: 'server',
  description: null,
  audience: 'api://test',
  issuerMode: 'ORG_URL',
  status: 'ACTIVE',
  isDefault: false,
  rotationMode: 'AUTO',
  signingAlgorithm: 'RS256',
  signingKid: null,
  lastRotated: null,
  nextRotation: null,
  accessTokenProfile: 'OKTA',
  tokenEncryption: NO_ENCRYPTION,
  created: 1,
  lastUpdated: 1,
  ...changes,
})

export const ORIGIN = 'https://id.example'

const ORG = { origin: ORIGIN, orgName: 'Analytical Engines' }

/** A custom server with the system scopes and what a test gives it, compiled. */
export const aCompiledServer = (
  changes: {
    readonly scopes?: readonly Scope[]
    readonly policies?: readonly Policy[]
    readonly claims?: readonly Claim[]
    readonly hooks?: readonly InlineHook[]
  } = {},
): CompiledServer => {
  const { scopes = [], policies = [], claims = [], hooks = [] } = changes
  const all = [...systemScopes('aus1'), ...scopes]
  const configuration = { server: aServer(), version: 1, scopes: all, claims, policies, hooks }
  return compileServer(configuration, ORG)
}

export const theOrgServer = (): CompiledServer => compileServer(orgServer(ORIGIN), ORG)

export const anAuthorizingUser = (changes: Partial<AuthorizingUser> = {}): AuthorizingUser => ({
  id: '00u1',
  status: 'ACTIVE',
  profile: {},
  groupIds: [],
  login: 'ann@example.com',
  userName: 'ann',
  amr: ['pwd'],
  roles: [],
  ...changes,
})

export const aClient = (changes: Partial<Client> = {}): Client => ({
  id: '0oa1',
  clientId: 'client-1',
  label: 'Billing',
  status: 'ACTIVE',
  applicationType: 'service',
  grantTypes: ['client_credentials'],
  authMethod: 'client_secret_basic',
  secrets: [],
  keys: [],
  jwksUri: null,
  flows: {
    redirectUris: [],
    postLogoutRedirectUris: [],
    responseTypes: [],
    pkceRequired: false,
    consentMethod: 'TRUSTED',
    refreshRotation: 'STATIC',
    refreshLeewaySeconds: 30,
    requestObjectAlgorithm: null,
    userinfoAlgorithm: null,
    groupsClaim: null,
    isImplicitlyAssigned: false,
    clientUri: null,
    logoUri: null,
    tosUri: null,
    policyUri: null,
  },
  profile: {},
  orgScopes: [],
  roles: [],
  tokensNotBefore: 0,
  lastUpdated: 0,
  ...changes,
})

/** Conditions of a rule that lets client_credentials through for anybody and anything. */
export interface RuleChanges extends Partial<Omit<Rule, 'conditions'>> {
  readonly grantTypes?: Rule['conditions']['grantTypes']['include']
  readonly people?: Rule['conditions']['people']
  readonly scopes?: string[]
}

export function aRule({ grantTypes, people, scopes, ...changes }: RuleChanges = {}): Rule {
  return {
    id: '0pr1',
    policyId: '00p1',
    name: 'rule',
    priority: 1,
    status: 'ACTIVE',
    system: false,
    conditions: {
      people: people ?? { users: { exclude: [] }, groups: { include: ['EVERYONE'] } },
      grantTypes: { include: grantTypes ?? ['client_credentials'] },
      scopes: { include: scopes ?? ['*'] },
    },
    actions: {
      token: {
        accessTokenLifetimeMinutes: 60,
        refreshTokenLifetimeMinutes: 0,
        refreshTokenWindowMinutes: 10_080,
      },
    },
    hookId: null,
    created: 1,
    lastUpdated: 1,
    ...changes,
  }
}

export const aPolicy = (changes: Partial<Policy> = {}): Policy => ({
  id: '00p1',
  name: 'policy',
  description: 'made by a test',
  priority: 1,
  status: 'ACTIVE',
  system: false,
  clients: ['ALL_CLIENTS'],
  rules: [],
  created: 1,
  lastUpdated: 1,
  ...changes,
})

export const aScope = (name: string, changes: Partial<Scope> = {}): Scope => ({
  id: `scp-${name}`,
  name,
  displayName: null,
  description: null,
  consent: 'IMPLICIT',
  optional: false,
  default: false,
  metadataPublish: 'NO_CLIENTS',
  system: false,
  ...changes,
})

export const aClaim = (changes: Partial<Claim> = {}): Claim => ({
  id: `ocl-${changes.name ?? 'colour'}`,
  name: 'colour',
  status: 'ACTIVE',
  claimType: 'RESOURCE',
  valueType: 'EXPRESSION',
  value: "'blue'",
  scopes: [],
  alwaysIncludeInToken: true,
  groupFilterType: null,
  system: false,
  ...changes,
})

/** A signing key without any key material: transitions never look inside. */
export const aSigningKey = (
  kid: string,
  algorithm: SigningKey['algorithm'] = 'RS256',
  created = 0,
): SigningKey => ({
  format: 1,
  kid,
  algorithm,
  status: 'NEXT',
  publicJwk: { kty: 'RSA', kid },
  wrapped: { format: 1, keyVersion: '1', iv: `iv-${kid}`, ciphertext: '' },
  created,
  removeAfter: null,
})

/** An event of the system log, published in the year 2025. */
export const anEvent = (
  changes: Partial<Happening> = {},
  published = 1_760_000_000_000,
): SystemLogEvent =>
  systemLogEvent(
    {
      eventType: 'oauth2.as.created',
      displayMessage: 'Authorization server is created',
      actor: { id: '00u1', type: 'User', alternateId: 'a@example.com', displayName: 'Ann' },
      target: [{ id: 'aus1', type: 'AuthorizationServer', alternateId: null, displayName: 'one' }],
      ...changes,
    },
    { type: 'WEB', id: 'req1', caller: null },
    published,
  )

export const aPerson = (changes: Partial<Person> = {}): Person => ({
  id: '00u1',
  status: 'ACTIVE',
  profile: { login: 'ada@example.com' },
  groupIds: [],
  lastUpdated: 1,
  ...changes,
})

let authorizations = 0

/** Each with an id of its own. */
export const anAuthorization = (
  changes: Partial<AuthorizationRecord> = {},
): AuthorizationRecord => ({
  format: 1,
  id: `oar${++authorizations}`,
  userId: '00u1',
  serverId: 'aus1',
  clientId: 'client-1',
  sessionId: null,
  sid: null,
  grantType: 'authorization_code',
  scopes: ['openid', 'offline_access', 'read'],
  access: {
    ruleId: 'rul1',
    policyId: 'pol1',
    accessTokenSeconds: 3600,
    refreshTokenSeconds: 0,
    refreshWindowSeconds: 7 * 86_400,
  },
  code: aCode(),
  nonce: null,
  claims: { userinfo: [], idToken: [] },
  acr: null,
  amr: ['pwd'],
  authTime: 1000,
  created: 1000,
  ...changes,
})

export const aCode = (changes: Partial<CodeBinding> = {}): CodeBinding => ({
  secret: 'code-secret',
  expires: 1300,
  redirectUri: 'https://app.example/cb',
  isRedirectUriImplied: false,
  codeChallenge: 'challenge',
  ...changes,
})
