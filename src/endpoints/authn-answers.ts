/** What Okta's authentication API answers, by the status of the transaction. */
import type { PasswordRequirement } from '../domain/password-requirement.ts'
import type { Person } from '../domain/person.ts'
import type { Proven } from '../domain/session.ts'
import { COMPLEXITY, sentenceOf } from '../passwords/policy.ts'
import { timestampOfMillis } from '../platform/clock.ts'
import { ApiError } from '../protocol/api-errors.ts'
import type { ProtocolContext } from './context.ts'
import { sealExpiredSignIn, type ExpiredSignIn } from './expired-sign-in.ts'
import { newSessionToken } from './session-token.ts'
import { eventOf, tellFailure, verified } from './sign-in-log.ts'

export const AUTHN_PATH = '/api/v1/authn'
export const CHANGE_PASSWORD_PATH = `${AUTHN_PATH}/credentials/change_password`
export const UNLOCK_PATH = `${AUTHN_PATH}/recovery/unlock`
export const CANCEL_PATH = `${AUTHN_PATH}/cancel`

/** SUCCESS. Throws E0000004 when what was proved has ended meanwhile. */
export async function success(
  { person, epoch }: Proven,
  relayState: string | null,
  context: ProtocolContext,
  now: number,
): Promise<Response> {
  await context.directory.record(eventOf(verified(person), context, now))
  const issued = await newSessionToken({ userId: person.id, amr: ['pwd'], epoch, now }, context)
  if (issued === null) {
    const login = String(person.profile['login'])
    await tellFailure({ login, isKnown: true }, 'ended', null, context, now)
    throw new ApiError('E0000004')
  }
  const { sessionToken, expires } = issued
  return Response.json({
    expiresAt: timestampOfMillis(expires),
    status: 'SUCCESS',
    ...(relayState !== null && { relayState }),
    sessionToken,
    _embedded: { user: presentUser(person) },
  })
}

/** Why another password is not taken. */
export const unfit = (missed: readonly PasswordRequirement[]): ApiError =>
  new ApiError(
    'E0000014',
    '',
    missed.map((requirement) => `The new password ${sentenceOf(requirement)}`),
  )

/** LOCKED_OUT: nobody is named, since nobody has proved to be anybody. */
export const lockedOut = (context: Pick<ProtocolContext, 'settings'>): Response =>
  Response.json({
    status: 'LOCKED_OUT',
    _links: { next: { name: 'unlock', ...linkTo(UNLOCK_PATH, context) } },
  })

/** PASSWORD_EXPIRED, with where the next password goes. */
export async function passwordExpired(
  signIn: ExpiredSignIn,
  person: Person,
  context: Pick<ProtocolContext, 'settings'>,
): Promise<Response> {
  const { relayState, expires } = signIn
  return Response.json({
    stateToken: await sealExpiredSignIn('authn', signIn, context),
    expiresAt: timestampOfMillis(expires),
    status: 'PASSWORD_EXPIRED',
    ...(relayState !== null && { relayState }),
    _embedded: { user: presentUser(person), policy: { complexity: COMPLEXITY } },
    _links: {
      next: { name: 'changePassword', ...linkTo(CHANGE_PASSWORD_PATH, context) },
      cancel: linkTo(CANCEL_PATH, context),
    },
  })
}

export const linkTo = (path: string, { settings }: Pick<ProtocolContext, 'settings'>) => ({
  href: `${settings.origin}${path}`,
  hints: { allow: ['POST'] },
})

export const presentUser = ({ id, profile }: Person): Readonly<Record<string, unknown>> => ({
  id,
  profile: {
    login: profile['login'],
    firstName: profile['firstName'] ?? null,
    lastName: profile['lastName'] ?? null,
    locale: profile['locale'] ?? 'en_US',
    timeZone: profile['timezone'] ?? null,
  },
})
