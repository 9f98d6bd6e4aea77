/** What a committed write still has to tell others. Every kind is safe to repeat. */
import type { SystemLogEvent } from './system-log.ts'

export type OutboxEntry =
  | {
      readonly id: string
      readonly kind: 'key-ring.configure'
      readonly subject: string
      readonly payload: Record<string, never>
    }
  | {
      readonly id: string
      readonly kind: 'key-ring.destroy'
      readonly subject: string
      readonly payload: Record<string, never>
    }
  | {
      readonly id: string
      readonly kind: 'system-log'
      readonly subject: string
      readonly payload: SystemLogEvent
    }

/** In the order of delivery. A key ring needs nobody else; the log's database may be away for long. */
export const OUTBOX_KINDS: readonly OutboxEntry['kind'][] = [
  'key-ring.destroy',
  'key-ring.configure',
  'system-log',
]
