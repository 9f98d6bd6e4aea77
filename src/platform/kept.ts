/**
 * One value that an isolate keeps of storage, under the snapshot rule: fresh, use it; stale, use it and refresh once in
 * the background; older, wait for storage; storage away, go on with it for a bounded time.
 */
import { ageOf, nowMillis } from './clock.ts'
import { limits } from './limits.ts'
import { logFault } from './log.ts'

const FRESH = limits.snapshotFreshSeconds * 1000
const STALE = limits.snapshotStaleSeconds * 1000
const OUTAGE = limits.snapshotOutageSeconds * 1000

interface Known<T> {
  readonly value: T
  /** When the read began. */
  readonly readAt: number
}

export class Kept<T> {
  readonly #what: string
  readonly #read: () => Promise<T>
  #known: Known<T> | null = null
  #refreshedAt = -Infinity
  /** A read that began before a write in this isolate must not bring the old value back. */
  #generation = 0

  constructor(what: string, read: () => Promise<T>) {
    this.#what = what
    this.#read = read
  }

  /** Throws what the read threw when nothing usable is known. */
  async get(waitUntil: (work: Promise<unknown>) => void): Promise<T> {
    const known = this.#known
    const now = nowMillis()
    const age = known === null ? Infinity : ageOf(known.readAt, now)
    if (known === null || age > STALE) return this.#loaded(known, age)
    if (age > FRESH && ageOf(this.#refreshedAt, now) > limits.loadTimeoutMillis) {
      this.#refreshedAt = now
      waitUntil(this.#load().catch((cause: unknown) => this.#failed(cause)))
    }
    return known.value
  }

  /** After a write in this isolate: the next reader waits for storage. */
  forget(): void {
    this.#generation++
    this.#known = null
  }

  async #loaded(known: Known<T> | null, age: number): Promise<T> {
    try {
      return await this.#load()
    } catch (cause) {
      if (known === null || age > OUTAGE) throw cause
      this.#failed(cause)
      return known.value
    }
  }

  #failed(cause: unknown): void {
    logFault('kept.read', { of: this.#what }, cause)
  }

  /** Each waiter reads for itself: a promise of another request may end with that request. */
  async #load(): Promise<T> {
    const generation = this.#generation
    const readAt = nowMillis()
    const value = await this.#read()
    const isNewer = this.#known === null || this.#known.readAt <= readAt
    const isOfNoAge = this.#known !== null && ageOf(this.#known.readAt, readAt) === Infinity
    if (generation === this.#generation && (isNewer || isOfNoAge)) this.#known = { value, readAt }
    return value
  }
}
