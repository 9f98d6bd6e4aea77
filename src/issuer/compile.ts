/** A server's configuration as the hot path uses it: indexed, ordered and compiled once a snapshot. */
import type { JWK } from 'jose'
import { compileClaims, type CompiledClaims } from '../claims/compile.ts'
import { compileIdentity, STANDARD_IDENTITY, type IdentityClaim } from '../claims/identity.ts'
import type { AuthorizationServer } from '../domain/authorization-server.ts'
import type { InlineHook } from '../domain/inline-hook.ts'
import type { Policy } from '../domain/policy.ts'
import {
  activeKey,
  type EncryptionAlgorithm,
  type TokenEncryption,
} from '../domain/resource-server-key.ts'
import type { Scope } from '../domain/scope.ts'
import type { ServerConfiguration } from '../domain/snapshot.ts'
import { estimatedBytes } from '../platform/estimated-bytes.ts'
import { inForce } from '../policy/evaluate.ts'
import { clientDefaults, userDefaults } from '../policy/scopes.ts'
import { urlsOf, type ServerUrls } from './urls.ts'

/** To what access tokens are encrypted after they are signed: one key, or one of those at a URI. */
export type CompiledEncryption =
  | { readonly algorithm: EncryptionAlgorithm; readonly key: EncryptionKey }
  | { readonly algorithm: EncryptionAlgorithm; readonly jwksUri: string }
  | { readonly algorithm: EncryptionAlgorithm; readonly key: null }

/** jose keeps what it imports by the object, so that a compiled key is imported once. */
export interface EncryptionKey {
  readonly kid: string | null
  readonly jwk: JWK
}

export interface CompiledServer {
  /** What the org calls itself, for expressions. */
  readonly orgName: string | null
  readonly server: AuthorizationServer
  readonly version: number
  readonly urls: ServerUrls
  readonly scopes: ReadonlyMap<string, Scope>
  readonly clientDefaultScopes: readonly string[]
  readonly userDefaultScopes: readonly string[]
  readonly policies: readonly Policy[]
  readonly claims: CompiledClaims
  readonly identity: readonly IdentityClaim[]
  /** Ids of the rules in force; null where there are no policies. */
  readonly ruleIds: readonly string[] | null
  /** Null: access tokens are signed only. */
  readonly encryption: CompiledEncryption | null
  /** Active hooks by the id of the rule that names them, as far as it is in force. */
  readonly hooks: ReadonlyMap<string, InlineHook>
  /** An estimate of what its configuration takes. */
  readonly bytes: number
}

/** What a server takes by now: its configuration, and what the patterns of its claims keep. */
export const bytesOfServer = ({ bytes, claims }: CompiledServer): number =>
  bytes + claims.patterns.bytes

/** What a server has of its org. */
export interface Org {
  readonly origin: string
  readonly orgName: string | null
}

export function compileServer(
  configuration: ServerConfiguration,
  { origin, orgName }: Org,
): CompiledServer {
  const { server, policies: stored } = configuration
  const scopes = new Map(configuration.scopes.map((scope) => [scope.name, scope]))
  const policies = inForce(stored)
  const isOrg = server.kind === 'org'
  return {
    orgName,
    server,
    version: configuration.version,
    urls: urlsOf(origin, server),
    scopes,
    clientDefaultScopes: clientDefaults(scopes),
    userDefaultScopes: userDefaults(scopes),
    policies,
    claims: compileClaims(configuration.claims, { origin, orgName }),
    identity: isOrg ? STANDARD_IDENTITY : compileIdentity(configuration.claims),
    ruleIds: isOrg ? null : policies.flatMap(({ rules }) => rules.map(({ id }) => id)),
    encryption: compileEncryption(server.tokenEncryption),
    hooks: hooksOfRules(policies, configuration.hooks),
    bytes: estimatedBytes(configuration),
  }
}

function hooksOfRules(
  policies: readonly Policy[],
  hooks: readonly InlineHook[],
): ReadonlyMap<string, InlineHook> {
  const byId = new Map(hooks.map((hook) => [hook.id, hook]))
  return new Map(
    policies
      .flatMap(({ rules }) => rules)
      .flatMap(({ id, hookId }) => {
        const hook = hookId === null ? undefined : byId.get(hookId)
        return hook === undefined ? [] : [[id, hook] as const]
      }),
  )
}

function compileEncryption(encryption: TokenEncryption): CompiledEncryption | null {
  const { algorithm, jwksUri, keys } = encryption
  if (algorithm === null) return null
  if (jwksUri !== null) return { algorithm, jwksUri }
  const key = activeKey(keys)
  return { algorithm, key: key === null ? null : { kid: key.kid, jwk: { ...key.jwk } } }
}
