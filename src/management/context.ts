/** What a management route may use, and how it writes: one batch with its outbox rows, seen at once in this isolate. */
import type { KeyRing } from '../state/key-ring.ts'
import type { OutboxEntry } from '../domain/outbox.ts'
import type { Ledgers } from '../domain/snapshot.ts'
import type { SystemLogEntity } from '../domain/system-log.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import type { Snapshots, WaitUntil } from '../issuer/snapshots.ts'
import { nowSeconds } from '../platform/clock.ts'
import { randomId } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'
import { commit } from '../store/database.ts'
import { deliverAll, type Deliver } from '../store/outbox.ts'
import type { Principal } from './access.ts'

export interface ManagementPorts {
  readonly db: D1Database
  readonly settings: Settings
  readonly snapshots: Snapshots
  readonly ledgers: Ledgers
  readonly keyRings: DurableObjectNamespace<KeyRing>
  readonly deliver: Deliver
  readonly waitUntil: WaitUntil
  /** Makes sure that the org exists; free once it is known. */
  readonly ready: () => Promise<unknown>
}

/** One change as the system log tells it. */
export interface Change {
  readonly eventType: string
  readonly displayMessage: string
  readonly target: readonly SystemLogEntity[]
  /** What this isolate must forget once the change is committed. */
  readonly serverId?: string
  readonly clientId?: string
  readonly outbox?: readonly OutboxEntry[]
}

export class ManagementContext {
  readonly ports: ManagementPorts
  readonly principal: Principal
  readonly requestId: string
  readonly nowSeconds = nowSeconds()

  constructor(ports: ManagementPorts, principal: Principal, requestId: string) {
    this.ports = ports
    this.principal = principal
    this.requestId = requestId
  }

  get db(): D1Database {
    return this.ports.db
  }

  get origin(): string {
    return this.ports.settings.origin
  }

  /**
   * Commits statements with the change's outbox rows and its system-log event in one batch, then delivers them. The
   * event is durable before the answer: in the log, or in the outbox that leads to it.
   */
  async commit(
    statements: readonly D1PreparedStatement[],
    change: Change,
  ): Promise<readonly D1Result[]> {
    const entries = [...(change.outbox ?? []), this.#event(change)]
    const { db, deliver } = this.ports
    let results: readonly D1Result[]
    try {
      results = await commit(db, statements, entries)
    } finally {
      // Also after a failure: a batch whose answer was lost may have been committed.
      this.#forget(change)
    }
    await deliverAll(db, entries, deliver)
    // The ring may have changed by the delivery.
    this.#forget(change)
    return results
  }

  #forget({ serverId, clientId }: Change): void {
    const { snapshots } = this.ports
    if (serverId !== undefined) {
      snapshots.forget('server', serverId)
      snapshots.forget('ring', accessTokenRing(serverId))
    }
    if (clientId !== undefined) snapshots.forget('client', clientId)
  }

  #event({ eventType, displayMessage, target }: Change): OutboxEntry {
    const { id, type, displayName } = this.principal
    return {
      id: randomId('obx'),
      kind: 'system-log',
      subject: eventType,
      payload: {
        uuid: crypto.randomUUID(),
        published: this.nowSeconds,
        eventType,
        displayMessage,
        actor: { id, type, alternateId: displayName, displayName },
        outcome: { result: 'SUCCESS', reason: null },
        target,
        requestId: this.requestId,
      },
    }
  }
}

export const outboxEntry = (
  kind: 'key-ring.configure' | 'key-ring.destroy',
  subject: string,
): OutboxEntry => ({ id: randomId('obx'), kind, subject, payload: {} })
