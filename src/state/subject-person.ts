/**
 * The person inside the person's object: read from the database on first use, kept in storage, and read anew after
 * every stale mark, also after one that comes while the answer is under way. What follows from the person is decided in
 * the turn in which they are known, so that no mark can come between. Of the apps, which may be many, what the person
 * has is read when each is first asked about.
 */
import type { Assignment, Person } from '../domain/person.ts'
import type { AskedApp } from '../domain/subjects.ts'
import { limits } from '../platform/limits.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { assignmentOf, readPerson, type PersonRead } from '../store/person.ts'
import { fromKept, kept, knowing, type KeptProjection, type Projection } from './projection.ts'

/** A user, and what they have of the app that is asked about; null: nothing, or no app is. */
export interface KnownUser {
  readonly person: Person
  readonly login: string
  readonly passwordHash: string | null
  readonly assignment: Assignment | null
}

const about = ({ user, assignment }: PersonRead, app: AskedApp | null): KnownUser => ({
  ...user,
  assignment: app && assignmentOf(user, assignment, app),
})

export class SubjectPerson {
  readonly #storage: DurableObjectStorage
  readonly #db: D1Database
  /** What storage keeps, once it was looked at, and what is too large for it: nobody else writes it. */
  #known: Projection | null = null
  #isKept = false
  /** By the id of the app that is asked about; null: none. */
  readonly #reading = new Map<string | null, Promise<PersonRead | null>>()
  #staleMarks = 0

  constructor(storage: DurableObjectStorage, db: D1Database) {
    this.#storage = storage
    this.#db = db
  }

  /** How often the user was changed, as far as this object in memory knows. */
  get staleMarks(): number {
    return this.#staleMarks
  }

  /** Whether storage keeps something of the user. */
  get isKept(): boolean {
    this.#projection()
    return this.#isKept
  }

  /** Whether the database need not be asked to decide about the user and an app. */
  knows(app: AskedApp | null): boolean {
    return this.#find(app) !== null
  }

  markStale(): void {
    this.#staleMarks++
    this.#reading.clear()
    this.#known = null
    this.#isKept = false
    this.#storage.kv.delete('projection')
  }

  /** Decides about the user as they are; null when there is no such user, of whom nothing is kept. */
  async decide<Verdict>(
    userId: string,
    app: AskedApp | null,
    decide: (user: KnownUser | null) => Verdict,
  ): Promise<Verdict> {
    for (let time = 0; time < limits.projectionReadsMax; time++) {
      const known = this.#find(app)
      if (known !== null) return decide(about(known, app))
      const marks = this.#staleMarks
      const found = await this.#read(userId, app?.appId ?? null)
      if (marks === this.#staleMarks) return decide(found && about(found, app))
    }
    throw new StorageUnavailable('the user is being changed')
  }

  #find(app: AskedApp | null): PersonRead | null {
    const known = this.#projection()
    if (known === null) return null
    if (app === null) return { user: known.user, assignment: null }
    const assignment = known.assignments.get(app.appId)
    return assignment === undefined ? null : { user: known.user, assignment }
  }

  #projection(): Projection | null {
    if (this.#known === null) {
      this.#known = fromKept(this.#storage.kv.get<KeptProjection>('projection'))
      this.#isKept = this.#known !== null
    }
    return this.#known
  }

  // Whoever asks meanwhile gets the same answer.
  #read(userId: string, appId: string | null): Promise<PersonRead | null> {
    const underWay = this.#reading.get(appId)
    if (underWay !== undefined) return underWay
    const reading = this.#readAnew(userId, appId).finally(() => {
      if (this.#reading.get(appId) === reading) this.#reading.delete(appId)
    })
    this.#reading.set(appId, reading)
    return reading
  }

  async #readAnew(userId: string, appId: string | null): Promise<PersonRead | null> {
    const marks = this.#staleMarks
    const found = await readPerson(this.#db, userId, appId)
    if (found !== null && marks === this.#staleMarks) this.#keep(found, appId)
    return found
  }

  #keep({ user, assignment }: PersonRead, appId: string | null): void {
    this.#known = knowing(this.#projection(), user, appId, assignment)
    const value = kept(this.#known)
    this.#isKept = value !== null
    if (value === null) this.#storage.kv.delete('projection')
    else this.#storage.kv.put<KeptProjection>('projection', value)
  }
}
