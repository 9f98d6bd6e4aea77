/** A server's configuration as the hot path uses it: indexed, ordered and compiled once a snapshot. */
import { compileClaims, type CompiledClaims } from '../claims/evaluate.ts'
import type { AuthorizationServer } from '../domain/authorization-server.ts'
import type { Policy } from '../domain/policy.ts'
import type { Scope } from '../domain/scope.ts'
import type { ServerConfiguration } from '../domain/snapshot.ts'
import { inForce } from '../policy/evaluate.ts'
import { clientDefaults } from '../policy/scopes.ts'
import { urlsOf, type ServerUrls } from './urls.ts'

export interface CompiledServer {
  readonly server: AuthorizationServer
  readonly version: number
  readonly urls: ServerUrls
  readonly scopes: ReadonlyMap<string, Scope>
  readonly clientDefaultScopes: readonly string[]
  readonly policies: readonly Policy[]
  readonly claims: CompiledClaims
}

export function compileServer(configuration: ServerConfiguration, origin: string): CompiledServer {
  const scopes = new Map(configuration.scopes.map((scope) => [scope.name, scope]))
  return {
    server: configuration.server,
    version: configuration.version,
    urls: urlsOf(origin, configuration.server),
    scopes,
    clientDefaultScopes: clientDefaults(scopes),
    policies: inForce(configuration.policies),
    claims: compileClaims(configuration.claims),
  }
}
