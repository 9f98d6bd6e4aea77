/**
 * Who it is, and the password: in one step or in two. It is tried, counted, throttled and told of as at the sign-in
 * page, and nothing that is answered depends on whether anybody has the login.
 */
import * as z from 'zod'
import type { Proven } from '../../domain/session.ts'
import { askedApp } from '../../grants/grant.ts'
import { attemptPassword } from '../../grants/password-attempt.ts'
import { limits } from '../../platform/limits.ts'
import { beginSession } from '../begin-session.ts'
import { sessionCookie } from '../browser.ts'
import { addressOf } from '../people.ts'
import { eventOf, passwordReplaced, tellFailure, type Failure } from '../sign-in-log.ts'
import { refused, shown, type Calling, type IonAnswer } from './answer.ts'
import { goOn } from './going-on.ts'
import type { Interaction, Step } from './interaction.ts'
import type { MessageName } from './messages.ts'
import { PASSWORD } from './screens.ts'

const Credentials = z.object({
  passcode: z.string().nullish(),
  revokeSessions: z.boolean().nullish(),
})

export const Identify = z.object({
  identifier: z.string(),
  credentials: Credentials.nullish(),
})

/** Says who it is, with the password or without it. */
export async function identify(
  { identifier: typed, credentials }: z.output<typeof Identify>,
  calling: Calling,
): Promise<IonAnswer> {
  const identifier = typed.trim()
  const { interaction } = calling
  if (identifier === '') {
    const screen = { at: 'identify', identifier: null, isBlank: true } as const
    const waiting: Interaction = { ...interaction, step: { at: 'identify' } }
    return { ...(await shown(screen, waiting, calling)), status: 400 }
  }
  const passcode = credentials?.passcode ?? ''
  if (passcode === '') return challenging(identifier, calling)
  return attempted(identifier, passcode, calling)
}

/** The password is asked for by itself, of whoever it may be. */
function challenging(
  typed: string,
  calling: Calling,
  failure: MessageName | null = null,
): Promise<IonAnswer> {
  // Nobody has a longer login; one character more keeps it nobody's.
  const identifier = [...typed].slice(0, limits.loginCharactersMax + 1).join('')
  const waiting: Interaction = { ...calling.interaction, step: { at: 'challenge', identifier } }
  return shown({ at: 'challenge', identifier }, waiting, calling, failure)
}

export const Challenge = z.object({ authenticator: z.object({ id: z.literal(PASSWORD.id) }) })

type At<Where extends Step['at']> = Extract<Step, { readonly at: Where }>

/** Chooses the password, of all that could be asked for. */
export const challenge = (
  _: z.output<typeof Challenge>,
  calling: Calling,
  { identifier }: At<'challenge'>,
): Promise<IonAnswer> => challenging(identifier, calling)

export const Answer = z.object({ credentials: Credentials })

export const answer = (
  { credentials }: z.output<typeof Answer>,
  calling: Calling,
  step: At<'challenge'> | At<'reenroll'>,
): Promise<IonAnswer> =>
  step.at === 'challenge'
    ? attempted(step.identifier, credentials.passcode ?? '', calling)
    : replaced(credentials, calling, step)

const MESSAGE_OF: Readonly<Record<Failure, MessageName>> = {
  wrong: 'wrong',
  locked: 'wrong',
  expired: 'wrong',
  throttled: 'throttled',
  ended: 'wrong',
}

async function attempted(login: string, password: string, calling: Calling): Promise<IonAnswer> {
  const { underWay, visit } = calling
  const { client } = underWay
  const { context, now } = visit
  const address = addressOf(context.request)
  const outcome = await attemptPassword(
    { login, password, app: askedApp(client), address, now },
    context,
  )
  if (outcome.outcome === 'correct') return signedIn(outcome, login, calling)
  const { isKnown } = outcome
  await tellFailure({ login, isKnown }, outcome.outcome, client, context, now)
  if (outcome.outcome === 'expired' && outcome.replaceable !== undefined) {
    const { person, proof } = outcome.replaceable
    const ends = proof.provenAt + limits.expiredSignInSeconds * 1000
    const { interaction } = calling
    const expires = Math.min(interaction.expires, ends)
    const waiting: Interaction = { ...interaction, expires, step: { at: 'reenroll', proof } }
    return shown({ at: 'reenroll', person }, waiting, calling)
  }
  return failed(login, MESSAGE_OF[outcome.outcome], calling)
}

/** The step again, with what was wrong. */
function failed(login: string, failure: MessageName, calling: Calling): Promise<IonAnswer> {
  const { interaction } = calling
  if (interaction.step.at === 'challenge') return challenging(login, calling, failure)
  const waiting: Interaction = { ...interaction, step: { at: 'identify' } }
  return shown({ at: 'identify', identifier: login }, waiting, calling, failure)
}

async function signedIn(proven: Proven, login: string, calling: Calling): Promise<IonAnswer> {
  const { underWay, visit } = calling
  const { context, now } = visit
  const sessionKey = await beginSession(proven, underWay.client, visit)
  if (sessionKey === null) {
    await tellFailure({ login, isKnown: true }, 'ended', underWay.client, context, now)
    return failed(login, MESSAGE_OF.ended, calling)
  }
  return goOn(calling, { sessionKey }, [await sessionCookie(sessionKey, context.settings)])
}

/** What was proved stands in the handle, so that the old password is not asked for again. */
async function replaced(
  { passcode, revokeSessions }: z.output<typeof Credentials>,
  calling: Calling,
  { proof }: At<'reenroll'>,
): Promise<IonAnswer> {
  const { interaction, visit } = calling
  const { context, now } = visit
  const person = await context.subjects.holderOfProof(proof)
  if (person === null) return refused('expired')
  const outcome = await context.subjects.replacePassword({
    proof,
    oldPassword: null,
    newPassword: passcode ?? '',
    revokeSessions: revokeSessions === true,
    event: eventOf(passwordReplaced(person), context, now),
    now,
  })
  if (outcome.outcome === 'unfit') {
    const screen = { at: 'reenroll', person, missed: outcome.missed } as const
    return { ...(await shown(screen, interaction, calling)), status: 400 }
  }
  if (outcome.outcome !== 'replaced') return refused('expired')
  return signedIn(outcome, String(person.profile['login'] ?? ''), calling)
}
