/** What the token path asks of storage: immutable configuration, key rings, and one-time marks. */
import type { AuthorizationServer } from './authorization-server.ts'
import type { Claim } from './claim.ts'
import type { Client } from './client.ts'
import type { InlineHook } from './inline-hook.ts'
import type { RingView } from './key-rotation.ts'
import type { Policy } from './policy.ts'
import type { Scope } from './scope.ts'

export interface ServerConfiguration {
  readonly server: AuthorizationServer
  /** Grows with every write to the server or to anything below it. */
  readonly version: number
  readonly scopes: readonly Scope[]
  readonly claims: readonly Claim[]
  readonly policies: readonly Policy[]
  /** The active ones that rules name. */
  readonly hooks: readonly InlineHook[]
}

export interface ConfigurationRead {
  /** What the org calls itself; null: it does not say. */
  readonly orgName: string | null
  readonly server: ServerConfiguration | null
  readonly client: Client | null
}

/** The seam between the token path and where configuration lives. Every method rejects when storage is away. */
export interface SnapshotSource {
  /** One round trip, strongly consistent, for whatever is asked. */
  readConfiguration(wanted: {
    readonly serverId: string | null
    readonly clientId: string | null
  }): Promise<ConfigurationRead>
  /** A ring that was never configured comes back as null; {@link foundRing} makes it, unless the server is gone. */
  readRing(name: string): Promise<RingView | null>
  foundRing(
    name: string,
    server: Pick<AuthorizationServer, 'kind' | 'signingAlgorithm' | 'rotationMode'>,
  ): Promise<RingView | null>
}

/** Sets of ids that expire, strongly consistent. */
export interface Ledgers {
  /** True when the id was new: exactly one of many callers gets true. */
  enter(ledger: string, id: string, expiresSeconds: number): Promise<boolean>
  has(ledger: string, id: string): Promise<boolean>
}
