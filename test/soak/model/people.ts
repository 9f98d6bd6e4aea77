/** Passwords that are proved, sessions, and authorization requests in them. */
import { APP_FACTS } from '../vocabulary.ts'
import { mayBeOvertaken } from './overtaken.ts'
import { done, either, onlyIf, refused, seenBy, type Step } from './possibility.ts'
import { CODE_SECONDS, all, given, proofStanding, sessionStanding } from './standing.ts'
import type { World } from './world.ts'

export const authenticate: Step<'authenticate'> = (world, { user }, { now: made, atOnce }) =>
  either(
    given(world.users[user] === 'ACTIVE'),
    () => [
      done(
        'proved',
        (after, outcome) => {
          if (outcome?.sessionToken !== undefined)
            after.proofs[outcome.sessionToken] = { user, made, state: 'good' }
        },
        ({ sessionToken = '' }) => sessionToken !== '' && world.proofs[sessionToken] === undefined,
      ),
      ...onlyIf(mayBeOvertaken({ user, tokens: null }, atOnce), refused('denied', 'overtaken')),
    ],
    () => [refused('denied')],
  )

export const begin: Step<'begin'> = (world, { sessionToken }, { now }) => {
  const proof = world.proofs[sessionToken]!
  const { user, made: proved } = proof
  const isActive = world.users[user] === 'ACTIVE'
  return either(
    all(proofStanding(proof, now), given(isActive)),
    () => [
      done(
        'begun',
        (after, outcome) => {
          after.proofs[sessionToken]!.state = 'used'
          if (outcome?.session !== undefined)
            after.sessions[outcome.session] = {
              user,
              proved,
              began: now,
              used: now,
              mayBeUsed: now,
              ended: false,
            }
        },
        ({ session = '' }) => session !== '' && world.sessions[session] === undefined,
      ),
    ],
    () => [
      refused('denied', 'denied', (after) => {
        // Whether one that nobody could use is used up is open.
        if (proof.state === 'good') after.proofs[sessionToken]!.state = 'doubtful'
      }),
    ],
  )
}

/** Codes that wait end with the session that they were given in; tokens stay. */
export function endSession(after: World, name: string): void {
  after.sessions[name]!.ended = true
  for (const authorization of Object.values(after.authorizations))
    if (authorization.session === name && authorization.code?.state === 'waiting')
      authorization.ended = 'yes'
}

export const signOut: Step<'sign-out'> = (world, { session }, { now }) =>
  either(
    sessionStanding(world.sessions[session]!, now),
    () => [done('ended', (after) => endSession(after, session))],
    () => [refused('not_found', 'over already', (after) => endSession(after, session))],
  )

export const authorize: Step<'authorize'> = (world, command, circumstances) => {
  const { session: name, app, server } = command
  const { now: created, atOnce } = circumstances
  const session = world.sessions[name]!
  const { user } = session
  const everySeen = seenBy(world, command, command, circumstances)
  const isBelievedIn = everySeen.some(
    (seen) => seen.server === 'ACTIVE' && seen.app.status === 'ACTIVE',
  )
  // That the server or the app is gone may be found only after the session was.
  const used = (after: World): void => {
    if (isBelievedIn) after.sessions[name]!.mayBeUsed = created
  }
  return everySeen.flatMap((seen) => {
    if (seen.server !== 'ACTIVE') return [refused('not_found', 'not_found', used)]
    if (seen.app.status !== 'ACTIVE') return [refused('page', 'no such client', used)]
    if (!APP_FACTS[app].grants.includes('code')) return [refused('page', 'not of this client')]
    return either(
      all(sessionStanding(session, created), given(world.users[user] === 'ACTIVE')),
      () => [
        done(
          'code',
          (after, outcome) => {
            after.sessions[name]!.used = created
            if (outcome?.code === undefined) return
            const code = { expires: created + CODE_SECONDS, state: 'waiting' } as const
            const { era } = seen.app
            after.authorizations[outcome.code] = { user, app, server, session: name, created, era, code, family: null, ended: 'no' } // prettier-ignore
          },
          ({ code = '' }) => code !== '' && world.authorizations[code] === undefined,
        ),
        ...onlyIf(
          mayBeOvertaken({ user, tokens: { app, server } }, atOnce),
          refused('login_required', 'overtaken'),
        ),
      ],
      () => [refused('login_required')],
    )
  })
}
