/** Sign-ins, consents and sign-outs as the system log tells them. Each is durable before it is answered. */
import type { Client } from '../domain/client.ts'
import { systemLogEvent, type Happening } from '../domain/log-event.ts'
import type { Person } from '../domain/person.ts'
import type { Recovery } from '../domain/recovery.ts'
import { participantEntity, type Participant } from '../domain/session.ts'
import type { SystemLogEntity, SystemLogEvent } from '../domain/system-log.ts'
import type { AttemptOutcome } from '../grants/password-attempt.ts'
import { callerOf } from '../protocol/caller.ts'
import { clientEntity, personEntity } from './log-entities.ts'
import { typedLogin, type Attempted } from './log-text.ts'
import type { Occurrence, Told } from '../issuer/log-buffer.ts'
import type { ProtocolContext } from './context.ts'

/** An event of a request that is being answered. */
export const eventOf = (
  happening: Happening,
  { request, requestId }: ProtocolContext,
  nowMillis: number,
): SystemLogEvent => {
  const debugData = { ...deviceOf(request), ...happening.debugData }
  const transaction = { type: 'WEB', id: requestId, caller: callerOf(request) } as const
  return systemLogEvent({ ...happening, debugData }, transaction, nowMillis)
}

const FINGERPRINT = /^[\x21-\x7e]{1,128}$/

/** What the page calls the browser, in Okta's member: nobody vouches for it. */
function deviceOf(request: Request): Readonly<Record<string, string>> {
  const deviceFingerprint = request.headers.get('x-device-fingerprint') ?? ''
  return FINGERPRINT.test(deviceFingerprint) ? { deviceFingerprint } : {}
}

const appEntities = (client: Client | null): readonly SystemLogEntity[] =>
  client === null
    ? []
    : [
        {
          id: client.id,
          type: 'AppInstance',
          alternateId: client.label,
          displayName: client.label,
        },
      ]

export const signedIn = (person: Person, client: Client | null): Happening => ({
  eventType: 'user.session.start',
  displayMessage: 'User signs in',
  actor: personEntity(person),
  target: [personEntity(person), ...appEntities(client)],
})

/** A password was right, and no session has begun yet. */
export const verified = (person: Person): Happening => ({
  eventType: 'user.authentication.verify',
  displayMessage: 'User is authenticated',
  actor: personEntity(person),
  target: [personEntity(person)],
})

/** A person put a password in the place of one that had expired; with a reason: they could not. */
export const passwordReplaced = (person: Person, reason: string | null = null): Happening => ({
  eventType: 'user.account.update_password',
  displayMessage: 'Password is changed',
  actor: personEntity(person),
  target: [personEntity(person)],
  ...(reason !== null && { outcome: { result: 'FAILURE', reason } }),
})

const aboutSelf = (person: Person, eventType: string, displayMessage: string): Happening => ({
  eventType,
  displayMessage,
  actor: personEntity(person),
  target: [personEntity(person)],
})

/** Somebody came with the token that their administrator or a back end had for them. */
export const recoveryTokenUsed = (person: Person): Happening =>
  aboutSelf(person, 'user.account.use_token', 'Token of a recovery is used')

export const recovered = (person: Person): Happening =>
  aboutSelf(person, 'user.account.reset_password', 'Password is reset by its user')

export const unlockedByPerson = (person: Person): Happening =>
  aboutSelf(person, 'user.account.unlock', 'User is unlocked by themselves')

/** The answer to a question was wrong. */
export const recoveryFailed = ({ person, type }: Recovery): Happening => ({
  ...(type === 'UNLOCK' ? unlockedByPerson(person) : recovered(person)),
  outcome: { result: 'FAILURE', reason: 'INVALID_ANSWER' },
})

/** Why nobody is signed in. `ended`: the password was right, and what it is worth ended before a session began. */
export type Failure = Exclude<AttemptOutcome['outcome'], 'correct'> | 'ended'

/** What the log says of it, which the person is not always told. */
const REASONS: Readonly<Record<Failure, string>> = {
  wrong: 'INVALID_CREDENTIALS',
  locked: 'LOCKED_OUT',
  expired: 'PASSWORD_EXPIRED',
  throttled: 'TOO_MANY_ATTEMPTS',
  ended: 'SIGN_IN_ENDED',
}

const UNTOLD = 'unknown'

/** Whoever it was is known by what they typed alone, whether anybody is called so or not. */
const signInFailed = (by: Attempted, failure: Failure, client: Client | null): Happening => {
  const told = typedLogin(by) ?? UNTOLD
  const unknown = { id: UNTOLD, type: 'User', alternateId: told, displayName: told }
  return {
    eventType: 'user.session.start',
    displayMessage: 'User signs in',
    actor: unknown,
    target: [unknown, ...appEntities(client)],
    outcome: { result: 'FAILURE', reason: REASONS[failure] },
  }
}

/** An attempt that was not looked at. They are told together when they are many, so that nobody fills the log. */
class Throttled implements Occurrence {
  readonly room = 'unproven'
  readonly kind = 'sign-in throttled'
  readonly by: Attempted
  readonly client: Client | null

  constructor(by: Attempted, client: Client | null) {
    this.by = by
    this.client = client
  }

  get origin(): string {
    return this.client?.clientId ?? UNTOLD
  }

  happenings(told: Told): readonly Happening[] {
    const by = told === 'one' ? this.by : { login: UNTOLD, isKnown: false }
    return [signInFailed(by, 'throttled', told === 'kind' ? null : this.client)]
  }
}

/** Tells of an attempt that failed: before the answer when a password was tried. */
export async function tellFailure(
  by: Attempted,
  failure: Failure,
  client: Client | null,
  context: ProtocolContext,
  nowMillis: number,
): Promise<void> {
  if (failure === 'throttled')
    context.log.push(new Throttled(by, client), context, context.waitUntil)
  else
    await context.directory.record(eventOf(signInFailed(by, failure, client), context, nowMillis))
}

/** With the clients that the session had given something to. */
export const signedOut = (userId: string, participants: readonly Participant[]): Happening => {
  const user = { id: userId, type: 'User', alternateId: null, displayName: null }
  return {
    eventType: 'user.session.end',
    displayMessage: 'User signs out',
    actor: user,
    target: [user, ...participants.map(participantEntity)],
  }
}

export const consented = (
  person: Person,
  client: Client,
  scopes: readonly string[],
): Happening => ({
  eventType: 'app.oauth2.as.consent.grant',
  displayMessage: 'Consent of a user is given',
  actor: personEntity(person),
  clientId: client.clientId,
  target: [
    clientEntity(client),
    ...scopes.map((scope) => ({
      id: scope,
      type: 'scope',
      alternateId: scope,
      displayName: scope,
    })),
  ],
})
