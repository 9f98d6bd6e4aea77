/** What comes next for a person: a sign-in, a consent, or the code. The same decisions as on the pages of the org. */
import type { Session, SessionKey } from '../../domain/session.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { standingOf, type Done } from '../advance.ts'
import { tellRefusal } from '../authorize.ts'
import { interactionCode } from '../complete.ts'
import {
  refused,
  refusedByServer,
  shown,
  succeeded,
  type Calling,
  type IonAnswer,
} from './answer.ts'
import { hasSession, keepSession, useUp, type Interaction } from './interaction.ts'

/** Goes on with whoever has the session: the one that has just begun, or the browser's. */
export async function goOn(
  calling: Calling,
  done: Done,
  cookies: readonly string[] = [],
): Promise<IonAnswer> {
  try {
    return { ...(await next(calling, done)), cookies }
  } catch (error) {
    if (!(error instanceof OAuthError) || error.status === 503) throw error
    tellRefusal(error, calling.visit)
    return { ...refusedByServer(error, calling), cookies }
  }
}

async function next(calling: Calling, done: Done): Promise<IonAnswer> {
  const { interaction, underWay, visit } = calling
  const standing = await standingOf(underWay, visit, done)
  if (standing.at === 'sign-in') return identifying(calling)
  const { considered } = standing
  const decided = { underWay: considered.underWay, visit }
  const { person, consent } = considered
  if (standing.at === 'consent' && consent.step === 'ask') {
    const session = await sessionHere(calling, done, considered.session)
    if (session === null) return identifying(calling)
    const waiting: Interaction = { ...interaction, step: { at: 'consent', session } }
    const { required, optional } = consent
    return shown({ at: 'consent', person, required, optional }, waiting, decided)
  }
  // Only what asks is at a consent; this tells the compiler so.
  if (standing.at === 'consent') return refused('expired')
  if (!(await useUp(interaction, visit.context))) return refused('expired')
  const code = await interactionCode(decided.underWay, considered, standing.access, visit)
  const of = { person, hasSignedIn: done.sessionKey !== undefined }
  return succeeded(code, of, { interaction, underWay: decided.underWay })
}

/** Null: whoever is signed in did not sign in here. */
async function sessionHere(
  { interaction, visit: { context, sessionKey } }: Calling,
  done: Done,
  { id }: Session,
): Promise<SessionKey | null> {
  if (done.sessionKey === undefined)
    return (await hasSession(interaction, id, context)) ? sessionKey : null
  await keepSession(interaction, id, context)
  return done.sessionKey
}

/** Somebody has to say who they are. */
export function identifying(calling: Calling): Promise<IonAnswer> {
  const { interaction, underWay } = calling
  const waiting: Interaction = { ...interaction, step: { at: 'identify' } }
  return shown({ at: 'identify', identifier: underWay.request.loginHint }, waiting, calling)
}
