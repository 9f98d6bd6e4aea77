/**
 * Durable Object: the signing keys of one authorization server. The only writer of its ring; every rule is a pure
 * transition of domain/key-rotation.ts. Private keys enter storage as ciphertext only. Rotation runs by alarm and
 * lazily on read, so a missed alarm delays nothing.
 */
import { DurableObject } from 'cloudflare:workers'
import type { RotationMode, SigningAlgorithm } from '../domain/authorization-server.ts'
import {
  activeKid,
  advance,
  configure,
  found,
  needsNext,
  nextChange,
  rotate,
  view,
  withNext,
  type Ring,
  type RingView,
  type SigningKey,
} from '../domain/key-rotation.ts'
import { rolloverEvent, whenDue, type RotationOccasion } from '../domain/rollover-event.ts'
import type { SystemLogEvent } from '../domain/system-log.ts'
import { serverIdOfRing } from '../issuer/rings.ts'
import { generateSigningKey, rewrap } from '../keys/generate.ts'
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { logFault } from '../platform/log.ts'
import { randomId } from '../platform/random.ts'
import { readSettings } from '../platform/settings.ts'
import { saveSigningState } from '../store/authorization-servers.ts'
import { writeEvents } from '../store/system-log.ts'

export interface RingSettings {
  readonly serverId: string
  readonly algorithm: SigningAlgorithm
  readonly rotationMode: RotationMode
}

type StoredRing = Omit<Ring, 'keys'>

const RETRY_MILLIS = 60_000
/** Before the id of an event that the log does not have yet. */
const UNTOLD = 'event '

export class KeyRing extends DurableObject {
  #keyEncryption: KeyEncryption | undefined

  /** The ring as isolates use it, advanced to `now` (seconds); null before it was first configured. */
  async read(now: number): Promise<RingView | null> {
    const ring = this.#load()
    if (ring === null) return null
    const advanced = advance(ring, now)
    if (advanced !== ring) {
      this.#saveRotated(ring, advanced)
      await this.#afterChange(advanced)
    }
    const isUnfinished = needsNext(advanced) || this.#isWrappedAnew(advanced)
    if (isUnfinished || this.#untold().length > 0) await this.#wakeSoon()
    return view(advanced)
  }

  /** Creates the ring, or changes its mode or algorithm. Safe to repeat. */
  async configure(settings: RingSettings, now: number): Promise<RingView> {
    const { serverId, algorithm, rotationMode } = settings
    if (this.#load() === null) {
      const active = await this.#generate(serverId, algorithm, now)
      const next = await this.#generate(serverId, algorithm, now)
      // Nothing is awaited from here on, so of two first calls one creates the ring and the other finds it.
      if (this.#load() === null)
        this.#save(found({ serverId, algorithm, rotationMode }, active, next, now))
    }
    const ring = this.#required()
    const configured = configure(ring, { algorithm, rotationMode }, now)
    if (configured !== ring) this.#save(configured)
    return this.#settle(now)
  }

  /**
   * POST …/lifecycle/keyRotate: immediate, in both modes. An emergency drops the old key from the published set. That
   * it happened, and who asked for it, is durable before the answer.
   */
  async rotate(
    now: number,
    emergency: boolean,
    occasion?: RotationOccasion,
  ): Promise<RingView | null> {
    if (this.#load() === null) return null
    await this.#supplyNext(now)
    const ring = this.#required()
    this.#saveRotated(ring, rotate(ring, now, emergency), occasion, emergency)
    const told = await this.#tell()
    const settled = await this.#settle(now)
    if (!told) await this.#wakeBy(nowMillis() + RETRY_MILLIS)
    return settled
  }

  /** Forgets every key: the server was deleted. */
  async destroy(): Promise<void> {
    await this.#tell()
    await this.ctx.storage.deleteAlarm()
    await this.ctx.storage.deleteAll()
  }

  override async alarm(): Promise<void> {
    const ring = this.#load()
    if (ring === null) return
    const now = nowSeconds()
    try {
      await this.#supplyNext(now)
      const current = this.#required()
      const advanced = advance(current, now)
      if (advanced !== current) this.#saveRotated(current, advanced)
      await this.#rewrapAll()
      const told = await this.#tell()
      await this.#settle(now)
      if (!told) await this.#wakeBy(nowMillis() + RETRY_MILLIS)
    } catch (cause) {
      logFault('key-ring.alarm', { serverId: ring.serverId }, cause)
      await this.ctx.storage.setAlarm(nowMillis() + RETRY_MILLIS)
    }
  }

  /** Leaves the ring complete: a NEXT key is there, the alarm is set, the configuration knows the active key. */
  async #settle(now: number): Promise<RingView> {
    await this.#supplyNext(now)
    const ring = this.#required()
    await this.#afterChange(ring)
    return view(ring)
  }

  async #supplyNext(now: number): Promise<void> {
    const before = this.#required()
    if (!needsNext(before)) return
    const next = await this.#generate(before.serverId, before.algorithm, now)
    const ring = this.#load()
    if (ring !== null && needsNext(ring) && ring.algorithm === next.algorithm)
      this.#save(withNext(ring, next))
  }

  async #rewrapAll(): Promise<void> {
    const keyEncryption = this.#encryption()
    for (const key of this.#required().keys) {
      if (key.wrapped.keyVersion === keyEncryption.currentVersion) continue
      const rewrapped = await rewrap(key, this.#required().serverId, keyEncryption)
      const ring = this.#required()
      this.#save({
        ...ring,
        version: ring.version + 1,
        keys: ring.keys.map((existing) =>
          existing.kid === key.kid ? { ...existing, wrapped: rewrapped.wrapped } : existing,
        ),
      })
    }
  }

  #isWrappedAnew(ring: Ring): boolean {
    const current = this.#encryption().currentVersion
    return ring.keys.some((key) => key.wrapped.keyVersion !== current)
  }

  async #afterChange(ring: Ring): Promise<void> {
    const active = ring.keys.find((key) => key.status === 'ACTIVE')
    const change = needsNext(ring) ? nowSeconds() : nextChange(ring)
    if (change === null) await this.ctx.storage.deleteAlarm()
    else await this.ctx.storage.setAlarm(Math.max(change * 1000, nowMillis() + 100))
    try {
      await saveSigningState(this.env.DB, ring.serverId, {
        kid: active?.kid ?? null,
        lastRotated: ring.lastRotated,
        nextRotation: ring.nextRotation,
      })
    } catch (cause) {
      // Only lists show these columns; the ring itself is right, and the next change writes them again.
      logFault('key-ring.columns', { serverId: ring.serverId }, cause)
      await this.#wakeSoon()
    }
  }

  /** Never postpones: reads that come faster than the alarm would otherwise push it away for ever. */
  async #wakeSoon(): Promise<void> {
    await this.#wakeBy(nowMillis() + 1000)
  }

  async #wakeBy(millis: number): Promise<void> {
    const set = await this.ctx.storage.getAlarm()
    if (set === null || set > millis) await this.ctx.storage.setAlarm(millis)
  }

  /** Saves what became of a ring, and with it, in one transaction, what the log will be told if its key changed. */
  #saveRotated(
    before: Ring,
    after: Ring,
    occasion: RotationOccasion = whenDue(randomId('job')),
    emergency = false,
  ): void {
    const [kid, previousKid] = [activeKid(after), activeKid(before)]
    this.ctx.storage.transactionSync(() => {
      this.#save(after)
      if (kid === null || previousKid === null || kid === previousKid) return
      const serverId = serverIdOfRing(after.serverId)
      const debugData = { kid, previousKid, emergency }
      const event = rolloverEvent(serverId, occasion, debugData, nowMillis())
      this.ctx.storage.kv.put(UNTOLD + event.uuid, event)
    })
  }

  #untold(): readonly SystemLogEvent[] {
    const stored = this.ctx.storage.kv.list<SystemLogEvent>({ prefix: UNTOLD })
    return [...stored].map(([, event]) => event)
  }

  /** Tells the log what it was not told yet. False when it is away: the events stay, and an alarm tries again. */
  async #tell(): Promise<boolean> {
    const events = this.#untold()
    if (events.length === 0) return true
    try {
      await writeEvents(this.env.LOG_DB, events)
    } catch (cause) {
      logFault('key-ring.tell', { serverId: this.#required().serverId }, cause)
      return false
    }
    for (const { uuid } of events) this.ctx.storage.kv.delete(UNTOLD + uuid)
    return true
  }

  #generate(serverId: string, algorithm: SigningAlgorithm, now: number): Promise<SigningKey> {
    return generateSigningKey(serverId, algorithm, this.#encryption(), now)
  }

  #encryption(): KeyEncryption {
    this.#keyEncryption ??= readSettings({ ...this.env }).keyEncryption
    return this.#keyEncryption
  }

  #required(): Ring {
    const ring = this.#load()
    if (ring === null) throw new Error('The key ring does not exist')
    return ring
  }

  #load(): Ring | null {
    const stored = this.ctx.storage.kv.get<StoredRing>('ring')
    if (stored === undefined) return null
    const rows = this.ctx.storage.sql.exec<{ record: string }>('SELECT record FROM keys')
    return { ...stored, keys: rows.toArray().map((row) => JSON.parse(row.record) as SigningKey) }
  }

  #save({ keys, ...stored }: Ring): void {
    this.ctx.storage.transactionSync(() => {
      const { sql } = this.ctx.storage
      sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) WITHOUT ROWID')
      sql.exec('INSERT OR IGNORE INTO migrations (version) VALUES (1)')
      sql.exec(
        'CREATE TABLE IF NOT EXISTS keys (kid TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID',
      )
      const kept = new Set(keys.map((key) => key.kid))
      for (const { kid } of sql.exec<{ kid: string }>('SELECT kid FROM keys').toArray())
        if (!kept.has(kid)) sql.exec('DELETE FROM keys WHERE kid = ?', kid)
      for (const key of keys)
        sql.exec(
          'INSERT INTO keys (kid, record) VALUES (?1, ?2) ON CONFLICT (kid) DO UPDATE SET record = ?2 WHERE record <> ?2',
          key.kid,
          JSON.stringify(key),
        )
      this.ctx.storage.kv.put('ring', stored)
    })
  }
}
