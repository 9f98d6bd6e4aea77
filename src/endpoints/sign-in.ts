/**
 * The sign-in page: identifier and password, for an app that waits or for its own sake. The form is good once: whoever
 * sends it again after somebody has signed in begins anew, so that a page left open on a shared machine lets nobody in.
 */
import { askedApp } from '../grants/grant.ts'
import { attemptPassword } from '../grants/password-attempt.ts'
import { signedInPage } from '../pages/home.tsx'
import { presentedApp, presentedUser } from '../pages/branding.ts'
import { signInPage, type SignInError } from '../pages/sign-in.tsx'
import { limits } from '../platform/limits.ts'
import { resuming } from './authorize.ts'
import type { ProtocolContext } from './context.ts'
import { newExpiredSignIn, sealExpiredSignIn } from './expired-sign-in.ts'
import { sealedLeaving, SIGN_OUT_PATH } from './leaving.ts'
import { answerForm, letIn, type Answer, type SignInForm } from './letting-in.ts'
import { newPasswordForm } from './new-password-form.ts'
import { addressOf } from './people.ts'
import { tellFailure, type Failure } from './sign-in-log.ts'
import {
  expiredPage,
  sealedTransaction,
  SIGN_IN_PATH,
  transactionOf,
  type UnderWay,
} from './under-way.ts'
import { pagePropsOf, visitOf, withCookies, type Visit } from './visit.ts'

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
    signInForm(sealed, underWay, visit, { identifier: underWay?.request.loginHint ?? null }),
  )
}

/** Nobody waits for this sign-in. */
async function home(visit: Visit): Promise<Response> {
  const { sessionKey, context, now } = visit
  const found =
    sessionKey === null ? null : await context.subjects.findSession(sessionKey, null, now)
  if (found === null)
    return signInForm(await sealedTransaction('sign-in', null, visit), null, visit, {})
  const { person } = found
  return signedInPage({
    ...(await pagePropsOf(visit)),
    user: presentedUser(person),
    action: SIGN_OUT_PATH,
    fields: { transaction: await sealedLeaving({ uri: null, state: null }, visit) },
  })
}

export async function signInForm(
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
export const signIn = (request: Request, context: ProtocolContext): Promise<Response> =>
  answerForm(request, context, attempted)

/** What the person is told when it did not work. Nothing says whether somebody has the login. */
const ERRORS: Readonly<Record<Failure, SignInError>> = {
  wrong: 'CREDENTIALS',
  locked: 'CREDENTIALS',
  expired: 'PASSWORD_EXPIRED',
  throttled: 'TOO_MANY_ATTEMPTS',
  ended: 'SIGN_IN_ENDED',
}

async function attempted(filledIn: SignInForm): Promise<Answer> {
  const { sent, transaction, underWay, visit } = filledIn
  const { context, now } = visit
  const identifier = sent.get('identifier')?.trim() ?? ''
  const client = underWay?.client ?? null
  const failed = async (failure: Failure, sealed: string): Promise<Answer> => {
    const again = { identifier, error: ERRORS[failure] }
    return { response: await signInForm(sealed, underWay, visit, again), cookies: [] }
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
  const tell = (failure: Failure): Promise<void> =>
    tellFailure({ login: identifier, isKnown: outcome.isKnown }, failure, client, context, now)
  if (outcome.outcome !== 'correct') {
    await tell(outcome.outcome)
    if (outcome.outcome !== 'expired' || outcome.replaceable === undefined)
      return failed(outcome.outcome, sent.get('transaction') ?? '')
    const { person, proof } = outcome.replaceable
    const waits = newExpiredSignIn(proof, { transactionId: transaction.id })
    const sealed = await sealExpiredSignIn('page', waits, context)
    const asks = { proof: sealed, login: String(person.profile['login'] ?? ''), error: null }
    return { response: await newPasswordForm(asks, filledIn), cookies: [] }
  }
  const answer = await letIn(outcome, filledIn)
  if (answer !== null) return answer
  await tell('ended')
  return failed('ended', await sealedTransaction('sign-in', underWay, visit))
}
