/** What a committed write still has to tell others. Every kind is safe to repeat. */
import type { Ending } from './ending.ts'
import type { SystemLogEvent } from './system-log.ts'

interface Payloads {
  'key-ring.configure': Record<string, never>
  'key-ring.destroy': Record<string, never>
  /** What a user's object keeps of the user is no longer true. */
  'subject.stale': Record<string, never>
  'subject.end': Ending
  /** Wrong passwords are forgotten: an administrator let the user in again, or gave a new password. */
  'subject.unlock': Record<string, never>
  /** A token to recover the account is worth nothing any more: it reaches further than whoever was given it may. */
  'subject.recovery': Record<string, never>
  /** The person was deleted. */
  'subject.erase': Record<string, never>
  'system-log': SystemLogEvent
}

export type OutboxKind = keyof Payloads

/** `subject` is the id of whom it concerns: a server, a user. */
export type OutboxEntry = {
  readonly [Kind in OutboxKind]: {
    readonly id: string
    readonly kind: Kind
    readonly subject: string
    readonly payload: Payloads[Kind]
  }
}[OutboxKind]

/** In the order of delivery: what ends access first. A key ring needs nobody else; the log may be away for long. */
export const OUTBOX_KINDS: readonly OutboxKind[] = [
  'subject.erase',
  'subject.end',
  'subject.recovery',
  'subject.stale',
  'subject.unlock',
  'key-ring.destroy',
  'key-ring.configure',
  'system-log',
]
