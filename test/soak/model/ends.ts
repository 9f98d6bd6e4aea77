/** The instants, in seconds, at which something that was given out ends by itself, and what could be done with it until then. */
import { APP_FACTS, type Name, type Verb } from '../vocabulary.ts'
import {
  CODE_SECONDS,
  LEEWAY_SECONDS,
  PROOF_SECONDS,
  SESSION_IDLE_SECONDS,
  SESSION_SECONDS,
} from './standing.ts'
import type { World } from './world.ts'

export interface End {
  readonly at: number
  readonly name: Name
  readonly verb: Verb
}

function endsOfRefreshTokens({ authorizations, refreshTokens }: World): readonly End[] {
  const verb = 'refresh'
  return Object.entries(refreshTokens).flatMap(([name, { authorization, generation }]) => {
    const { app, family } = authorizations[authorization]!
    if (family === null) return []
    if (generation === family.generation)
      return [family.idleMost, family.until ?? 0].map((at) => ({ at, name, verb }) as const)
    const isBefore = APP_FACTS[app].rotates && generation === family.generation - 1
    return isBefore ? [{ at: (family.rotatedAt ?? 0) + LEEWAY_SECONDS, name, verb }] : []
  })
}

/** Those that are still to come, the next one first. */
export function ends(world: World, now: number): readonly End[] {
  const { accessTokens, authorizations, proofs, sessions } = world
  const all: readonly End[] = [
    ...Object.entries(accessTokens).map(
      ([name, { expires: at }]) => ({ at, name, verb: 'introspect' }) as const,
    ),
    ...Object.entries(proofs).map(
      ([name, { made }]) => ({ at: made + PROOF_SECONDS, name, verb: 'begin' }) as const,
    ),
    ...Object.entries(sessions).flatMap(([name, { proved, used }]) =>
      [used + SESSION_IDLE_SECONDS, proved + SESSION_SECONDS].map(
        (at) => ({ at, name, verb: 'authorize' }) as const,
      ),
    ),
    ...Object.entries(authorizations)
      .filter(([, { code }]) => code?.state === 'waiting')
      .map(
        ([name, { created }]) => ({ at: created + CODE_SECONDS, name, verb: 'redeem' }) as const,
      ),
    ...endsOfRefreshTokens(world),
  ]
  return all.filter(({ at }) => at > now).toSorted((a, b) => a.at - b.at)
}
