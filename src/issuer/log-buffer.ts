/**
 * What happens too often to be written at once waits here, in the isolate: at most one write to the log in ten
 * seconds, none of them in the way of an answer. What there is room for is told one by one, the rest is counted
 * together and says so. An isolate that ends takes what it has not written yet with it.
 */
import { systemLogEvent, type Happening } from '../domain/log-event.ts'
import type { SystemLogEvent } from '../domain/system-log.ts'
import { nowMillis, pause } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { callerOf, type Caller } from '../protocol/caller.ts'
import type { WaitUntil } from './snapshots.ts'

/**
 * Whose room an occurrence takes between two writes. Refusals cannot crowd out grants, and who proved nothing about
 * itself has little room or none, so that nobody fills the log by asking.
 */
const ROOM = {
  granted: limits.logGrantsToldMax,
  refused: limits.logRefusalsToldMax,
  unproven: limits.logUnprovenRefusalsToldMax,
  counted: 0,
} as const

export type Room = keyof typeof ROOM

/** How much of an occurrence an event tells: one, all of one kind and origin, or all of one kind. */
export type Told = 'one' | 'alike' | 'kind'

/** Something that may happen many times a second. */
export interface Occurrence {
  readonly room: Room
  /** Event type and reason: one of few. */
  readonly kind: string
  /** Server and client: one of many. */
  readonly origin: string
  happenings(told: Told): readonly Happening[]
}

/** A request and the id that its answer names. */
export interface IdentifiedRequest {
  readonly request: Request
  readonly requestId: string
}

interface Single {
  readonly occurrence: Occurrence
  readonly at: number
  readonly requestId: string
  readonly caller: Caller
}

interface Count {
  /** The first of those counted, which stands for all. */
  readonly occurrence: Occurrence
  readonly told: Exclude<Told, 'one'>
  count: number
  at: number
}

export type WriteEvents = (events: readonly SystemLogEvent[]) => Promise<void>

const INTERVAL = limits.logFlushMillis
/** Whoever was to write and has not by then is gone. */
const GRACE = 1000

export class LogBuffer {
  readonly #write: WriteEvents
  #singles: Single[] = []
  #taken: Record<Room, number> = { granted: 0, refused: 0, unproven: 0, counted: 0 }
  #counts = new Map<string, Count>()
  /** When what is here will be written; Infinity while nothing is. */
  #due = Infinity
  #lastFlush = -Infinity
  /** Events that are being written, or could not be. */
  #unwritten: readonly SystemLogEvent[] = []

  constructor(write: WriteEvents) {
    this.#write = write
  }

  /** Constant work and no waiting. */
  push(
    occurrence: Occurrence,
    { request, requestId }: IdentifiedRequest,
    waitUntil: WaitUntil,
  ): void {
    const at = nowMillis()
    if (this.#taken[occurrence.room] < ROOM[occurrence.room]) {
      this.#taken[occurrence.room]++
      this.#singles.push({ occurrence, at, requestId, caller: callerOf(request) })
    } else this.#count(occurrence, at)

    if (this.#due === Infinity) {
      this.#due = Math.max(at, this.#lastFlush + INTERVAL)
      waitUntil(this.#flushAt(this.#due))
    } else if (at > this.#due + GRACE) waitUntil(this.flush())
  }

  #count(occurrence: Occurrence, at: number): void {
    const { kind, origin } = occurrence
    const key = `${kind} ${origin}`
    const known = this.#counts.get(key)
    if (known !== undefined) {
      known.count++
      known.at = at
    } else if (this.#counts.size < limits.logCountsMax)
      this.#counts.set(key, { occurrence, told: 'alike', count: 1, at })
    else {
      // No room for another origin: only the kinds are told apart, of which there are few.
      const rest = this.#counts.get(kind)
      if (rest === undefined) this.#counts.set(kind, { occurrence, told: 'kind', count: 1, at })
      else {
        rest.count++
        rest.at = at
      }
    }
  }

  async #flushAt(due: number): Promise<void> {
    const wait = due - nowMillis()
    if (wait > 0) await pause(wait)
    // What this waited for is written, and what came since has a time of its own.
    if (this.#due !== due && this.#unwritten.length === 0) return
    if (await this.flush()) return
    await pause(INTERVAL)
    await this.flush()
  }

  /** Writes what is here. False when that failed: it stays for the next time. */
  async flush(): Promise<boolean> {
    this.#lastFlush = nowMillis()
    this.#unwritten = this.#withinBounds([...this.#unwritten, ...this.#takeEvents()])
    const batch = this.#unwritten
    if (batch.length === 0) return true
    try {
      await this.#write(batch)
    } catch (cause) {
      logFault('log.flush', { events: batch.length }, cause)
      return false
    }
    const written = new Set(batch)
    this.#unwritten = this.#unwritten.filter((event) => !written.has(event))
    return true
  }

  #takeEvents(): readonly SystemLogEvent[] {
    const [singles, counts] = [this.#singles, this.#counts]
    this.#singles = []
    this.#counts = new Map()
    this.#taken = { granted: 0, refused: 0, unproven: 0, counted: 0 }
    this.#due = Infinity
    return [...singles.flatMap(eventsOf), ...[...counts.values()].flatMap(eventsOfCount)]
  }

  #withinBounds(events: readonly SystemLogEvent[]): readonly SystemLogEvent[] {
    const over = events.length - limits.logUnwrittenEventsMax
    if (over <= 0) return events
    logFault('log.lost', { events: over }, new Error('the log cannot be written'))
    return events.slice(over)
  }
}

const eventsOf = ({ occurrence, at, requestId, caller }: Single): readonly SystemLogEvent[] =>
  occurrence
    .happenings('one')
    .map((happening) => systemLogEvent(happening, { type: 'WEB', id: requestId, caller }, at))

/** An event that stands for several says how many, and which ones it cannot tell apart. */
const eventsOfCount = ({ occurrence, told, count, at }: Count): readonly SystemLogEvent[] =>
  occurrence
    .happenings(told)
    .map((happening) =>
      systemLogEvent(
        { ...happening, debugData: { ...happening.debugData, sampled: true, count } },
        { type: 'WEB', id: 'unknown', caller: null },
        at,
      ),
    )
