/** A session as the sessions API shows it, to its own browser and to administrators. */
import * as z from 'zod'
import { timestampOfMillis } from '../platform/clock.ts'
import { Link, Timestamp } from './output.ts'
import type { StandingSession } from './session.ts'
import { displayNameOf } from './user.ts'

export const SESSIONS_PATH = '/api/v1/sessions'

/** Whoever calls by the session's own cookie names it so. */
export const OWN_SESSION = 'me'

export const SessionOutput = z
  .object({
    id: z.string(),
    login: z.string(),
    userId: z.string(),
    expiresAt: Timestamp,
    status: z.literal('ACTIVE'),
    lastPasswordVerification: Timestamp,
    lastFactorVerification: z.null(),
    amr: z.array(z.string()),
    idp: z.object({ id: z.string().describe('Of the org.'), type: z.literal('OKTA') }),
    mfaActive: z.literal(false),
    _links: z.object({ self: Link, refresh: Link, user: Link }),
  })
  .meta({ id: 'Session' })

export interface SessionPlace {
  /** Of the org. */
  readonly origin: string
  readonly orgId: string
  /** The id of the session. */
  readonly id: string
  /** What links call the session and its user. */
  readonly as: 'id' | typeof OWN_SESSION
}

export function presentSession(
  { session, person }: StandingSession,
  { origin, orgId, id, as }: SessionPlace,
): z.input<typeof SessionOutput> {
  const self = `${origin}${SESSIONS_PATH}/${as === 'id' ? id : as}`
  const userHref = `${origin}/api/v1/users/${as === 'id' ? person.id : as}`
  return {
    id,
    login: String(person.profile['login'] ?? ''),
    userId: person.id,
    expiresAt: timestampOfMillis(session.expiresAt),
    status: 'ACTIVE',
    lastPasswordVerification: timestampOfMillis(session.authenticatedAt),
    lastFactorVerification: null,
    amr: [...session.amr],
    idp: { id: orgId, type: 'OKTA' },
    mfaActive: false,
    _links: {
      self: { href: self, hints: { allow: ['GET', 'DELETE'] } },
      refresh: { href: `${self}/lifecycle/refresh`, hints: { allow: ['POST'] } },
      user: { name: displayNameOf(person), href: userHref, hints: { allow: ['GET'] } },
    },
  }
}
