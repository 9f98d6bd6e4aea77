/**
 * How a form of the sign-in page ends, whichever it was: somebody is let in, once for each transaction, and goes on
 * with what waited for them.
 */
import type { Proven } from '../domain/session.ts'
import { limits } from '../platform/limits.ts'
import { readForm, type Form } from '../protocol/form.ts'
import { advance, type Done } from './advance.ts'
import { refusing, resuming } from './authorize.ts'
import { beginSession } from './begin-session.ts'
import { sessionCookie } from './browser.ts'
import type { ProtocolContext } from './context.ts'
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
  const { context } = visit
  if (!(await isFirst(transaction, context))) return anew(underWay, visit)
  const key = await beginSession(proven, underWay?.client ?? null, visit)
  if (key === null) return null
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

function onwards(underWay: UnderWay | null, done: Done, visit: Visit): Promise<Response> {
  const { settings } = visit.context
  if (underWay === null) return Promise.resolve(seeOther(`${settings.origin}${SIGN_IN_PATH}`))
  const { issuer } = underWay.server.urls
  return refusing(issuer, visit, () => advance(underWay, visit, done))
}
