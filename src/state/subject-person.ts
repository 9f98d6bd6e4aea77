/**
 * The person inside the person's object: read from the database on first use, kept in storage, and read anew after
 * every stale mark, also after one that comes while the answer is under way. What follows from the person is decided in
 * the turn in which they are known, so that no mark can come between.
 */
import type { Holder } from '../domain/authorization-state.ts'
import type { Assignment } from '../domain/person.ts'
import type { AskedApp } from '../domain/subjects.ts'
import { limits } from '../platform/limits.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { readPerson, type StoredPerson } from '../store/person.ts'

const FORMAT = 2

/** What the object keeps of its user. */
type Projection = StoredPerson & { readonly format: typeof FORMAT }

/** The assignment of an app, if the user has it. */
export function assignmentOf(
  { apps, person, login }: StoredPerson,
  { appId, isImplicit }: AskedApp,
): Assignment | null {
  if (!isImplicit && !apps.has(appId)) return null
  const userName = apps.get(appId) ?? person.profile['login'] ?? login
  return { userName: String(userName) }
}

export const holderOf = (user: StoredPerson | null, app: AskedApp): Holder => ({
  person: user?.person ?? null,
  assignment: user && assignmentOf(user, app),
})

export class SubjectPerson {
  readonly #storage: DurableObjectStorage
  readonly #db: D1Database
  /** What storage keeps, once it was looked at: nobody else writes it. */
  #known: StoredPerson | null = null
  #reading: Promise<StoredPerson | null> | null = null
  #staleMarks = 0

  constructor(storage: DurableObjectStorage, db: D1Database) {
    this.#storage = storage
    this.#db = db
  }

  /** How often the user was changed, as far as this object in memory knows. */
  get staleMarks(): number {
    return this.#staleMarks
  }

  /** Whether something is kept of the user. */
  get isKept(): boolean {
    return this.#kept() !== null
  }

  markStale(): void {
    this.#staleMarks++
    this.#reading = null
    this.#known = null
    this.#storage.kv.delete('projection')
  }

  /** Decides about the user as they are; null when there is no such user, of whom nothing is kept. */
  async decide<Verdict>(
    userId: string,
    decide: (user: StoredPerson | null) => Verdict,
  ): Promise<Verdict> {
    for (let time = 0; time < limits.projectionReadsMax; time++) {
      const kept = this.#kept()
      if (kept !== null) return decide(kept)
      const marks = this.#staleMarks
      const found = await this.#read(userId)
      if (marks !== this.#staleMarks) continue
      if (found !== null)
        this.#storage.kv.put<Projection>('projection', { format: FORMAT, ...found })
      return decide(found)
    }
    throw new StorageUnavailable('the user is being changed')
  }

  #kept(): StoredPerson | null {
    if (this.#known !== null) return this.#known
    const kept = this.#storage.kv.get<Projection>('projection')
    if (kept?.format === FORMAT) this.#known = kept
    return this.#known
  }

  // Whoever asks meanwhile gets the same answer.
  #read(userId: string): Promise<StoredPerson | null> {
    if (this.#reading !== null) return this.#reading
    const reading = readPerson(this.#db, userId).finally(() => {
      if (this.#reading === reading) this.#reading = null
    })
    this.#reading = reading
    return reading
  }
}
