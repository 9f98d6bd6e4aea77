/**
 * Sessions of people as administrators see and end them, one at a time. Of whom a session is, its id says; whoever is
 * not given one can make none up.
 */
import { readSessionId, writeSessionId } from '../domain/session-id.ts'
import { presentSession, SessionOutput, SESSIONS_PATH } from '../domain/session-output.ts'
import {
  participantEntity,
  type Participant,
  type SessionName,
  type StandingSession,
} from '../domain/session.ts'
import { nowMillis } from '../platform/clock.ts'
import { notFound } from '../protocol/api-errors.ts'
import type { ManagementContext } from './context.ts'
import { idParam, route, type Params, type Route } from './route.ts'
import { userChange } from './user-resource.ts'

const PATH = `${SESSIONS_PATH}/:sessionId`
const READ = 'okta.sessions.read'
const MANAGE = 'okta.sessions.manage'

/** What a path names. Throws E0000007 for what is not there, or no longer. */
async function found(
  params: Params,
  { ports }: ManagementContext,
  find: (name: SessionName) => Promise<StandingSession | null>,
): Promise<StandingSession> {
  const id = idParam(params, 'sessionId', 'Session')
  const name = await readSessionId(id, ports.settings.keyEncryption)
  const standing = name && (await find(name))
  if (standing === null) throw notFound(id, 'Session')
  return standing
}

async function presented(
  standing: StandingSession,
  { ports, origin }: ManagementContext,
): Promise<unknown> {
  const id = await writeSessionId(standing.session, ports.settings.keyEncryption)
  return presentSession(standing, { origin, orgId: await ports.orgId(), id, as: 'id' })
}

/** As the log tells it: to whom something was given in the session. */
const ended = ({ person }: StandingSession, participants: readonly Participant[]) =>
  userChange(
    { id: person.id, login: String(person.profile['login']), profile: person.profile },
    'user.session.end',
    'A session of a user is ended',
    participants.map(participantEntity),
  )

export const sessionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'Retrieve a session',
    scope: READ,
    output: SessionOutput,
    async handle({ params }, context) {
      const { people } = context.ports
      return presented(
        await found(params, context, (name) => people.readSession(name, nowMillis())),
        context,
      )
    },
  }),
  route({
    method: 'POST',
    path: `${PATH}/lifecycle/refresh`,
    summary: 'Refresh a session',
    scope: MANAGE,
    output: SessionOutput,
    async handle({ params }, context) {
      const { people } = context.ports
      return presented(
        await found(params, context, (name) => people.refreshSession(name, nowMillis())),
        context,
      )
    },
  }),
  route({
    method: 'DELETE',
    path: PATH,
    summary: 'End a session',
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { people } = context.ports
      const standing = await found(params, context, (name) => people.readSession(name, nowMillis()))
      const { userId, sid } = standing.session
      const participants = await people.endSession({ userId, sid })
      if (participants === null) throw notFound(params['sessionId'] ?? '', 'Session')
      await context.commit([], ended(standing, participants))
    },
  }),
]
