/**
 * The snapshot rule: what an isolate remembers of servers, clients and key rings, and for how long. Age counts from
 * when storage was read. Fresh: use it. Stale: use it and refresh once in the background. Older: wait for storage.
 * Storage away: go on with what is known for a bounded time, then refuse as unavailable.
 */
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import type { SnapshotSource } from '../domain/snapshot.ts'
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { LruMap } from '../platform/lru.ts'
import { SchemaMismatch } from '../platform/storage-errors.ts'
import { OAuthError } from '../protocol/errors.ts'
import { compileServer, type CompiledServer } from './compile.ts'
import { serverIdOfRing } from './rings.ts'

interface Entry<T> {
  readonly value: T
  /** When the read began, in milliseconds. */
  readonly readAt: number
}

/** What a request needs. `serverId` and `ring` are null on paths that do not touch them. */
export interface Wanted {
  readonly serverId: string | null
  readonly clientId: string | null
  readonly ring: string | null
}

export interface Snapshot {
  readonly server: CompiledServer | null
  readonly client: Client | null
  readonly ring: RingView | null
}

type Kind = 'server' | 'client' | 'ring'

interface Missing {
  readonly kind: Kind
  readonly id: string
}

const FRESH = limits.snapshotFreshSeconds * 1000
const STALE = limits.snapshotStaleSeconds * 1000
const OUTAGE = limits.snapshotOutageSeconds * 1000

export type WaitUntil = (work: Promise<unknown>) => void

export class Snapshots {
  readonly #source: SnapshotSource
  readonly #origin: string
  readonly #entries = {
    server: new LruMap<string, Entry<CompiledServer | null>>(limits.serversCachedMax),
    client: new LruMap<string, Entry<Client | null>>(limits.clientsCachedMax),
    ring: new LruMap<string, Entry<RingView>>(limits.serversCachedMax),
  }
  readonly #loading = new Map<string, Promise<void>>()
  /** A load that began before a write in this isolate must not bring the old state back. */
  readonly #forgottenAt = new LruMap<string, number>(limits.serversCachedMax)
  #sequence = 0

  constructor(source: SnapshotSource, origin: string) {
    this.#source = source
    this.#origin = origin
  }

  /** What is known, read where the rule demands it. Cold: one D1 batch and one key ring call, in parallel. */
  get(wanted: Wanted, waitUntil: WaitUntil): Snapshot | Promise<Snapshot> {
    const now = nowMillis()
    const absent: Missing[] = []
    const stale: Missing[] = []
    for (const kind of KINDS) {
      const id = idOf(wanted, kind)
      if (id === null) continue
      // A server that does not exist has no ring to ask for.
      if (kind === 'ring' && this.#isKnownMissing(wanted.serverId, now)) continue
      const entry: Entry<unknown> | undefined = this.#entries[kind].get(id)
      const age = entry === undefined ? Infinity : now - entry.readAt
      // Clocks can step back; an entry from the future is treated as just read.
      if (age > STALE || (entry?.value === null && age > FRESH)) absent.push({ kind, id })
      else if (age > FRESH && !this.#loading.has(key({ kind, id }))) stale.push({ kind, id })
    }
    if (stale.length > 0) waitUntil(this.#refresh(stale))
    return absent.length === 0
      ? this.#known(wanted)
      : this.#load(absent, waitUntil).then(() => this.#known(wanted))
  }

  #isKnownMissing(serverId: string | null, now: number): boolean {
    const entry = serverId === null ? undefined : this.#entries.server.get(serverId)
    return entry?.value === null && now - entry.readAt <= FRESH
  }

  /** Reads the configuration again, now, whatever its age. Storage away is a fault here, never an old answer. */
  async reload(wanted: Wanted, waitUntil: WaitUntil): Promise<Snapshot> {
    const configured = KINDS.flatMap((kind) => {
      const id = idOf(wanted, kind)
      return id === null || kind === 'ring' ? [] : [{ kind, id }]
    })
    try {
      const started = this.#start(configured)
      waitUntil(started.catch(() => undefined))
      if (!(await inTime(started))) throw new Error('storage did not answer in time')
    } catch (cause) {
      if (cause instanceof SchemaMismatch) throw cause
      logFault('snapshot.reload', {}, cause)
      throw new OAuthError('temporarily_unavailable')
    }
    return this.get(wanted, waitUntil)
  }

  /** Whether everything wanted was read less than `seconds` ago, so that asking again would be pointless. */
  readSince(wanted: Wanted, millis: number): boolean {
    return (['server', 'client'] as const).every((kind) => {
      const id = idOf(wanted, kind)
      const entry: Entry<unknown> | undefined =
        id === null ? undefined : this.#entries[kind].get(id)
      return id === null || (entry !== undefined && entry.readAt >= millis)
    })
  }

  /** A write in this isolate takes effect at once. */
  forget(kind: Kind, id: string): void {
    this.#entries[kind].delete(id)
    this.#loading.delete(key({ kind, id }))
    this.#forgottenAt.set(key({ kind, id }), ++this.#sequence)
  }

  #known(wanted: Wanted): Snapshot {
    const { serverId, clientId, ring } = wanted
    return {
      server: serverId === null ? null : (this.#entries.server.get(serverId)?.value ?? null),
      client: clientId === null ? null : (this.#entries.client.get(clientId)?.value ?? null),
      ring: ring === null ? null : (this.#entries.ring.get(ring)?.value ?? null),
    }
  }

  async #refresh(stale: readonly Missing[]): Promise<void> {
    try {
      await this.#start(stale)
    } catch (cause) {
      logFault('snapshot.refresh', {}, cause)
    }
  }

  /** Waits until everything listed is loaded; falls back to what is remembered when storage is away. */
  async #load(absent: readonly Missing[], waitUntil: WaitUntil): Promise<void> {
    const shared = absent.flatMap((missing) => this.#loading.get(key(missing)) ?? [])
    const own = absent.filter((missing) => !this.#loading.has(key(missing)))
    try {
      const work = [...shared]
      if (own.length > 0) {
        const started = this.#start(own)
        waitUntil(started.catch(() => undefined))
        work.push(started)
      }
      // A load that another request started dies with that request's context; then this one loads for itself.
      if (await inTime(Promise.all(work))) return
      if (shared.length === 0 || !(await inTime(this.#again(absent, new Set(work)))))
        throw new Error('storage did not answer in time')
    } catch (cause) {
      if (cause instanceof SchemaMismatch) throw cause
      const oldest = nowMillis() - OUTAGE
      const covered = absent.every(({ kind, id }) => {
        const entry: Entry<unknown> | undefined = this.#entries[kind].get(id)
        return entry !== undefined && entry.value !== null && entry.readAt >= oldest
      })
      logFault('snapshot.load', { covered }, cause)
      if (!covered) throw new OAuthError('temporarily_unavailable')
    }
  }

  /** Loads what hangs anew, once for all who wait: a load that somebody else has started since is joined. */
  #again(absent: readonly Missing[], hanging: ReadonlySet<Promise<void>>): Promise<unknown> {
    const started = new Set<Promise<void>>()
    const own: Missing[] = []
    for (const missing of absent) {
      const loading = this.#loading.get(key(missing))
      if (loading === undefined || hanging.has(loading)) own.push(missing)
      else started.add(loading)
    }
    return Promise.all([...started, ...(own.length > 0 ? [this.#start(own)] : [])])
  }

  #start(missing: readonly Missing[]): Promise<void> {
    const loading = this.#read(missing).finally(() => {
      for (const one of missing)
        if (this.#loading.get(key(one)) === loading) this.#loading.delete(key(one))
    })
    for (const one of missing) this.#loading.set(key(one), loading)
    return loading
  }

  async #read(missing: readonly Missing[]): Promise<void> {
    const readAt = nowMillis()
    const begun = this.#sequence
    const overtaken = (): boolean =>
      missing.some((one) => (this.#forgottenAt.get(key(one)) ?? 0) > begun)
    const find = (kind: Kind): string | null => missing.find((one) => one.kind === kind)?.id ?? null
    const serverId = find('server')
    const clientId = find('client')
    const ringName = find('ring')
    const [configuration, ring] = await Promise.all([
      serverId === null && clientId === null
        ? null
        : this.#source.readConfiguration({ serverId, clientId }),
      ringName === null ? null : this.#source.readRing(ringName),
    ])
    const found =
      ringName === null || ring !== null
        ? ring
        : configuration !== null &&
            serverId === serverIdOfRing(ringName) &&
            configuration.server === null
          ? null
          : await this.#found(ringName, configuration?.server?.server ?? null)
    // Written to while it was read: what came back may be the old state, so it is read again.
    if (overtaken()) return this.#read(missing)

    const { server, client, ring: rings } = this.#entries
    if (configuration !== null && serverId !== null)
      this.#put(server, serverId, { value: this.#compiled(serverId, configuration.server), readAt })
    if (configuration !== null && clientId !== null)
      this.#put(client, clientId, { value: configuration.client, readAt })
    if (ringName !== null && found !== null) this.#put(rings, ringName, { value: found, readAt })
  }

  #put<T>(entries: LruMap<string, Entry<T>>, id: string, entry: Entry<T>): void {
    const known = entries.get(id)
    if (known === undefined || known.readAt <= entry.readAt) entries.set(id, entry)
  }

  /** The compiled server; the one already known when nothing was written since, so that what hangs on it stays. */
  #compiled(
    serverId: string,
    configuration: Parameters<typeof compileServer>[0] | null,
  ): CompiledServer | null {
    if (configuration === null) return null
    const known = this.#entries.server.get(serverId)?.value
    return known?.version === configuration.version &&
      known.server.created === configuration.server.created
      ? known
      : compileServer(configuration, this.#origin)
  }

  /** Makes the ring of a server whose ring object was never told about it: its creation was interrupted. */
  async #found(name: string, loaded: CompiledServer['server'] | null): Promise<RingView | null> {
    const serverId = serverIdOfRing(name)
    const known = loaded ?? this.#entries.server.get(serverId)?.value?.server
    const server =
      known ??
      (await this.#source.readConfiguration({ serverId, clientId: null })).server?.server ??
      null
    return server === null ? null : this.#source.foundRing(name, server)
  }
}

const KINDS: readonly Kind[] = ['server', 'client', 'ring']

const key = ({ kind, id }: Missing): string => `${kind} ${id}`

function idOf(wanted: Wanted, kind: Kind): string | null {
  if (kind === 'server') return wanted.serverId
  return kind === 'client' ? wanted.clientId : wanted.ring
}

/** False when the work is not done within the time a request may wait for storage. Rejects when it fails. */
async function inTime(work: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limits.loadTimeoutMillis)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
