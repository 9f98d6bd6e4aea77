/**
 * When the object of a user wakes by itself: to tell lists and apps what they could not be told, and to forget what is
 * over. When nothing is left, it forgets everything.
 */
import { nowMillis, nowSeconds } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import type { SubjectEndings } from './subject-endings.ts'
import type { SubjectLogouts } from './subject-logouts.ts'
import type { SubjectPerson } from './subject-person.ts'
import type { SubjectRecovery } from './subject-recovery.ts'
import { SESSION_END } from './subject-sessions.ts'
import type { SubjectTables } from './subject-tables.ts'
import type { Telling } from './telling.ts'

/** When the first of what is remembered is over, in milliseconds; null: nothing is left. */
const FIRST_END = `SELECT min(over) AS first FROM (
  SELECT min(${SESSION_END}) AS over FROM sessions
  UNION ALL SELECT min(alive_until) * 1000 FROM authorizations
  UNION ALL SELECT min(expires) * 1000 FROM revocations
  UNION ALL SELECT min(until) * 1000 FROM marks
  UNION ALL SELECT min(due) FROM logouts)`

export class SubjectAlarm {
  readonly #storage: DurableObjectStorage
  readonly #tables: SubjectTables
  readonly #others: Telling
  readonly #logouts: SubjectLogouts
  readonly #person: SubjectPerson
  readonly #endings: SubjectEndings
  readonly #recovery: SubjectRecovery
  /** Undefined: not known in memory. */
  #at: number | null | undefined = undefined

  constructor(
    storage: DurableObjectStorage,
    tables: SubjectTables,
    others: Telling,
    logouts: SubjectLogouts,
    person: SubjectPerson,
    endings: SubjectEndings,
    recovery: SubjectRecovery,
  ) {
    this.#storage = storage
    this.#tables = tables
    this.#others = others
    this.#logouts = logouts
    this.#person = person
    this.#endings = endings
    this.#recovery = recovery
  }

  /** Something may have been remembered: makes sure that the object wakes early enough. */
  async remembered(isBehind: boolean): Promise<void> {
    const seconds = isBehind ? limits.listingRetrySeconds : limits.subjectSweepSeconds
    if (this.#at === undefined) this.#at = await this.#storage.getAlarm()
    const wanted = this.#atLatest(nowMillis() + seconds * 1000)
    const isSoonEnough = this.#at !== null && this.#at <= wanted
    if (!isSoonEnough && this.#isUsed()) await this.#set(wanted)
  }

  #isUsed(): boolean {
    return this.#tables.existing() !== null || this.#person.isKept || this.#endings.areKept
  }

  /** Somebody was told, so that the object need not wake to try it again. */
  async told(): Promise<void> {
    if (this.#at !== null && !this.#others.isBehind())
      await this.#set(this.#atLatest(nowMillis() + limits.subjectSweepSeconds * 1000))
  }

  /** An instant, or before it when apps are to be told. */
  #atLatest(instant: number): number {
    return Math.min(instant, this.#logouts.due ?? instant)
  }

  /** Wakes when there is next something to do, and not before. */
  async #plan(): Promise<void> {
    const first = this.#first()
    if (first === null) return
    const soonest = nowMillis() + limits.subjectSweepSeconds * 1000
    const retry = nowMillis() + limits.listingRetrySeconds * 1000
    await this.#set(this.#atLatest(this.#others.isBehind() ? retry : Math.max(first, soonest)))
  }

  /** The alarm rang. True: nothing is left of what the tables held. */
  async rang(): Promise<boolean> {
    this.#at = null
    await Promise.all([this.#others.tell(), this.#logouts.tell()])
    this.#sweep()
    if (this.#first() === null) return true
    await this.#plan()
    return false
  }

  /** Everything was deleted, the alarm too. */
  forget(): void {
    this.#at = null
  }

  async #set(at: number): Promise<void> {
    this.#at = at
    await this.#storage.setAlarm(at)
  }

  #first(): number | null {
    const { over } = this.#recovery
    const first = this.#tables.existing()?.exec<{ first: number | null }>(FIRST_END).one().first
    if (first == null || over === null) return first ?? over
    return Math.min(first, over)
  }

  // What was given lives by the clock of another isolate, which may be behind.
  #sweep(): void {
    const sql = this.#tables.existing()
    const over = nowSeconds() - limits.clockSkewSeconds
    if ((this.#recovery.over ?? Infinity) <= nowMillis()) this.#recovery.forget()
    sql?.exec(`DELETE FROM sessions WHERE ${SESSION_END} <= ?`, nowMillis())
    sql?.exec('DELETE FROM participants WHERE sid NOT IN (SELECT sid FROM sessions)')
    sql?.exec('DELETE FROM authorizations WHERE alive_until <= ?', over)
    sql?.exec('DELETE FROM revocations WHERE expires <= ?', over)
    sql?.exec('DELETE FROM marks WHERE until <= ?', over)
  }
}
