/**
 * Durable Object: attempts from one address in a window of time, whoever they are for. An object that nobody calls is
 * out of memory within seconds, long before the window is over, so the count is stored; the alarm leaves nothing of it.
 */
import { DurableObject } from 'cloudflare:workers'
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'

const WINDOW = limits.attemptsWindowSeconds * 1000
const KEY = 'window'

interface StoredWindow {
  readonly format: 1
  /** In milliseconds. */
  readonly began: number
  readonly count: number
}

export class Throttle extends DurableObject {
  /**
   * Counts an attempt, in this window also when it seems to come a little before it; false when there were too many
   * already. What began a window ahead was dated by a clock that went back since.
   */
  async take(now: number): Promise<boolean> {
    const stored = this.#stored()
    const current = stored !== undefined && Math.abs(now - stored.began) < WINDOW ? stored : null
    const count = current?.count ?? 0
    if (count >= limits.attemptsPerAddressMax) return false
    this.#store({ format: 1, began: current?.began ?? now, count: count + 1 })
    if (current === null) await this.ctx.storage.setAlarm(nowMillis() + WINDOW)
    return true
  }

  giveBack(): void {
    const stored = this.#stored()
    if (stored !== undefined) this.#store({ ...stored, count: Math.max(0, stored.count - 1) })
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll()
  }

  #stored(): StoredWindow | undefined {
    return this.ctx.storage.kv.get<StoredWindow>(KEY)
  }

  #store(window: StoredWindow): void {
    this.ctx.storage.kv.put(KEY, window)
  }
}
