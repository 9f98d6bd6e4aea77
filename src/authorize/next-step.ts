/**
 * Whether a person must sign in (again) before an authorization goes on: prompt, max_age and id_token_hint, OpenID
 * Connect Core §3.1.2.1 and §3.1.2.3, and Okta's rule that only who has the app gets anything. Pure.
 */
import { keepsAccess } from '../domain/person.ts'
import type { SignedIn } from '../domain/session.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { AuthorizationRequest } from './request.ts'

export interface Situation {
  readonly request: Pick<AuthorizationRequest, 'prompts' | 'maxAge'>
  readonly signedIn: SignedIn | null
  /** When the request came, in milliseconds: a sign-in since then was made for it. */
  readonly began: number
  /** The only user who will do, by an id_token_hint of ours or by the `sub` that was asked for. */
  readonly wantedUserId: string | null
  /** Milliseconds. */
  readonly now: number
}

export type SignInReason = 'no-session' | 'other-person' | 'prompt' | 'max-age'

export type NextStep =
  | { readonly step: 'sign-in'; readonly why: SignInReason }
  | { readonly step: 'error'; readonly error: OAuthError }
  | { readonly step: 'continue'; readonly signedIn: SignedIn }

export function nextStep(situation: Situation): NextStep {
  const { request, signedIn } = situation
  const why = reasons.find(({ holds }) => holds(situation))?.why
  if (why !== undefined)
    return request.prompts.includes('none')
      ? { step: 'error', error: new OAuthError('login_required') }
      : { step: 'sign-in', why }
  // Without a session the first row holds; this tells the compiler so.
  return signedIn?.assignment == null
    ? { step: 'error', error: new OAuthError('user_not_assigned') }
    : { step: 'continue', signedIn }
}

interface Row {
  readonly why: SignInReason
  readonly holds: (situation: Situation) => boolean
}

/** Why a sign-in is needed, the first that holds. */
const reasons: readonly Row[] = [
  {
    why: 'no-session',
    holds: ({ signedIn }) => signedIn === null || !keepsAccess(signedIn.person),
  },
  {
    why: 'other-person',
    holds: ({ signedIn, wantedUserId }) =>
      wantedUserId !== null && wantedUserId !== signedIn?.person.id,
  },
  {
    why: 'prompt',
    holds: (situation) => situation.request.prompts.includes('login') && !isFresh(situation),
  },
  {
    why: 'max-age',
    holds: (situation) => isTooOld(situation) && !isFresh(situation),
  },
]

/** The person proved to be themselves since the request came. */
const isFresh = ({ signedIn, began }: Situation): boolean =>
  signedIn !== null && signedIn.session.authenticatedAt >= began

const isTooOld = ({ signedIn, request: { maxAge }, now }: Situation): boolean =>
  signedIn !== null && maxAge !== null && signedIn.session.authenticatedAt + maxAge * 1000 < now
