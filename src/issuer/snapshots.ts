/**
 * The snapshot rule: what an isolate remembers of servers, clients and key rings, and for how long. Age counts from
 * when storage was read. Fresh: use it. Stale: use it and refresh once in the background. Older: wait for storage.
 * Storage away: go on with what is known for a bounded time, then refuse as unavailable.
 */
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import type { ConfigurationRead, ServerConfiguration, SnapshotSource } from '../domain/snapshot.ts'
import { ageOf, nowMillis } from '../platform/clock.ts'
import type { Eventual } from '../platform/eventual.ts'
import { inTime } from '../platform/in-time.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { LruMap } from '../platform/lru.ts'
import { SchemaMismatch } from '../platform/storage-errors.ts'
import { OAuthError } from '../protocol/errors.ts'
import { compileServer, type CompiledServer } from './compile.ts'
import { entryKey, KINDS, Remembered, type Kind } from './remembered.ts'
import { serverIdOfRing } from './rings.ts'
import { idOf, keyOf, partsOf, type Part, type Wanted } from './wanted.ts'

export interface Snapshot {
  readonly server: CompiledServer | null
  readonly client: Client | null
  readonly ring: RingView | null
}

const FRESH = limits.snapshotFreshSeconds * 1000
const STALE = limits.snapshotStaleSeconds * 1000
const OUTAGE = limits.snapshotOutageSeconds * 1000
/** How often a request starts over because a write in this isolate overtook its load. */
const ATTEMPTS_MAX = 3

export type WaitUntil = (work: Promise<unknown>) => void

export class Snapshots {
  readonly #source: SnapshotSource
  readonly #origin: string
  readonly #remembered = new Remembered()
  readonly #loading = new Map<string, Promise<void>>()
  /** A load that began before a write in this isolate must not bring the old state back. */
  readonly #forgottenAt = new LruMap<string, number>(limits.serversCachedMax)
  #serversForgottenAt = 0
  #sequence = 0

  constructor(source: SnapshotSource, origin: string) {
    this.#source = source
    this.#origin = origin
  }

  /** What is known, read where the rule demands it. Cold: one D1 batch and one key ring call, in parallel. */
  get(wanted: Wanted, waitUntil: WaitUntil): Eventual<Snapshot> {
    const { absent, stale } = this.#wanting(wanted, nowMillis())
    if (stale.length > 0) waitUntil(this.#refresh(stale))
    return absent.length === 0 ? this.#known(wanted) : this.#loaded(wanted, absent, waitUntil)
  }

  /** Whether what is wanted is known well enough not to wait for storage. */
  has(wanted: Wanted): boolean {
    return this.#wanting(wanted, nowMillis()).absent.length === 0
  }

  /** What is known that well, without being read again; null: not all of it is. */
  peek(wanted: Wanted): Snapshot | null {
    return this.has(wanted) ? this.#known(wanted) : null
  }

  /** Whether this isolate wrote to what is wanted: others may have copies that are older. */
  wrote(wanted: Wanted): boolean {
    return partsOf(wanted).some((part) => this.#forgottenWhen(part) > 0)
  }

  /**
   * Reads kinds again, now, whatever their age; by default the configuration. Storage away is a fault here, never an
   * old answer.
   */
  async reload(
    wanted: Wanted,
    waitUntil: WaitUntil,
    kinds: readonly Kind[] = ['server', 'client'],
  ): Promise<Snapshot> {
    try {
      const started = this.#start(partsOf(wanted, kinds))
      waitUntil(started.catch(() => undefined))
      if (!(await inTime(started, limits.loadTimeoutMillis)))
        throw new Error('storage did not answer in time')
    } catch (cause) {
      if (cause instanceof SchemaMismatch) throw cause
      logFault('snapshot.reload', {}, cause)
      throw new OAuthError('temporarily_unavailable')
    }
    return this.get(wanted, waitUntil)
  }

  /** Whether what is wanted was read at or after an instant, by default the configuration. */
  readSince(
    wanted: Wanted,
    millis: number,
    kinds: readonly Kind[] = ['server', 'client'],
  ): boolean {
    return partsOf(wanted, kinds).every(
      ({ kind, id }) => (this.#remembered.get(kind, id)?.readAt ?? -Infinity) >= millis,
    )
  }

  /** A write in this isolate takes effect at once. */
  forget(kind: Kind, id: string): void {
    this.#remembered.forget(kind, id)
    this.#loading.delete(entryKey(kind, id))
    this.#forgottenAt.set(entryKey(kind, id), ++this.#sequence)
  }

  /** The same for something that every server has. */
  forgetServers(): void {
    this.#remembered.forgetAll('server')
    for (const key of this.#loading.keys())
      if (key.startsWith(entryKey('server', ''))) this.#loading.delete(key)
    this.#serversForgottenAt = ++this.#sequence
  }

  /** What of the wanted must be waited for, and what is good enough but should be refreshed. */
  #wanting(wanted: Wanted, now: number): { absent: readonly Part[]; stale: readonly Part[] } {
    let absent: Part[] | null = null
    let stale: Part[] | null = null
    for (const kind of KINDS) {
      const id = idOf(wanted, kind)
      if (id === null) continue
      // A server that does not exist has no ring to ask for.
      if (kind === 'ring' && this.#isKnownMissing(wanted.serverId, now)) continue
      const entry = this.#remembered.get(kind, id)
      const age = entry === undefined ? Infinity : ageOf(entry.readAt, now)
      if (age <= FRESH) continue
      if (age > STALE || entry?.value === null) (absent ??= []).push({ kind, id })
      else if (!this.#loading.has(entryKey(kind, id))) (stale ??= []).push({ kind, id })
    }
    return { absent: absent ?? NOTHING, stale: stale ?? NOTHING }
  }

  #isKnownMissing(serverId: string | null, now: number): boolean {
    const entry = serverId === null ? undefined : this.#remembered.get('server', serverId)
    return entry?.value === null && ageOf(entry.readAt, now) <= FRESH
  }

  async #loaded(wanted: Wanted, absent: readonly Part[], waitUntil: WaitUntil): Promise<Snapshot> {
    let missing = absent
    for (let attempt = 0; attempt < ATTEMPTS_MAX && missing.length > 0; attempt++) {
      await this.#load(missing, waitUntil)
      // A write in this isolate may have made it forget what was just loaded.
      missing = missing.filter(({ kind, id }) => this.#remembered.get(kind, id) === undefined)
    }
    return this.#known(wanted)
  }

  #known({ serverId, clientId, ring }: Wanted): Snapshot {
    const remembered = this.#remembered
    return {
      server: serverId === null ? null : (remembered.get('server', serverId)?.value ?? null),
      client: clientId === null ? null : (remembered.get('client', clientId)?.value ?? null),
      ring: ring === null ? null : (remembered.get('ring', ring)?.value ?? null),
    }
  }

  async #refresh(stale: readonly Part[]): Promise<void> {
    try {
      await this.#start(stale)
    } catch (cause) {
      logFault('snapshot.refresh', {}, cause)
    }
  }

  /** Waits until everything listed is loaded; falls back to what is remembered when storage is away. */
  async #load(absent: readonly Part[], waitUntil: WaitUntil): Promise<void> {
    const shared = absent.flatMap((missing) => this.#loading.get(keyOf(missing)) ?? [])
    const own = absent.filter((missing) => !this.#loading.has(keyOf(missing)))
    try {
      const work = [...shared]
      if (own.length > 0) {
        const started = this.#start(own)
        waitUntil(started.catch(() => undefined))
        work.push(started)
      }
      // A load that another request started dies with that request's context; then this one loads for itself.
      if (await inTime(Promise.all(work), limits.loadTimeoutMillis)) return
      if (
        shared.length === 0 ||
        !(await inTime(this.#again(absent, new Set(work)), limits.loadTimeoutMillis))
      )
        throw new Error('storage did not answer in time')
    } catch (cause) {
      if (cause instanceof SchemaMismatch) throw cause
      const now = nowMillis()
      const covered = absent.every(({ kind, id }) => {
        const entry = this.#remembered.get(kind, id)
        return entry !== undefined && entry.value !== null && ageOf(entry.readAt, now) <= OUTAGE
      })
      logFault('snapshot.load', { covered }, cause)
      if (!covered) throw new OAuthError('temporarily_unavailable')
    }
  }

  /** Loads what hangs anew, once for all who wait: a load that somebody else has started since is joined. */
  #again(absent: readonly Part[], hanging: ReadonlySet<Promise<void>>): Promise<unknown> {
    const started = new Set<Promise<void>>()
    const own: Part[] = []
    for (const missing of absent) {
      const loading = this.#loading.get(keyOf(missing))
      if (loading === undefined || hanging.has(loading)) own.push(missing)
      else started.add(loading)
    }
    return Promise.all([...started, ...(own.length > 0 ? [this.#start(own)] : [])])
  }

  #start(missing: readonly Part[]): Promise<void> {
    const loading = this.#read(missing).finally(() => {
      for (const one of missing)
        if (this.#loading.get(keyOf(one)) === loading) this.#loading.delete(keyOf(one))
    })
    for (const one of missing) this.#loading.set(keyOf(one), loading)
    return loading
  }

  async #read(missing: readonly Part[]): Promise<void> {
    const readAt = nowMillis()
    const begun = this.#sequence
    const overtaken = (): boolean => missing.some((one) => this.#forgottenWhen(one) > begun)
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
    const isServerMissing =
      configuration?.server === null && ringName !== null && serverId === serverIdOfRing(ringName)
    const found =
      ringName === null || ring !== null || isServerMissing
        ? ring
        : await this.#found(ringName, configuration?.server ?? null)
    // Written to while it was read: what came back may be the old state, so it is read again.
    if (overtaken()) return this.#read(missing)

    const remembered = this.#remembered
    if (configuration !== null && serverId !== null)
      remembered.put('server', serverId, this.#compiled(serverId, configuration), readAt)
    if (configuration !== null && clientId !== null)
      remembered.put('client', clientId, configuration.client, readAt)
    if (ringName !== null) remembered.put('ring', ringName, found, readAt)
  }

  /** The compiled server; the one already known when nothing was written since. */
  #compiled(serverId: string, { server, orgName }: ConfigurationRead): CompiledServer | null {
    if (server === null) return null
    const known = this.#remembered.get('server', serverId)?.value
    return known?.version === server.version &&
      known.server.created === server.server.created &&
      known.orgName === orgName
      ? known
      : compileServer(server, { origin: this.#origin, orgName })
  }

  /** In the sequence of the writes. */
  #forgottenWhen(one: Part): number {
    const alone = this.#forgottenAt.get(keyOf(one)) ?? 0
    return one.kind === 'server' ? Math.max(alone, this.#serversForgottenAt) : alone
  }

  /** Makes the ring of a server whose ring object was never told about it: its creation was interrupted. */
  async #found(name: string, loaded: ServerConfiguration | null): Promise<RingView | null> {
    const wanted = { serverId: serverIdOfRing(name), clientId: null }
    // Never from memory: a server remembered here may have been deleted, and its ring with it.
    const configuration = loaded ?? (await this.#source.readConfiguration(wanted)).server
    return configuration === null ? null : this.#source.foundRing(name, configuration.server)
  }
}

const NOTHING: readonly Part[] = []
