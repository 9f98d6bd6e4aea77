/**
 * The last endings of what was issued to one user, inside the user's object. A proof and what is stored on the strength
 * of it are two calls, between which an ending may come; what it would have ended is not stored any more then. What
 * is older than the endings that are kept cannot be placed, and is not stored either.
 */
import { endsSession, type Ending, type Epoch } from '../domain/ending.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'

const FORMAT = 1

interface KeptEpoch {
  readonly epoch: Epoch
  /** What it began with; null: with the first proof. */
  readonly ending: Ending | null
}

interface Kept {
  readonly format: typeof FORMAT
  /** The last is the one of now. */
  readonly epochs: readonly KeptEpoch[]
}

export class SubjectEndings {
  readonly #storage: DurableObjectStorage

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** Whether anything was proved. */
  get areKept(): boolean {
    return this.#epochs.length > 0
  }

  /** The epoch of what is proved now. */
  current(): Epoch {
    return this.#epochs.at(-1)?.epoch ?? this.#begin(null)
  }

  /** An ending was carried out. It is nothing to remember where nothing was proved yet. */
  remember(ending: Ending): void {
    // Nobody knows the id of an authorization that is not stored yet.
    if (ending.authorizationId === null && this.areKept) this.#begin(ending)
  }

  /** Whether what was proved in an epoch has ended since. */
  hasEnded(epoch: Epoch | undefined, ends: (ending: Ending) => boolean): boolean {
    // Older Workers do not say when it was proved.
    if (epoch === undefined) return false
    const epochs = this.#epochs
    const at = epochs.findIndex((one) => one.epoch === epoch)
    return at < 0 || epochs.slice(at + 1).some(({ ending }) => ending !== null && ends(ending))
  }

  forget(): void {
    this.#storage.kv.delete('endings')
  }

  /** The same of a session that began then, in milliseconds. */
  hasEndedSession(epoch: Epoch | undefined, authenticatedAt: number): boolean {
    return this.hasEnded(epoch, (ending) => endsSession(ending, authenticatedAt))
  }

  #begin(ending: Ending | null): Epoch {
    const epoch = randomToken()
    const epochs = [...this.#epochs, { epoch, ending }].slice(-limits.epochsPerUserMax)
    this.#storage.kv.put<Kept>('endings', { format: FORMAT, epochs })
    return epoch
  }

  get #epochs(): readonly KeptEpoch[] {
    const kept = this.#storage.kv.get<Kept>('endings')
    return kept?.format === FORMAT ? kept.epochs : []
  }
}
