/** The consent page: which scopes the app gets of a person. What is decided is stored before the request goes on. */
import { presentedApp, presentedUser } from '../pages/branding.ts'
import { consentPage } from '../pages/consent.tsx'
import { limits } from '../platform/limits.ts'
import { OAuthError } from '../protocol/errors.ts'
import { boundedText } from '../protocol/form.ts'
import { advance, consideredOf, type ConsentChoice } from './advance.ts'
import { resuming } from './authorize.ts'
import type { ProtocolContext } from './context.ts'
import {
  CONSENT_PATH,
  expiredPage,
  sealedTransaction,
  transactionOf,
  type SignInTransaction,
  type UnderWay,
} from './under-way.ts'
import { pagePropsOf, visitOf, withCookies, type Visit } from './visit.ts'

/** GET: the question. */
export async function showConsent(request: Request, context: ProtocolContext): Promise<Response> {
  const visit = await visitOf(request, context)
  const sealed = new URL(request.url).searchParams.get('transaction') ?? ''
  const transaction = await transactionOf('consent', sealed, visit)
  const response = await goingOn(transaction, visit, (underWay) => asked(underWay, visit))
  return withCookies(response, visit.cookies)
}

async function asked(underWay: UnderWay, visit: Visit): Promise<Response> {
  const considered = await consideredOf(underWay, visit)
  // Nobody is signed in, or there is nothing to ask: the request goes on by itself.
  if (considered?.consent.step !== 'ask') return advance(underWay, visit)
  const { session, person, consent } = considered
  return consentPage({
    ...(await pagePropsOf(visit, underWay.request.uiLocales)),
    action: CONSENT_PATH,
    transaction: await sealedTransaction('decision', underWay, visit, session.id),
    app: presentedApp(underWay.client),
    user: presentedUser(person),
    scopes: [...consent.required, ...consent.optional],
    redirectUri: underWay.request.redirectUri,
  })
}

/** POST: the answer. */
export async function giveConsent(request: Request, context: ProtocolContext): Promise<Response> {
  const fields = await readFields(request)
  const visit = await visitOf(request, context)
  const transaction = await transactionOf('decision', fields.get('transaction'), visit)
  const response = await goingOn(transaction, visit, (underWay, sessionId) =>
    advance(underWay, visit, { consent: choiceOf(fields, sessionId) }),
  )
  return withCookies(response, visit.cookies)
}

/** The form of the page, in which each optional scope that was chosen is a field of the same name. */
async function readFields(request: Request): Promise<URLSearchParams> {
  const tooLarge = (): OAuthError => new OAuthError('body_too_large')
  const text = await boundedText(request, limits.formBytesMax, tooLarge)
  const fields = new URLSearchParams(text ?? '')
  const isRepeated = ['transaction', 'decision'].some((name) => fields.getAll(name).length > 1)
  if (isRepeated) throw new OAuthError('duplicate_parameter')
  return fields
}

function choiceOf(fields: URLSearchParams, sessionId: string | null): ConsentChoice {
  if (fields.get('decision') !== 'allow') return { decision: 'deny', sessionId }
  const optional = fields.getAll('scope').slice(0, limits.requestedScopesMax)
  return { decision: 'allow', optional, sessionId }
}

async function goingOn(
  transaction: SignInTransaction | null,
  visit: Visit,
  work: (underWay: UnderWay, sessionId: string | null) => Promise<Response>,
): Promise<Response> {
  if (transaction === null) return expiredPage(visit)
  return resuming(transaction, visit, (underWay) =>
    underWay === null ? expiredPage(visit) : work(underWay, transaction.sessionId),
  )
}
