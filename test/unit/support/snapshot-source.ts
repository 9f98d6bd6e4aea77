/** Storage for snapshots, in memory: counts every read, and can fail, hang, be slow or answer by hand. */
import type { Client } from '../../../src/domain/client.ts'
import { found, view, type RingView } from '../../../src/domain/key-rotation.ts'
import type {
  ConfigurationRead,
  ServerConfiguration,
  SnapshotSource,
} from '../../../src/domain/snapshot.ts'
import { aClient, aServer, aSigningKey } from './builders.ts'

export const aConfiguration = (version = 1, id = 'aus1'): ServerConfiguration => ({
  server: aServer({ id }),
  version,
  scopes: [],
  claims: [],
  policies: [],
  hooks: [],
})

export const aRingView = (serverId = 'aus1', kid = 'k1'): RingView =>
  view(
    found(
      { serverId, algorithm: 'RS256', rotationMode: 'AUTO' },
      aSigningKey(kid),
      aSigningKey(`${kid}-next`),
      0,
    ),
  )

export class FakeSource implements SnapshotSource {
  readonly servers = new Map([['aus1', aConfiguration()]])
  orgName: string | null = null
  readonly clients = new Map<string, Client>([['client-1', aClient()]])
  readonly rings = new Map([['aus1', aRingView()]])
  /** Names of the reads that began, in order. */
  readonly calls: string[] = []
  failure: Error | null = null
  hangs = false
  delayMillis = 0
  /** When set, answers are taken at once but given only when this is called. */
  #held: (() => void)[] | null = null

  count(name: string): number {
    return this.calls.filter((call) => call.startsWith(name)).length
  }

  hold(): () => void {
    const held: (() => void)[] = []
    this.#held = held
    return () => {
      this.#held = null
      for (const release of held) release()
    }
  }

  async #answer<T>(call: string, read: () => T): Promise<T> {
    this.calls.push(call)
    const { failure, hangs, delayMillis } = this
    if (hangs) await new Promise(() => undefined)
    const answer = read()
    const held = this.#held
    if (held !== null) await new Promise<void>((resolve) => held.push(resolve))
    if (delayMillis > 0) await new Promise((resolve) => setTimeout(resolve, delayMillis))
    if (failure !== null) throw failure
    return answer
  }

  readConfiguration(wanted: {
    readonly serverId: string | null
    readonly clientId: string | null
  }): Promise<ConfigurationRead> {
    const { serverId, clientId } = wanted
    return this.#answer(`configuration ${serverId} ${clientId}`, () => ({
      orgName: this.orgName,
      server: serverId === null ? null : (this.servers.get(serverId) ?? null),
      client: clientId === null ? null : (this.clients.get(clientId) ?? null),
    }))
  }

  readRing(name: string): Promise<RingView | null> {
    return this.#answer(`ring ${name}`, () => this.rings.get(name) ?? null)
  }

  foundRing(name: string): Promise<RingView> {
    return this.#answer(`found ${name}`, () => {
      const ring = aRingView(name)
      this.rings.set(name, ring)
      return ring
    })
  }
}
