/**
 * The recovery of one user, inside the object of the user: one at a time, of which secrets are kept as digests. A
 * password that is another one by now, an ending, or a status that does not allow it leaves nothing of it; what comes
 * many times at once is decided one by one.
 */
import type { Epoch } from '../domain/ending.ts'
import {
  RECOVERABLE,
  type AnswerOutcome,
  type KeyedRecovery,
  type Recoveries,
  type RecoveredPassword,
  type Recovery,
  type RecoveryAnswer,
  type RecoveryBeginning,
  type RecoveryEnd,
  type RecoveryKey,
  type RecoveryKeyKind,
  type RecoveryOutcome,
  type RecoveryRefusal,
  type RecoveryStep,
  type RecoveryType,
  type UnlockOutcome,
} from '../domain/recovery.ts'
import { answerText } from '../passwords/answer.ts'
import { verifyPassword } from '../passwords/verify.ts'
import { digest } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { readRecoveryQuestion } from '../store/user-credentials.ts'
import { storeUnlock } from './own-change.ts'
import type { SubjectEndings } from './subject-endings.ts'
import type { SubjectNewPassword } from './subject-new-password.ts'
import type { SubjectPassword } from './subject-password.ts'
import type { KnownUser, SubjectPerson } from './subject-person.ts'

const FORMAT = 1

interface Stored {
  readonly format: typeof FORMAT
  readonly id: string
  readonly type: RecoveryType
  /** What is presented: the token first, and what it was exchanged for then. */
  readonly kind: RecoveryKeyKind
  readonly secretHash: string
  /** The question has to be answered still. */
  readonly asks: boolean
  readonly wrongAnswers: number
  readonly relayState: string | null
  /** The password as it was stored when it began; null: there was none. */
  readonly mark: string | null
  readonly epoch: Epoch
  /** Milliseconds. */
  readonly began: number
  readonly expires: number
}

const SECONDS: Readonly<Record<RecoveryType, number>> = {
  PASSWORD: limits.recoveryTokenSeconds,
  UNLOCK: limits.recoveryTokenSeconds,
  ACCOUNT_ACTIVATION: limits.activationTokenSeconds,
}

const stepOf = ({ asks, type }: Stored): RecoveryStep => {
  if (asks) return 'answer'
  return type === 'UNLOCK' ? 'unlock' : 'reset'
}

const markOf = async ({ passwordHash }: KnownUser): Promise<string | null> =>
  passwordHash === null ? null : digest(passwordHash)

export class SubjectRecovery implements Recoveries {
  readonly #storage: DurableObjectStorage
  readonly #db: D1Database
  readonly #env: Cloudflare.Env
  readonly #person: SubjectPerson
  readonly #password: SubjectPassword
  readonly #newPassword: SubjectNewPassword
  readonly #endings: SubjectEndings
  /** At a second. */
  readonly #endSessions: (at: number) => Promise<void>

  constructor(
    storage: DurableObjectStorage,
    env: Cloudflare.Env,
    person: SubjectPerson,
    password: SubjectPassword,
    newPassword: SubjectNewPassword,
    endings: SubjectEndings,
    endSessions: (at: number) => Promise<void>,
  ) {
    this.#storage = storage
    this.#db = env.DB
    this.#env = env
    this.#person = person
    this.#password = password
    this.#newPassword = newPassword
    this.#endings = endings
    this.#endSessions = endSessions
  }

  /** When what is kept is over, in milliseconds; null: nothing is. */
  get over(): number | null {
    return this.#stored?.expires ?? null
  }

  forget(): void {
    this.#storage.kv.delete('recovery')
  }

  async begin(beginning: RecoveryBeginning): Promise<KeyedRecovery | null> {
    const { userId, type, relayState, now } = beginning
    const asked = beginning.asks ? await readRecoveryQuestion(this.#db, userId) : null
    const user = await this.#person.decide(userId, null, (known) =>
      known !== null && RECOVERABLE[type].includes(known.person.status) ? known : null,
    )
    if (user === null) return null
    const epoch = this.#endings.current()
    const [id, secret] = [randomToken(), randomToken()]
    const [mark, secretHash] = await Promise.all([markOf(user), digest(secret)])
    const stored: Stored = {
      format: FORMAT,
      id,
      type,
      kind: 'token',
      secretHash,
      asks: asked !== null,
      wrongAnswers: 0,
      relayState,
      mark,
      epoch,
      began: now,
      expires: now + SECONDS[type] * 1000,
    }
    this.#stored = stored
    const recovery = presented(stored, user, asked?.question ?? null)
    return { key: { userId, id, secret }, recovery }
  }

  async find(key: RecoveryKey, kind: RecoveryKeyKind, now: number): Promise<Recovery | null> {
    const question = await this.#question(key)
    return this.#decide(key, kind, now, (stored, user) => presented(stored, user, question))
  }

  async redeem(key: RecoveryKey, now: number): Promise<KeyedRecovery | null> {
    const question = await this.#question(key)
    const secret = randomToken()
    const secretHash = await digest(secret)
    return this.#decide(key, 'token', now, (stored, user) => {
      const expires = now + limits.recoverySeconds * 1000
      const redeemed: Stored = { ...stored, kind: 'state', secretHash, expires }
      this.#stored = redeemed
      return { key: { ...key, secret }, recovery: presented(redeemed, user, question) }
    })
  }

  /** Counted before it is looked at, by the recovery and, as far as the user is not locked out, by the user. */
  async answer({ key, answer, now }: RecoveryAnswer): Promise<AnswerOutcome> {
    const recovery = await readRecoveryQuestion(this.#db, key.userId)
    if (recovery === null) return { outcome: 'over' }
    const refusal = await this.#decide(key, 'state', now, (stored): RecoveryRefusal | 'counted' => {
      if (!stored.asks) return { outcome: 'misplaced' }
      if (stored.wrongAnswers >= limits.recoveryAnswersMax) return { outcome: 'over' }
      this.#stored = { ...stored, wrongAnswers: stored.wrongAnswers + 1 }
      return 'counted'
    })
    if (refusal !== 'counted') return refusal ?? { outcome: 'over' }
    const isPossible = answer.length <= limits.recoveryAnswerCharactersMax
    const text = answerText(answer)
    if (!isPossible || !(await this.#isRight(key.userId, recovery.answerHash, text, now)))
      return { outcome: 'wrong' }
    const right = await this.#decide(key, 'state', now, (stored, user) => {
      const answered: Stored = { ...stored, asks: false }
      this.#stored = answered
      return presented(answered, user, null)
    })
    return right === null ? { outcome: 'over' } : { outcome: 'right', recovery: right }
  }

  async reset(password: RecoveredPassword): Promise<RecoveryOutcome> {
    const { key, newPassword, revokeSessions, event, now } = password
    const standing = await this.#atStep('reset', key, now)
    if ('outcome' in standing) return standing
    const { stored, user } = standing
    const outcome = await this.#newPassword.put(
      {
        user,
        current: null,
        newPassword,
        from: RECOVERABLE[stored.type],
        epoch: stored.epoch,
        provenAt: stored.began,
        revokeSessions,
        event,
        now,
      },
      this.#endSessions,
    )
    if (outcome.outcome === 'replaced') this.#finish(key)
    return outcome
  }

  async unlock({ key, event, now }: RecoveryEnd): Promise<UnlockOutcome> {
    const standing = await this.#atStep('unlock', key, now)
    if ('outcome' in standing) return standing
    const isUnlocked = await storeUnlock(this.#env, key.userId, Math.floor(now / 1000), event)
    if (!isUnlocked) return { outcome: 'over' }
    this.#finish(key)
    return { outcome: 'unlocked' }
  }

  /** False: there was none. */
  async cancel(key: RecoveryKey, now: number): Promise<boolean> {
    const done = await this.#decide(key, 'state', now, () => {
      this.forget()
      return true
    })
    return done ?? false
  }

  /** Whoever recovered is not locked out, nor has wrong passwords behind them. */
  #finish({ id }: RecoveryKey): void {
    if (this.#stored?.id === id) this.forget()
    this.#password.unlock()
  }

  async #atStep(
    step: RecoveryStep,
    key: RecoveryKey,
    now: number,
  ): Promise<{ readonly stored: Stored; readonly user: KnownUser } | RecoveryRefusal> {
    const found = await this.#decide(key, 'state', now, (stored, user) => ({ stored, user }))
    if (found === null) return { outcome: 'over' }
    return stepOf(found.stored) === step ? found : { outcome: 'misplaced' }
  }

  /** Decides about the recovery that a key is of, in the turn in which it is known to stand; null: there is none. */
  async #decide<Verdict>(
    key: RecoveryKey,
    kind: RecoveryKeyKind,
    now: number,
    decide: (stored: Stored, user: KnownUser) => Verdict,
  ): Promise<Verdict | null> {
    const user = await this.#person.decide(key.userId, null, (known) => known)
    if (user === null) return null
    const [mark, secretHash] = await Promise.all([markOf(user), digest(key.secret)])
    const stored = this.#stored
    const stands =
      stored !== null &&
      stored.id === key.id &&
      stored.kind === kind &&
      stored.secretHash === secretHash &&
      stored.mark === mark &&
      now < stored.expires &&
      RECOVERABLE[stored.type].includes(user.person.status) &&
      !this.#endings.hasEndedSession(stored.epoch, stored.began)
    return stands ? decide(stored, user) : null
  }

  /** Whether the answer is right. A lockout does not keep its user from answering, who is counted by the recovery. */
  async #isRight(userId: string, against: string, password: string, now: number): Promise<boolean> {
    const attempt = { userId, app: null, password, against, now: Math.floor(now / 1000) }
    const { outcome } = await this.#password.verify(attempt)
    if (outcome === 'locked') return (await verifyPassword(against, password)).matches
    return outcome === 'correct'
  }

  /** Only where it is asked. */
  async #question({ id, userId }: RecoveryKey): Promise<string | null> {
    const stored = this.#stored
    if (stored === null || stored.id !== id || !stored.asks) return null
    return (await readRecoveryQuestion(this.#db, userId))?.question ?? null
  }

  get #stored(): Stored | null {
    const stored = this.#storage.kv.get<Stored>('recovery')
    return stored?.format === FORMAT ? stored : null
  }

  set #stored(stored: Stored) {
    this.#storage.kv.put<Stored>('recovery', stored)
  }
}

const presented = (stored: Stored, { person }: KnownUser, question: string | null): Recovery => ({
  person,
  type: stored.type,
  step: stepOf(stored),
  question: stored.asks ? question : null,
  relayState: stored.relayState,
  expires: stored.expires,
})
