/** Whether what was given out is good. `either`: the specification leaves open which of two things came first. */
import type { Circumstances } from '../vocabulary.ts'
import {
  latest,
  type AccessToken,
  type App,
  type Authorization,
  type Family,
  type Proof,
  type Ring,
  type Session,
  type World,
} from './world.ts'

export type Standing = 'yes' | 'no' | 'either'

/** Of an app that rotates. */
export const LEEWAY_SECONDS = 30
export const PROOF_SECONDS = 300
export const CODE_SECONDS = 300
export const SESSION_IDLE_SECONDS = 2 * 3600
export const SESSION_SECONDS = 24 * 3600
/** How often the use of a session is written down. */
const SESSION_TOUCH_SECONDS = 60

export const all = (...standings: readonly Standing[]): Standing =>
  standings.includes('no') ? 'no' : standings.includes('either') ? 'either' : 'yes'

export const given = (isSo: boolean): Standing => (isSo ? 'yes' : 'no')

/** Between two instants both are right. */
const before = (now: number, least: number, most: number): Standing =>
  now < least ? 'yes' : now < most ? 'either' : 'no'

export const proofStanding = ({ made, state }: Proof, now: number): Standing =>
  all(given(now < made + PROOF_SECONDS), state === 'doubtful' ? 'either' : given(state === 'good'))

export const sessionStanding = (
  { proved, began, used, mayBeUsed, ended }: Session,
  now: number,
): Standing =>
  all(
    given(!ended),
    before(
      now,
      used - SESSION_TOUCH_SECONDS + 1 + SESSION_IDLE_SECONDS,
      Math.max(used, mayBeUsed) + SESSION_IDLE_SECONDS,
    ),
    before(now, proved + SESSION_SECONDS, began + SESSION_SECONDS),
  )

/** Whether an app, as some isolate knows it, stands behind what it was given then. */
function appStanding(
  { era, issued }: { readonly era: number; readonly issued: number },
  seen: App,
  newest: App,
): Standing {
  if (seen.status !== 'ACTIVE' || era < seen.era) return 'no'
  // In the second of a change nobody can tell what came first; and objects know of a change before all isolates do.
  return issued <= seen.changed || era < newest.era ? 'either' : 'yes'
}

const ENDED: Readonly<Record<Authorization['ended'], Standing>> = {
  no: 'yes',
  maybe: 'either',
  yes: 'no',
}

/** Everything about an authorization but its code and its refresh tokens. */
export const authorizationStanding = (
  world: World,
  { user, app, era, created: issued, ended }: Authorization,
  seen: App,
): Standing =>
  all(
    ENDED[ended],
    given(world.users[user] === 'ACTIVE'),
    appStanding({ era, issued }, seen, latest(world.apps[app])),
  )

export const familyStanding = ({ idleLeast, idleMost, until }: Family, now: number): Standing =>
  all(before(now, idleLeast, idleMost), given(now < (until ?? Infinity)))

/** Whether a generation is the one before the current one, within the leeway. */
export const isPredecessor = (
  { generation, rotatedAt }: Family,
  presented: number,
  now: number,
): boolean => presented === generation - 1 && rotatedAt !== null && now < rotatedAt + LEEWAY_SECONDS

export function accessTokenStanding(
  world: World,
  token: AccessToken,
  seen: { readonly app: App; readonly ring: Ring },
  { now }: Pick<Circumstances, 'now'>,
): Standing {
  const { authorization, app, era, issued, kid, expires, revoked } = token
  return all(
    given(!revoked && now < expires && !seen.ring.dead.includes(kid)),
    appStanding({ era, issued }, seen.app, latest(world.apps[app])),
    authorization === null
      ? 'yes'
      : authorizationStanding(world, world.authorizations[authorization]!, seen.app),
  )
}
