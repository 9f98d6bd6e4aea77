/**
 * What an isolate remembers of servers, clients and key rings, each with when it was read. That something does not
 * exist is remembered apart and in a small place, so that guessed ids push nothing real out.
 */
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import { ageOf, nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { estimatedBytes } from '../platform/estimated-bytes.ts'
import { LruMap } from '../platform/lru.ts'
import { bytesOfServer, type CompiledServer } from './compile.ts'

export interface Values {
  readonly server: CompiledServer
  readonly client: Client
  readonly ring: RingView
}

export type Kind = keyof Values

export const KINDS: readonly Kind[] = ['server', 'client', 'ring']

export interface Entry<T> {
  /** Null: storage said that it does not exist. */
  readonly value: T | null
  /** When the read began, in milliseconds. */
  readonly readAt: number
}

export const entryKey = (kind: Kind, id: string): string => `${kind} ${id}`

export class Remembered {
  readonly #present: { readonly [K in Kind]: LruMap<string, Entry<Values[K]>> } = {
    server: new LruMap(limits.serversCachedMax, {
      most: limits.cachedBytesMax.servers,
      weigh: ({ value }) => (value === null ? 0 : bytesOfServer(value)),
    }),
    client: new LruMap(limits.clientsCachedMax, {
      most: limits.cachedBytesMax.clients,
      weigh: ({ value }) => estimatedBytes(value),
    }),
    ring: new LruMap(limits.serversCachedMax),
  }
  readonly #absent = new LruMap<string, Entry<never>>(limits.absencesCachedMax)

  get<K extends Kind>(kind: K, id: string): Entry<Values[K]> | undefined {
    return this.#present[kind].get(id) ?? this.#absent.get(entryKey(kind, id))
  }

  /** Keeps what was read, unless something read later is here already: not by a clock that went back since. */
  put<K extends Kind>(kind: K, id: string, value: Values[K] | null, readAt: number): void {
    const known = this.get(kind, id)
    const isOlder = known !== undefined && known.readAt > readAt
    if (isOlder && ageOf(known.readAt, nowMillis()) < Infinity) return
    this.forget(kind, id)
    if (value === null) this.#absent.set(entryKey(kind, id), { value, readAt })
    else this.#present[kind].set(id, { value, readAt })
  }

  /** Forgets all of a kind that exist. */
  forgetAll(kind: Kind): void {
    this.#present[kind].clear()
  }

  forget(kind: Kind, id: string): void {
    this.#present[kind].delete(id)
    this.#absent.delete(entryKey(kind, id))
  }
}
