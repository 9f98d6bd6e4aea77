/**
 * `GET /api/v1/users/me` for a page that has no token: the user of the session whose cookie comes along, as
 * okta-auth-js asks for whom it has found signed in. They are shown as they may see themselves, and change nothing.
 */
import { presentLinkedUser, USERS_PATH } from '../domain/user-output.ts'
import { nowMillis } from '../platform/clock.ts'
import { ApiError } from '../protocol/api-errors.ts'
import { sessionKeyOfPage } from './calling-page.ts'
import type { ProtocolContext } from './context.ts'

export const OWN_USER_PATH = `${USERS_PATH}/me`

export async function readOwnUser(_request: Request, context: ProtocolContext): Promise<Response> {
  const { subjects, directory, settings } = context
  const key = await sessionKeyOfPage(context)
  const standing = key && (await subjects.readSession(key, nowMillis()))
  const user = standing && (await directory.ownUser(standing.person.id))
  if (user === null) throw new ApiError('E0000005')
  return Response.json(presentLinkedUser(user, settings.origin))
}
