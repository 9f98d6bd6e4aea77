/** A map that forgets what was used longest ago once it holds more than `capacity` entries. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key)
    // Moving an entry to the end costs two map writes, so a half-empty map does not bother.
    if (value !== undefined && this.#entries.size * 2 > this.#capacity) {
      this.#entries.delete(key)
      this.#entries.set(key, value)
    }
    return value
  }

  set(key: K, value: V): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size > this.#capacity) this.dropOldest()
  }

  /** Forgets what was used longest ago, and gives it. */
  dropOldest(): V | undefined {
    const oldest = this.#entries.entries().next()
    if (oldest.done) return undefined
    this.#entries.delete(oldest.value[0])
    return oldest.value[1]
  }

  delete(key: K): void {
    this.#entries.delete(key)
  }

  clear(): void {
    this.#entries.clear()
  }
}
