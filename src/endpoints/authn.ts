/**
 * Okta's primary authentication, `POST /api/v1/authn`: a page of an app takes the password itself and gets a session
 * token for it, which the authorization endpoint takes. Answers and errors are in the management envelope.
 */
import * as z from 'zod'
import type { Person } from '../domain/person.ts'
import { attemptPassword } from '../grants/password-attempt.ts'
import { nowMillis, timestampOfMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { ApiError } from '../protocol/api-errors.ts'
import type { ProtocolContext } from './context.ts'
import { jsonObject, parsed } from './json-body.ts'
import { addressOf } from './people.ts'
import { newSessionToken } from './session-token.ts'
import { eventOf, tellFailure, verified, type Failure } from './sign-in-log.ts'

export const AUTHN_PATH = '/api/v1/authn'

const Credentials = z.object({
  username: z.string(),
  password: z.string(),
  relayState: z.string().max(limits.uriCharactersMax).nullish(),
})

export async function authenticate(request: Request, context: ProtocolContext): Promise<Response> {
  const { username, password, relayState } = await credentialsOf(request)
  const now = nowMillis()
  const attempt = { login: username, password, app: null, address: addressOf(request), now }
  const outcome = await attemptPassword(attempt, context)
  const refusal = async (failure: Failure): Promise<ApiError> => {
    await tellFailure(username, failure, null, context, now)
    return new ApiError(failure === 'throttled' ? 'E0000047' : 'E0000004')
  }
  if (outcome.outcome !== 'correct') throw await refusal(outcome.outcome)
  const { person, epoch } = outcome
  await context.directory.record(eventOf(verified(person), context, now))
  const issued = await newSessionToken({ userId: person.id, amr: ['pwd'], epoch, now }, context)
  if (issued === null) throw await refusal('ended')
  const { sessionToken, expires } = issued
  return Response.json({
    expiresAt: timestampOfMillis(expires),
    status: 'SUCCESS',
    ...(relayState != null && { relayState }),
    sessionToken,
    _embedded: { user: { id: person.id, profile: profileOf(person) } },
  })
}

/** Throws ApiError for what is no username and password. */
async function credentialsOf(request: Request): Promise<z.output<typeof Credentials>> {
  const body = await jsonObject(request)
  // A state of something begun elsewhere, which is nothing here.
  if ('stateToken' in body || 'token' in body) throw new ApiError('E0000011')
  return parsed(Credentials, body, 'authn')
}

const profileOf = ({ profile }: Person): Record<string, unknown> => ({
  login: profile['login'],
  firstName: profile['firstName'] ?? null,
  lastName: profile['lastName'] ?? null,
  locale: profile['locale'] ?? 'en_US',
  timeZone: profile['timezone'] ?? null,
})
