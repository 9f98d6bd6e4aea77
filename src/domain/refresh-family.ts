/**
 * A family of refresh tokens, RFC 6749 §6 and RFC 9700 §4.14.2: all tokens that follow from one authorization, of which
 * one generation is current. The one before it is good for a moment after its rotation, so that an answer that was lost
 * can be asked for again; any other was used up, and whoever has it may have stolen it. Pure; seconds throughout.
 */
import type { DecidedAccess } from './authorization-record.ts'

export interface RefreshFamily {
  readonly generation: number
  /** When the current generation came about; null before the first rotation. */
  readonly rotatedAt: number | null
  /** How long the generation before it is good for, as the client had it at the rotation. */
  readonly leewaySeconds: number
  readonly idleExpires: number
  /** Null: without end as long as it is used. */
  readonly absoluteExpires: number | null
}

/** How a client's tokens are renewed. */
export interface Rotation {
  readonly rotation: 'STATIC' | 'ROTATE'
  readonly leewaySeconds: number
}

type Window = Pick<DecidedAccess, 'refreshTokenSeconds' | 'refreshWindowSeconds'>

export const begunFamily = (
  { refreshTokenSeconds, refreshWindowSeconds }: Window,
  now: number,
): RefreshFamily => ({
  generation: 0,
  rotatedAt: null,
  leewaySeconds: 0,
  idleExpires: now + refreshWindowSeconds,
  absoluteExpires: refreshTokenSeconds === 0 ? null : now + refreshTokenSeconds,
})

/** When the current token is over, as far as nobody uses it. */
export const familyExpires = ({ idleExpires, absoluteExpires }: RefreshFamily): number =>
  Math.min(idleExpires, absoluteExpires ?? Infinity)

// Clocks differ by a second or two, so that a use can seem to come before the rotation: no leeway is none then too.
const isPredecessor = (
  { generation, rotatedAt }: RefreshFamily,
  presented: number,
  leewaySeconds: number,
  now: number,
): boolean =>
  presented === generation - 1 &&
  rotatedAt !== null &&
  leewaySeconds > 0 &&
  now < rotatedAt + leewaySeconds

/** What a token of some generation is worth. */
export function standingOf(
  family: RefreshFamily,
  presented: number,
  { rotation, leewaySeconds }: Rotation,
  now: number,
): 'current' | 'predecessor' | 'expired' | 'replayed' {
  if (now >= familyExpires(family)) return 'expired'
  if (presented === family.generation) return 'current'
  const hasLeeway = rotation === 'ROTATE'
  return hasLeeway && isPredecessor(family, presented, leewaySeconds, now)
    ? 'predecessor'
    : 'replayed'
}

/** The family after a token that is current or its predecessor was used; only the current one changes anything. */
export function usedFamily(
  family: RefreshFamily,
  presented: number,
  { rotation, leewaySeconds }: Rotation,
  refreshWindowSeconds: number,
  now: number,
): RefreshFamily {
  if (presented !== family.generation) return family
  const idleExpires = now + refreshWindowSeconds
  return rotation === 'STATIC'
    ? { ...family, idleExpires }
    : {
        ...family,
        idleExpires,
        generation: family.generation + 1,
        rotatedAt: now,
        leewaySeconds,
      }
}

/** Whether a token of some generation would be taken now, by the leeway of the last rotation. */
export const isAlive = (family: RefreshFamily, presented: number, now: number): boolean =>
  now < familyExpires(family) &&
  (presented === family.generation || isPredecessor(family, presented, family.leewaySeconds, now))
