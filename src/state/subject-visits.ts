/**
 * Sessions together with the person whose they are, inside the person's object: whether one may begin, and whether one
 * stands, depends on both, decided in one turn.
 */
import { keepsAccess, maySignIn } from '../domain/person.ts'
import type {
  NamedSession,
  Session,
  SessionKey,
  SignedIn,
  StandingSession,
} from '../domain/session.ts'
import type { AskedApp, SessionBeginning } from '../domain/subjects.ts'
import { digest } from '../platform/encoding.ts'
import type { SubjectEndings } from './subject-endings.ts'
import type { SubjectPerson } from './subject-person.ts'
import { presented, type EndedSession, type SubjectSessions } from './subject-sessions.ts'
import type { SubjectTables } from './subject-tables.ts'

export class SubjectVisits {
  readonly #tables: SubjectTables
  readonly #sessions: SubjectSessions
  readonly #person: SubjectPerson
  readonly #endings: SubjectEndings

  constructor(
    tables: SubjectTables,
    sessions: SubjectSessions,
    person: SubjectPerson,
    endings: SubjectEndings,
  ) {
    this.#tables = tables
    this.#sessions = sessions
    this.#person = person
    this.#endings = endings
  }

  /** Those that it leaves no room for end. */
  async begin(
    begin: SessionBeginning,
    ended: (sessions: readonly EndedSession[]) => void,
  ): Promise<Session | null> {
    const { userId, secret, replaces, epoch } = begin
    const secretHash = await digest(secret)
    const earlier = replaces?.userId === userId ? await presented(replaces) : null
    return this.#person.decide(userId, null, (user) => {
      if (user === null || !maySignIn(user.person)) return null
      return this.#tables.atomically(() => {
        const hasEnded = (at: number): boolean => this.#endings.hasEndedSession(epoch, at)
        const session = this.#sessions.begin({ ...begin, secretHash, hasEnded }, earlier)
        if (session !== null) ended(this.#sessions.crowdOut(session))
        return session
      })
    })
  }

  async find(key: SessionKey, app: AskedApp | null, now: number): Promise<SignedIn | null> {
    const shown = await presented(key)
    if (!this.#person.knows(app) && this.#sessions.find(shown, now) === null) return null
    return this.#person.decide(key.userId, app, (user) => {
      const session = this.#sessions.find(shown, now)
      if (session === null || user === null || !keepsAccess(user.person)) return null
      return {
        session: this.#sessions.touch(session, now),
        person: user.person,
        assignment: user.assignment,
        epoch: this.#endings.current(),
      }
    })
  }

  async standing(
    named: NamedSession,
    purpose: 'read' | 'use',
    now: number,
  ): Promise<StandingSession | null> {
    const shown = await presented(named)
    if (this.#sessions.find(shown, now) === null) return null
    return this.#person.decide(named.userId, null, (user) => {
      const session = this.#sessions.find(shown, now)
      if (session === null || user === null || !keepsAccess(user.person)) return null
      const standing = purpose === 'use' ? this.#sessions.use(session, now) : session
      return { session: standing, person: user.person }
    })
  }
}
