/**
 * A value that is read elsewhere and kept, with ages that count from when its reading began. Fresh: use it. Stale: use
 * it and read again in the background. Older: wait. Nobody answers: go on with it until the outage is too long. One
 * reading is under way at a time, and after one that failed there is a pause.
 */
import type { Eventual } from './eventual.ts'
import { inTime } from './in-time.ts'
import { limits } from './limits.ts'

/** Seconds. */
export interface Ages {
  readonly fresh: number
  readonly stale: number
  readonly outage: number
}

export type WaitUntil = (work: Promise<unknown>) => void

interface Reading {
  readonly began: number
  readonly work: Promise<void>
}

export class Refreshed<T> {
  readonly #read: (known: T | null) => Promise<T>
  readonly #ages: Ages
  /** In milliseconds. */
  readonly #clock: () => number
  #known: { readonly value: T; readonly readAt: number } | null = null
  #reading: Reading | null = null
  #triedAt = -Infinity

  constructor(read: (known: T | null) => Promise<T>, ages: Ages, clock: () => number) {
    this.#read = read
    this.#ages = ages
    this.#clock = clock
  }

  /** Null: nothing is known that is young enough. */
  get(waitUntil: WaitUntil): Eventual<T | null> {
    const age = this.#age
    if (this.#known === null || age > this.#ages.stale) return this.#waitedFor()
    if (age > this.#ages.fresh && this.#mayTry(limits.refreshRetrySeconds)) waitUntil(this.#start())
    return this.#known.value
  }

  /** Reads again because something is missing from what is known, unless that was tried a while ago already. */
  async newer(pauseSeconds: number): Promise<T | null> {
    if (this.#mayTry(pauseSeconds)) await this.#start()
    return this.#usable
  }

  /** In seconds. What seems to come from the future was read by a clock that went back: it is of no known age. */
  get #age(): number {
    if (this.#known === null) return Infinity
    const age = (this.#clock() - this.#known.readAt) / 1000
    return age < 0 ? Infinity : age
  }

  get #usable(): T | null {
    return this.#known !== null && this.#age <= this.#ages.outage ? this.#known.value : null
  }

  #mayTry(pauseSeconds: number): boolean {
    const since = this.#clock() - this.#triedAt
    return this.#underWay === null && (since < 0 || since >= pauseSeconds * 1000)
  }

  // A request that ends may take its reading along, so that nobody relies on one that takes too long.
  get #underWay(): Promise<void> | null {
    if (this.#reading === null) return null
    const since = this.#clock() - this.#reading.began
    return since >= 0 && since < limits.refreshTimeoutMillis ? this.#reading.work : null
  }

  async #waitedFor(): Promise<T | null> {
    const underWay = this.#underWay
    if (underWay !== null) await inTime(underWay, limits.refreshTimeoutMillis)
    else if (this.#mayTry(limits.refreshRetrySeconds)) await this.#start()
    return this.#usable
  }

  /** Never rejects. */
  async #start(): Promise<void> {
    const began = this.#clock()
    this.#triedAt = began
    const work = this.#readOnce(began).finally(() => {
      if (this.#reading?.work === work) this.#reading = null
    })
    this.#reading = { began, work }
    await inTime(work, limits.refreshTimeoutMillis)
  }

  async #readOnce(began: number): Promise<void> {
    try {
      const value = await this.#read(this.#known?.value ?? null)
      // One that began earlier and was given up must not bring an older value back.
      if (this.#known === null || this.#known.readAt <= began || this.#age === Infinity)
        this.#known = { value, readAt: began }
    } catch {
      // Whoever needs the value finds that there is none.
    }
  }
}
