/** A second bound of a map: the sum of what its values weigh, each as it weighed when it was put in. */
export interface Weighing<V> {
  readonly most: number
  readonly weigh: (value: V) => number
}

/**
 * A map that forgets what was used longest ago once it holds more than `capacity` entries, or once they weigh too much.
 * What was put in last stays, whatever it weighs.
 */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #capacity: number
  readonly #weighing: Weighing<V> | null
  readonly #weights = new Map<K, number>()
  #weight = 0
  /** Moving an entry to the end costs two map writes, so a map that is half empty by either bound does not bother. */
  #isFilling = false

  constructor(capacity: number, weighing: Weighing<V> | null = null) {
    this.#capacity = capacity
    this.#weighing = weighing
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined && this.#isFilling) {
      this.#entries.delete(key)
      this.#entries.set(key, value)
    }
    return value
  }

  set(key: K, value: V): void {
    this.delete(key)
    this.#entries.set(key, value)
    if (this.#weighing !== null) {
      const weight = this.#weighing.weigh(value)
      this.#weights.set(key, weight)
      this.#weight += weight
    }
    while (this.#isOver()) this.dropOldest()
    this.#judge()
  }

  /** Forgets what was used longest ago, and gives it. */
  dropOldest(): V | undefined {
    const oldest = this.#entries.entries().next()
    if (oldest.done) return undefined
    this.delete(oldest.value[0])
    return oldest.value[1]
  }

  delete(key: K): void {
    this.#entries.delete(key)
    this.#weight -= this.#weights.get(key) ?? 0
    this.#weights.delete(key)
    this.#judge()
  }

  clear(): void {
    this.#entries.clear()
    this.#weights.clear()
    this.#weight = 0
    this.#judge()
  }

  #isOver(): boolean {
    const { size } = this.#entries
    if (size > this.#capacity) return true
    return this.#weighing !== null && size > 1 && this.#weight > this.#weighing.most
  }

  #judge(): void {
    const isHeavy = this.#weighing !== null && this.#weight * 2 > this.#weighing.most
    this.#isFilling = isHeavy || this.#entries.size * 2 > this.#capacity
  }
}
