/**
 * A family of refresh tokens, RFC 6749 §6 and RFC 9700 §4.14.2: all tokens that follow from one authorization, of which
 * one generation is current. The one before it is good for a moment after its rotation, so that an answer that was lost
 * can be asked for again; any other was used up, and whoever has it may have stolen it. Pure; seconds throughout.
 */
import type { DecidedAccess } from './authorization-record.ts'

export interface RefreshFamily {
  readonly generation: number
  /**
   * When the token of the current generation was given in the place of the one before it; null before the first
   * rotation, and while it reached nobody.
   */
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

/** The current token reached nobody, so that the one before it is as good as it ever was. */
const isOwed = ({ generation, rotatedAt }: RefreshFamily): boolean =>
  generation > 0 && rotatedAt === null

// Clocks differ by a second or two, so that a use can seem to come before the rotation: no leeway is none then too.
const isPredecessor = (
  family: RefreshFamily,
  presented: number,
  leewaySeconds: number,
  now: number,
): boolean => {
  const { generation, rotatedAt } = family
  const isInLeeway = rotatedAt !== null && leewaySeconds > 0 && now < rotatedAt + leewaySeconds
  return presented === generation - 1 && (isOwed(family) || isInLeeway)
}

/** What a token of some generation is worth. */
export function standingOf(
  family: RefreshFamily,
  presented: number,
  { rotation, leewaySeconds }: Rotation,
  now: number,
): 'current' | 'predecessor' | 'expired' | 'replayed' {
  if (now >= familyExpires(family)) return 'expired'
  if (presented === family.generation) return 'current'
  const leeway = rotation === 'ROTATE' ? leewaySeconds : 0
  return isPredecessor(family, presented, leeway, now) ? 'predecessor' : 'replayed'
}

/**
 * The family after a token that is current or its predecessor was used. The predecessor gets what was given for it
 * before, and changes nothing unless that reached nobody.
 */
export function usedFamily(
  family: RefreshFamily,
  presented: number,
  { rotation, leewaySeconds }: Rotation,
  refreshWindowSeconds: number,
  now: number,
): RefreshFamily {
  const isCurrent = presented === family.generation
  if (!isCurrent && !isOwed(family)) return family
  const used = { ...family, idleExpires: now + refreshWindowSeconds }
  const given = { ...used, rotatedAt: now, leewaySeconds }
  if (!isCurrent) return given
  if (rotation === 'ROTATE') return { ...given, generation: family.generation + 1 }
  return isOwed(family) ? given : used
}

/** Whether a use gave out a token that nobody was known to have. */
export const isTurned = (before: RefreshFamily, after: RefreshFamily): boolean =>
  after.generation !== before.generation || after.rotatedAt !== before.rotatedAt

/** The family after the token of its current generation turned out to have reached nobody. */
export const owedFamily = (family: RefreshFamily): RefreshFamily => ({ ...family, rotatedAt: null })

/** Whether a token of some generation would be taken now, by the leeway of the last rotation. */
export const isAlive = (family: RefreshFamily, presented: number, now: number): boolean =>
  now < familyExpires(family) &&
  (presented === family.generation || isPredecessor(family, presented, family.leewaySeconds, now))
