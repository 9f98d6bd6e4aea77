/**
 * The isolate's brake on the management API: a fixed window of one minute. It bounds what one isolate passes on to
 * D1, not what a caller may do in total; the headers tell clients when to come back.
 */
import { SYSTEM_PRINCIPAL } from '../domain/system-log.ts'
import type { Occurrence } from '../issuer/log-buffer.ts'
import { nowSeconds } from '../platform/clock.ts'

export interface RateState {
  readonly allowed: boolean
  /** When the window ends, in seconds. */
  readonly reset: number
  readonly headers: Readonly<Record<string, string>>
}

export class RateLimit {
  #window = 0
  #used = 0

  take(perMinute: number): RateState {
    const window = Math.floor(nowSeconds() / 60)
    if (window !== this.#window) {
      this.#window = window
      this.#used = 0
    }
    this.#used++
    const reset = (window + 1) * 60
    return {
      allowed: this.#used <= perMinute,
      reset,
      headers: {
        'x-rate-limit-limit': String(perMinute),
        'x-rate-limit-remaining': String(Math.max(0, perMinute - this.#used)),
        'x-rate-limit-reset': String(reset),
      },
    }
  }
}

/** A call was refused. Who made it is not known yet, so that calls are only counted. */
export const violation = (perMinute: number): Occurrence => ({
  room: 'counted',
  kind: 'rate limit',
  origin: 'management',
  happenings: () => [
    {
      eventType: 'system.org.rate_limit.violation',
      displayMessage: 'Rate limit violation',
      actor: SYSTEM_PRINCIPAL,
      outcome: { result: 'FAILURE', reason: 'Too many requests' },
      target: [
        { id: '/api/v1', type: 'URL Pattern', alternateId: null, displayName: 'URL Pattern' },
      ],
      debugData: { threshold: perMinute, timeSpan: 1, timeUnit: 'MINUTES' },
    },
  ],
})
