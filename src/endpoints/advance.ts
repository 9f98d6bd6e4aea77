/**
 * Goes on with an authorization request as far as it gets: to a sign-in, to a consent, or to its end. The policies are
 * asked here and at no other time; a code that is redeemed later keeps what they decided.
 */
import {
  consentGiven,
  consentStep,
  type ConsentQuestion,
  type ConsentStep,
} from '../authorize/consent.ts'
import { nextStep } from '../authorize/next-step.ts'
import { AuthorizeRefused } from '../authorize/refused.ts'
import { grantTypeOf, isHybrid, targetOf } from '../authorize/request.ts'
import type { Assignment, Person } from '../domain/person.ts'
import type { Epoch } from '../domain/ending.ts'
import type { Session, SessionKey, SignedIn } from '../domain/session.ts'
import { askedApp } from '../grants/grant.ts'
import { readIdTokenHint } from '../issuer/id-token-hint.ts'
import { accessTokenRing, publishedRing } from '../issuer/rings.ts'
import { decideAccess, type Access } from '../mint/access.ts'
import { authorizingUser, type Holder } from '../mint/recorded-access.ts'
import { OAuthError } from '../protocol/errors.ts'
import { formatScope } from '../protocol/scope.ts'
import { completed } from './complete.ts'
import { confirmed } from './confirm.ts'
import { consentQuestion, rolesFor } from './people.ts'
import { consented, eventOf } from './sign-in-log.ts'
import { asOf, sendTo, type UnderWay } from './under-way.ts'
import type { Progress } from './token-log.ts'
import type { Visit } from './visit.ts'

/** What the person chose on the consent page. */
export type ConsentChoice = (
  | { readonly decision: 'deny' }
  | { readonly decision: 'allow'; readonly optional: readonly string[] }
) & {
  /** The session in which it was asked for: nobody decides for somebody else. */
  readonly sessionId: string | null
}

/** What the person has just done. */
export interface Done {
  /** The session that has just begun, in place of the one that the request brought. */
  readonly sessionKey?: SessionKey
  readonly consent?: ConsentChoice
}

/** Who authorizes, and what the policies allow. */
export interface Considered {
  /** The request under the configuration that decided, of which everything else is made. */
  readonly underWay: UnderWay
  readonly session: Session
  readonly person: Person
  readonly assignment: Assignment
  readonly epoch: Epoch | undefined
  readonly access: Access
  readonly question: ConsentQuestion
  readonly consent: Exclude<ConsentStep, { readonly step: 'error' }>
}

/** How far a request gets. */
export type Standing =
  /** Somebody has to sign in, perhaps again. */
  | { readonly at: 'sign-in' }
  /** Somebody is signed in, and has to say what the app gets. */
  | { readonly at: 'consent'; readonly considered: Considered }
  /** All is decided; `access` holds the scopes that are granted in the end. */
  | { readonly at: 'end'; readonly considered: Considered; readonly access: Access }

/** Throws OAuthError. */
export async function standingOf(underWay: UnderWay, visit: Visit, done: Done): Promise<Standing> {
  begin(visit.context.progress, underWay)
  const considered = await consideredOf(underWay, visit, done)
  if (considered === null) return { at: 'sign-in' }
  const scopes = await scopesOf(considered, visit, done.consent)
  if (scopes === null) return { at: 'consent', considered }
  return { at: 'end', considered, access: { ...considered.access, scopes } }
}

/** In a browser that goes from page to page. Throws AuthorizeRefused with the client as its target. */
export async function advance(
  underWay: UnderWay,
  visit: Visit,
  done: Done = {},
): Promise<Response> {
  try {
    const standing = await standingOf(underWay, visit, done)
    if (standing.at === 'sign-in') return await sendTo('sign-in', underWay, visit)
    const { considered } = standing
    if (standing.at === 'consent') return await sendTo('consent', considered.underWay, visit)
    return await completed(considered.underWay, considered, standing.access, visit)
  } catch (error) {
    if (!(error instanceof OAuthError) || error instanceof AuthorizeRefused) throw error
    throw new AuthorizeRefused(error, null, targetOf(underWay.request))
  }
}

/** What the log is told should the request be refused. */
function begin(progress: Progress, { server, client, request }: UnderWay): void {
  progress.server = server
  progress.client = client
  progress.grantType = grantTypeOf(request)
  progress.scope = formatScope(request.scopes)
}

/** Null: somebody has to sign in first. */
export async function consideredOf(
  underWay: UnderWay,
  visit: Visit,
  done: Done = {},
): Promise<Considered | null> {
  const { request, began } = underWay
  const signedIn = await signedInOf(underWay, visit, done)
  const wantedUserId = await wantedUserIdOf(underWay, visit)
  const step = nextStep({ request, signedIn, began, wantedUserId, now: visit.now })
  if (step.step === 'error') throw step.error
  if (step.step === 'sign-in') return null
  const { session, person, assignment, epoch } = step.signedIn
  // Whoever does not have the app was refused above; this tells the compiler so.
  if (assignment === null) throw new OAuthError('user_not_assigned')
  visit.context.progress.isAuthenticated = true
  const decided = await decidedOf(underWay, { person, assignment }, session, visit)
  const asked = { ...decided.underWay, scopes: decided.access.scopes }
  const question = await consentQuestion(asked, person.id, visit.context)
  const consent = consentStep(question)
  if (consent.step === 'error') throw consent.error
  return { ...decided, session, person, assignment, epoch, question, consent }
}

async function signedInOf(
  { client }: UnderWay,
  { sessionKey, context, now }: Visit,
  done: Done,
): Promise<SignedIn | null> {
  const key = done.sessionKey ?? sessionKey
  return key === null ? null : context.subjects.findSession(key, askedApp(client), now)
}

/**
 * The only user who will do, by a hint or by the claim `sub` (OpenID Connect Core §3.1.2.2). A hint that is no ID token
 * of this server names nobody.
 */
async function wantedUserIdOf(
  { server, request }: UnderWay,
  { context }: Visit,
): Promise<string | null> {
  const { idTokenHint, subject } = request
  if (idTokenHint === null) return subject
  // The server of the request: the pages themselves are the org's.
  const { id: serverId } = server.server
  const wanted = { serverId, clientId: null, ring: publishedRing(serverId) }
  const { ring } = await context.snapshots.get(wanted, context.waitUntil)
  if (ring === null) throw new OAuthError('temporarily_unavailable')
  const hinted = (await readIdTokenHint(idTokenHint, ring, server.urls.issuer))?.userId ?? null
  // Nobody is both.
  if (hinted !== null && subject !== null && hinted !== subject)
    throw new OAuthError('login_required')
  return hinted ?? subject
}

/** What the policies of the newest configuration allow. Throws their refusal. */
async function decidedOf(
  underWay: UnderWay,
  holder: Holder,
  { amr }: Session,
  { context, now }: Visit,
): Promise<Pick<Considered, 'underWay' | 'access'>> {
  const { server, client, request } = underWay
  const serverId = server.server.id
  const roles = await rolesFor(holder.person.id, request.scopes, server, context)
  const { responseTypes } = request
  const authorization = {
    grantType: grantTypeOf(request),
    isHybrid: isHybrid(responseTypes),
    user: authorizingUser(holder, amr, roles),
    requestedScopes: request.scopes,
  }
  const wanted = { serverId, clientId: client.clientId, ring: accessTokenRing(serverId) }
  return confirmed(context, wanted, async (snapshot) => {
    const isSame = snapshot.server === server && snapshot.client === client
    const newest = isSame ? underWay : asOf(snapshot, underWay)
    const access = decideAccess(newest.server, newest.client, authorization, now)
    return { underWay: newest, access }
  })
}

/** The scopes that the person gives, stored before they are used. Null: the person has to be asked. */
async function scopesOf(
  { session, person, question, consent, underWay: { client, server } }: Considered,
  { context, now }: Visit,
  choice: ConsentChoice | undefined,
): Promise<readonly string[] | null> {
  if (choice?.decision === 'deny') throw new OAuthError('consent_declined')
  if (consent.step === 'continue') return consent.scopes
  if (choice === undefined || choice.sessionId !== session.id) return null
  const given = consentGiven(question, choice.optional)
  if (given.outcome === 'declined') throw given.error
  const key = { userId: person.id, clientId: client.clientId, serverId: server.server.id }
  const event = eventOf(consented(person, client, given.consented), context, now)
  const isKept = await context.directory.consent(key, given, Math.floor(now / 1000), event)
  if (!isKept) throw new OAuthError('user_not_assigned')
  return given.scopes
}
