/**
 * How a form of the sign-in page ends, whichever it was: somebody is let in, once for each transaction, and goes on
 * with what waited for them.
 */
import type { Proven, SessionKey } from '../domain/session.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { readForm, type Form } from '../protocol/form.ts'
import { advance, type Done } from './advance.ts'
import { refusing, resuming } from './authorize.ts'
import { sessionCookie } from './browser.ts'
import type { ProtocolContext } from './context.ts'
import { eventOf, signedIn } from './sign-in-log.ts'
import { transactionLedger } from './transaction.ts'
import {
  expiredPage,
  SIGN_IN_PATH,
  transactionOf,
  type SignInTransaction,
  type UnderWay,
} from './under-way.ts'
import { seeOther, visitOf, withCookies, type Visit } from './visit.ts'

export interface Answer {
  readonly response: Response
  readonly cookies: readonly string[]
}

/** What somebody sent who is signing in. */
export interface SignInForm {
  readonly sent: Form
  readonly transaction: SignInTransaction
  /** What waits for it; null: a sign-in for its own sake. */
  readonly underWay: UnderWay | null
  readonly visit: Visit
}

/** Answers a form whose transaction is this browser's, in time, and not used up. */
export async function answerForm(
  request: Request,
  context: ProtocolContext,
  answer: (form: SignInForm) => Promise<Answer>,
): Promise<Response> {
  const sent = await readForm(request)
  const visit = await visitOf(request, context)
  const transaction = await transactionOf('sign-in', sent.get('transaction'), visit)
  if (transaction === null) return withCookies(await expiredPage(visit), visit.cookies)
  const response = await resuming(transaction, visit, async (underWay) => {
    const { response, cookies } = (await isUsedUp(transaction, context))
      ? await anew(underWay, visit)
      : await answer({ sent, transaction, underWay, visit })
    return withCookies(response, cookies)
  })
  return withCookies(response, visit.cookies)
}

/** Lets in who has just proved to be themselves. Null: what they proved has ended. */
export async function letIn(
  proven: Proven,
  { transaction, underWay, visit }: SignInForm,
): Promise<Answer | null> {
  const { context, now } = visit
  if (!(await isFirst(transaction, context))) return anew(underWay, visit)
  const key = await begun(proven, visit)
  if (key === null) return null
  await context.directory.signedIn(
    proven.person.id,
    Math.floor(now / 1000),
    eventOf(signedIn(proven.person, underWay?.client ?? null), context, now),
  )
  return {
    response: await onwards(underWay, { sessionKey: key }, visit),
    cookies: [await sessionCookie(key, context.settings)],
  }
}

/** It begins anew, which asks nothing of a browser that has a session by now. */
const anew = async (underWay: UnderWay | null, visit: Visit): Promise<Answer> => ({
  response: await onwards(underWay && { ...underWay, began: visit.now }, {}, visit),
  cookies: [],
})

/** Somebody has signed in with it. Then no password is tried, so that it tells nothing of any. */
const isUsedUp = (transaction: SignInTransaction, { ledgers }: ProtocolContext): Promise<boolean> =>
  ledgers.has(transactionLedger(transaction), transaction.id)

/** Uses the transaction up: of many that come with it, one is first. */
const isFirst = (transaction: SignInTransaction, { ledgers }: ProtocolContext): Promise<boolean> =>
  ledgers.enter(
    transactionLedger(transaction),
    transaction.id,
    Math.ceil(transaction.began / 1000) + limits.transactionSeconds,
  )

/** Begins the session that the cookie names, in place of whatever the browser had. */
async function begun({ person, epoch }: Proven, visit: Visit): Promise<SessionKey | null> {
  const { sessionKey, context, now } = visit
  const userId = person.id
  const secret = randomToken()
  const begin = { userId, secret, amr: ['pwd'], replaces: sessionKey, epoch, now }
  const session = await context.subjects.startSession(begin)
  if (session === null) return null
  if (sessionKey !== null && sessionKey.userId !== userId)
    await context.subjects.endSession(sessionKey)
  return { userId, id: session.id, secret }
}

function onwards(underWay: UnderWay | null, done: Done, visit: Visit): Promise<Response> {
  const { settings } = visit.context
  if (underWay === null) return Promise.resolve(seeOther(`${settings.origin}${SIGN_IN_PATH}`))
  const { issuer } = underWay.server.urls
  return refusing(issuer, visit, () => advance(underWay, visit, done))
}
