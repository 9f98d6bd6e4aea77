/**
 * The sign-in page: identifier and password, for an app that waits or for its own sake. The form is good once: whoever
 * sends it again after somebody has signed in begins anew, so that a page left open on a shared machine lets nobody in.
 */
import type { Proven, SessionKey } from '../domain/session.ts'
import { askedApp } from '../grants/grant.ts'
import { attemptPassword } from '../grants/password-attempt.ts'
import { signedInPage } from '../pages/home.tsx'
import { presentedApp, presentedUser } from '../pages/branding.ts'
import { signInPage, type SignInError } from '../pages/sign-in.tsx'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { readForm, type Form } from '../protocol/form.ts'
import { advance, type Done } from './advance.ts'
import { refusing, resuming } from './authorize.ts'
import { sessionCookie } from './browser.ts'
import type { ProtocolContext } from './context.ts'
import { sealedLeaving, SIGN_OUT_PATH } from './leaving.ts'
import { addressOf } from './people.ts'
import { eventOf, signedIn, tellFailure, type Failure } from './sign-in-log.ts'
import { transactionLedger } from './transaction.ts'
import {
  expiredPage,
  sealedTransaction,
  SIGN_IN_PATH,
  transactionOf,
  type SignInTransaction,
  type UnderWay,
} from './under-way.ts'
import { pagePropsOf, seeOther, visitOf, withCookies, type Visit } from './visit.ts'

/** GET: the page, or who is signed in where nothing else is wanted. */
export async function showSignIn(request: Request, context: ProtocolContext): Promise<Response> {
  const visit = await visitOf(request, context)
  return withCookies(await shown(request, visit), visit.cookies)
}

async function shown(request: Request, visit: Visit): Promise<Response> {
  const sealed = new URL(request.url).searchParams.get('transaction')
  if (sealed === null) return home(visit)
  const transaction = await transactionOf('sign-in', sealed, visit)
  if (transaction === null) return expiredPage(visit)
  return resuming(transaction, visit, (underWay) =>
    form(sealed, underWay, visit, { identifier: underWay?.request.loginHint ?? null }),
  )
}

/** Nobody waits for this sign-in. */
async function home(visit: Visit): Promise<Response> {
  const { sessionKey, context, now } = visit
  const found =
    sessionKey === null ? null : await context.subjects.findSession(sessionKey, null, now)
  if (found === null) return form(await sealedTransaction('sign-in', null, visit), null, visit, {})
  const { person } = found
  return signedInPage({
    ...(await pagePropsOf(visit)),
    user: presentedUser(person),
    action: SIGN_OUT_PATH,
    fields: { transaction: await sealedLeaving({ uri: null, state: null }, visit) },
  })
}

async function form(
  transaction: string,
  underWay: UnderWay | null,
  visit: Visit,
  { identifier = null, error = null }: { identifier?: string | null; error?: SignInError | null },
): Promise<Response> {
  return signInPage({
    ...(await pagePropsOf(visit, underWay?.request.uiLocales)),
    action: SIGN_IN_PATH,
    transaction,
    identifier,
    app: underWay === null ? null : presentedApp(underWay.client),
    error,
    ...(error === 'TOO_MANY_ATTEMPTS' && { retryAfterSeconds: limits.attemptsWindowSeconds }),
    redirectUri: underWay?.request.redirectUri ?? null,
  })
}

/** POST: one attempt. */
export async function signIn(request: Request, context: ProtocolContext): Promise<Response> {
  const sent = await readForm(request)
  const visit = await visitOf(request, context)
  const transaction = await transactionOf('sign-in', sent.get('transaction'), visit)
  if (transaction === null) return withCookies(await expiredPage(visit), visit.cookies)
  const response = await resuming(transaction, visit, async (underWay) => {
    const answer = (await isUsedUp(transaction, context))
      ? await anew(underWay, visit)
      : await attempted(sent, transaction, underWay, visit)
    return withCookies(answer.response, answer.cookies)
  })
  return withCookies(response, visit.cookies)
}

interface Answer {
  readonly response: Response
  readonly cookies: readonly string[]
}

/** What the person is told when it did not work. Nothing says whether somebody has the login. */
const ERRORS: Readonly<Record<Failure, SignInError>> = {
  wrong: 'CREDENTIALS',
  locked: 'CREDENTIALS',
  expired: 'PASSWORD_EXPIRED',
  throttled: 'TOO_MANY_ATTEMPTS',
  ended: 'SIGN_IN_ENDED',
}

async function attempted(
  sent: Form,
  transaction: SignInTransaction,
  underWay: UnderWay | null,
  visit: Visit,
): Promise<Answer> {
  const { context, now } = visit
  const { directory } = context
  const identifier = sent.get('identifier')?.trim() ?? ''
  const client = underWay?.client ?? null
  const failed = async (failure: Failure, sealed: string): Promise<Answer> => {
    await tellFailure(identifier, failure, client, context, now)
    const again = { identifier, error: ERRORS[failure] }
    return { response: await form(sealed, underWay, visit, again), cookies: [] }
  }
  const outcome = await attemptPassword(
    {
      login: identifier,
      password: sent.get('password') ?? '',
      app: client === null ? null : askedApp(client),
      address: addressOf(context.request),
      now,
    },
    context,
  )
  if (outcome.outcome !== 'correct') return failed(outcome.outcome, sent.get('transaction') ?? '')
  if (!(await isFirst(transaction, context))) return anew(underWay, visit)
  const key = await begun(outcome, visit)
  if (key === null) return failed('ended', await sealedTransaction('sign-in', underWay, visit))
  await directory.signedIn(
    outcome.person.id,
    Math.floor(now / 1000),
    eventOf(signedIn(outcome.person, client), context, now),
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
