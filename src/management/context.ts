/** What a management route may use, and how it writes: one batch with its outbox rows, seen at once in this isolate. */
import type { KeyRing } from '../state/key-ring.ts'
import type { Subject } from '../state/subject.ts'
import type { Ending } from '../domain/ending.ts'
import type { OrgSettings } from '../domain/org.ts'
import type { OutboxEntry } from '../domain/outbox.ts'
import type { Passwords } from '../domain/password-attempts.ts'
import type { Recoveries } from '../domain/recovery.ts'
import type { Ledgers } from '../domain/snapshot.ts'
import type { Subjects } from '../domain/subjects.ts'
import type { SystemLogEvent } from '../domain/system-log.ts'
import type { TrustedOrigins } from '../domain/trusted-origin.ts'
import { systemLogEvent, type Happening, type LogOccasion } from '../domain/log-event.ts'
import type { LogBuffer, IdentifiedRequest } from '../issuer/log-buffer.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import type { Snapshots, WaitUntil } from '../issuer/snapshots.ts'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import type { Kept } from '../platform/kept.ts'
import { randomId } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'
import { callerOf } from '../protocol/caller.ts'
import { commitCounted, ForeignKeyViolation } from '../store/database.ts'
import { enqueueAudience, forgetAudience, type Audience } from '../store/audience.ts'
import { deliverAll, deliverAudience, type Deliver } from '../store/outbox.ts'
import type { Principal } from './access.ts'

export interface ManagementPorts {
  readonly db: D1Database
  /** The database of the system log. */
  readonly logDb: D1Database
  /** For what happens too often to be written at once. */
  readonly log: LogBuffer
  readonly settings: Settings
  readonly snapshots: Snapshots
  readonly ledgers: Ledgers
  /** Sessions, and whether what a person's token comes of is alive. */
  readonly people: Pick<Subjects, 'inspect' | 'readSession' | 'refreshSession' | 'endSession'>
  readonly trustedOrigins: Kept<TrustedOrigins>
  /** As pages show them. */
  readonly orgSettings: Kept<OrgSettings>
  readonly keyRings: DurableObjectNamespace<KeyRing>
  readonly subjects: DurableObjectNamespace<Subject>
  readonly passwords: Passwords
  readonly recoveries: Pick<Recoveries, 'begin' | 'redeem' | 'answer' | 'reset'>
  readonly deliver: Deliver
  readonly waitUntil: WaitUntil
  /** Makes sure that the org exists; free once it is known. */
  readonly orgId: () => Promise<string>
}

/** One change as the system log tells it. */
export interface Change extends Omit<Happening, 'actor' | 'clientId'> {
  /** What else the log tells of it. */
  readonly also?: readonly Omit<Happening, 'actor' | 'clientId'>[]
  /** What this isolate must forget once the change is committed. */
  readonly serverId?: string
  readonly serverIds?: readonly string[]
  readonly clientId?: string
  readonly trustedOrigins?: boolean
  readonly orgSettings?: boolean
  /** Users whose objects keep something that is no longer true. */
  readonly staleUsers?: readonly string[]
  /** Users in any number, told before the answer as far as limits.staleMarksBeforeAnswerMax allows. */
  readonly audiences?: readonly Audience[]
  readonly outbox?: readonly OutboxEntry[]
}

export class ManagementContext {
  readonly ports: ManagementPorts
  readonly principal: Principal
  readonly nowSeconds = nowSeconds()
  readonly #request: IdentifiedRequest

  constructor(ports: ManagementPorts, principal: Principal, request: IdentifiedRequest) {
    this.ports = ports
    this.principal = principal
    this.#request = request
  }

  get db(): D1Database {
    return this.ports.db
  }

  get origin(): string {
    return this.ports.settings.origin
  }

  /**
   * Commits statements, of which the last one decides, with the change's outbox rows and its system-log event in one
   * batch, and delivers those. The event is durable before the answer: in the log, or in the outbox that leads to it.
   * False, with nothing told to anybody, when the deciding statement changed nothing. What follows from the change
   * comes after its rows: `following` begins with a statement that asks for changes().
   */
  async commit(
    statements: readonly D1PreparedStatement[],
    change: Change,
    following: readonly D1PreparedStatement[] = [],
  ): Promise<boolean> {
    const stale = (change.staleUsers ?? []).map((id) => outboxEntry('subject.stale', id))
    const event = this.#event(change)
    const others = (change.also ?? []).map((one) => this.#event(one))
    const entries = [...(change.outbox ?? []), ...stale, event, ...others]
    const { db, deliver } = this.ports
    const key = randomId('obx')
    const audiences = change.audiences ?? []
    const first = audiences.map((one) => enqueueAudience(db, key, one, this.nowSeconds))
    const last = audiences.length > 0 ? [forgetAudience(db, key, event.id)] : []
    let changes: readonly number[]
    try {
      const all = [...first, ...statements]
      changes = await commitCounted(db, all, entries, [...following, ...last])
    } finally {
      // Also after a failure: a batch whose answer was lost may have been committed.
      this.#forget(change)
    }
    if (changes.at(-1) === 0) return false
    // Most changes that could concern many users concern nobody.
    if (changes.slice(0, first.length).some((rows) => rows > 0))
      await deliverAudience(db, key, deliver)
    await deliverAll(db, entries, deliver)
    // The ring may have changed by the delivery.
    this.#forget(change)
    return true
  }

  /** The same, for a change that may find nothing to change, or nothing to hang on: `refusal` is thrown then. */
  async commitOr(
    refusal: Error,
    statements: readonly D1PreparedStatement[],
    change: Change,
    following: readonly D1PreparedStatement[] = [],
  ): Promise<void> {
    let happened: boolean
    try {
      happened = await this.commit(statements, change, following)
    } catch (error) {
      throw error instanceof ForeignKeyViolation ? refusal : error
    }
    if (!happened) throw refusal
  }

  #forget({ serverId, serverIds = [], clientId, trustedOrigins, orgSettings }: Change): void {
    const { snapshots } = this.ports
    for (const id of serverId === undefined ? serverIds : [serverId, ...serverIds]) {
      snapshots.forget('server', id)
      snapshots.forget('ring', accessTokenRing(id))
    }
    if (clientId !== undefined) snapshots.forget('client', clientId)
    if (trustedOrigins === true) this.ports.trustedOrigins.forget()
    if (orgSettings === true) {
      this.ports.orgSettings.forget()
      snapshots.forgetServers()
    }
  }

  /** Who does it, and in which request. */
  get occasion(): LogOccasion {
    const { id, type, displayName, apiTokenId } = this.principal
    const isClient = type === 'PublicClientApp'
    const { request, requestId } = this.#request
    return {
      actor: { id, type, alternateId: isClient ? id : displayName, displayName },
      clientId: isClient ? id : null,
      transaction: {
        type: 'WEB',
        id: requestId,
        caller: callerOf(request),
        detail: apiTokenId === null ? {} : { requestApiTokenId: apiTokenId },
      },
    }
  }

  /** As the log tells it, for a change that somebody else commits. */
  eventOf(change: Omit<Happening, 'actor' | 'clientId'>): SystemLogEvent {
    const { transaction, ...who } = this.occasion
    return systemLogEvent({ ...change, ...who }, transaction, nowMillis())
  }

  #event(change: Omit<Happening, 'actor' | 'clientId'>): OutboxEntry {
    const payload = this.eventOf(change)
    return { id: randomId('obx'), kind: 'system-log', subject: change.eventType, payload }
  }
}

export const outboxEntry = (
  kind: Exclude<OutboxEntry['kind'], 'subject.end' | 'system-log'>,
  subject: string,
): OutboxEntry => ({ id: randomId('obx'), kind, subject, payload: {} })

/** What was issued to a user ends with the change; see {@link Ending}. */
export const endingEntry = (userId: string, ending: Ending): OutboxEntry => ({
  id: randomId('obx'),
  kind: 'subject.end',
  subject: userId,
  payload: ending,
})
