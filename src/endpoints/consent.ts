/** The consent page: which scopes the app gets of a person. What is decided is stored before the request goes on. */
import { displayNameOf } from '../domain/user.ts'
import { presentedApp } from '../pages/branding.ts'
import { consentPage } from '../pages/consent.tsx'
import { limits } from '../platform/limits.ts'
import { OAuthError } from '../protocol/errors.ts'
import { boundedText } from '../protocol/form.ts'
import { advance, consideredOf, type ConsentChoice } from './advance.ts'
import { refusing } from './authorize.ts'
import type { ProtocolContext } from './context.ts'
import { expiredPage, transactionOf, underWayOf, CONSENT_PATH, type UnderWay } from './under-way.ts'
import { pagePropsOf, visitOf, withCookies, type Visit } from './visit.ts'

/** GET: the question. */
export async function showConsent(request: Request, context: ProtocolContext): Promise<Response> {
  const visit = await visitOf(request, context)
  const sealed = new URL(request.url).searchParams.get('transaction') ?? ''
  const response = await goingOn(sealed, visit, (underWay) => asked(sealed, underWay, visit))
  return withCookies(response, visit.cookies)
}

async function asked(sealed: string, underWay: UnderWay, visit: Visit): Promise<Response> {
  const considered = await consideredOf(underWay, visit)
  // Nobody is signed in, or there is nothing to ask: the request goes on by itself.
  if (considered?.consent.step !== 'ask') return advance(underWay, visit)
  const { person, consent } = considered
  return consentPage({
    ...(await pagePropsOf(visit, underWay.request.uiLocales)),
    action: CONSENT_PATH,
    transaction: sealed,
    app: presentedApp(underWay.client),
    user: { name: displayNameOf(person), login: String(person.profile['login']) },
    scopes: [...consent.required, ...consent.optional],
    redirectUri: underWay.request.redirectUri,
  })
}

/** POST: the answer. */
export async function giveConsent(request: Request, context: ProtocolContext): Promise<Response> {
  const visit = await visitOf(request, context)
  const { sealed, choice } = await readChoice(request)
  const response = await goingOn(sealed, visit, (underWay) =>
    advance(underWay, visit, { consent: choice }),
  )
  return withCookies(response, visit.cookies)
}

/** The form of the page, in which each optional scope that was chosen is a field of the same name. */
async function readChoice(
  request: Request,
): Promise<{ readonly sealed: string; readonly choice: ConsentChoice }> {
  const tooLarge = (): OAuthError => new OAuthError('body_too_large')
  const text = await boundedText(request, limits.formBytesMax, tooLarge)
  const fields = new URLSearchParams(text ?? '')
  const decision = fields.get('decision') === 'allow' ? 'allow' : 'deny'
  const optional = fields.getAll('scope').slice(0, limits.requestedScopesMax)
  return {
    sealed: fields.get('transaction') ?? '',
    choice: decision === 'deny' ? { decision } : { decision, optional },
  }
}

async function goingOn(
  sealed: string,
  visit: Visit,
  work: (underWay: UnderWay) => Promise<Response>,
): Promise<Response> {
  const transaction = await transactionOf(sealed, visit)
  const underWay = transaction && (await underWayOf(transaction, visit.context))
  if (underWay === null) return expiredPage(visit)
  return refusing(underWay.server.urls.issuer, visit, () => work(underWay))
}
