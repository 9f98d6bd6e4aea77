/**
 * Durable Object: attempts from one address in a window of time, whoever they are for. What it counts is worth nothing
 * after the window, so it is kept in memory and storage stays empty: an object that is evicted forgets an attacker who
 * has gone away.
 */
import { DurableObject } from 'cloudflare:workers'
import { limits } from '../platform/limits.ts'

const WINDOW = limits.attemptsWindowSeconds * 1000

export class Throttle extends DurableObject {
  #began = -Infinity
  #count = 0

  /** Counts an attempt, in this window also when it seems to come before it; false when there were too many already. */
  take(now: number): boolean {
    if (now - this.#began >= WINDOW) {
      this.#began = now
      this.#count = 0
    }
    if (this.#count >= limits.attemptsPerAddressMax) return false
    this.#count++
    return true
  }

  giveBack(): void {
    this.#count = Math.max(0, this.#count - 1)
  }
}
