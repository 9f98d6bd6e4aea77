/**
 * The life of a server's signing keys as pure transitions: NEXT (published ahead) → ACTIVE (signs) → EXPIRED
 * (published for verification until the last token it could have signed has expired) → gone.
 */
import type { JWK } from 'jose'
import type { Envelope } from '../platform/key-encryption.ts'
import type { RotationMode, SigningAlgorithm } from './authorization-server.ts'

export interface SigningKey {
  readonly format: 1
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly status: 'ACTIVE' | 'NEXT' | 'EXPIRED'
  readonly publicJwk: JWK
  readonly wrapped: Envelope
  readonly created: number
  /** When an EXPIRED key leaves the published set. */
  readonly removeAfter: number | null
}

export interface Ring {
  readonly format: 1
  /** The authorization server's id: part of the associated data of every wrapped key. */
  readonly serverId: string
  readonly algorithm: SigningAlgorithm
  readonly rotationMode: RotationMode
  readonly lastRotated: number
  /** Null when nothing rotates by itself. */
  readonly nextRotation: number | null
  /** Counts changes, so that readers can tell which view is newer. */
  readonly version: number
  readonly keys: readonly SigningKey[]
}

export const ROTATION_SECONDS = 90 * 24 * 3600

/** A key is published this long before it signs by itself: longer than JWKS caches and snapshots together. */
export const PUBLISH_AHEAD_SECONDS = 600

/**
 * How long a retired key stays published: the longest token (24 h), the time an isolate may go on signing with an
 * old view while storage is away (15 min), and the clock skew that verifiers allow.
 */
export const RETENTION_SECONDS = 24 * 3600 + 900 + 300

const keyOf = (ring: Ring, status: SigningKey['status']): SigningKey | undefined =>
  ring.keys.find((key) => key.status === status)

/** The key that signs. */
export const activeKid = (ring: Ring): string | null => keyOf(ring, 'ACTIVE')?.kid ?? null

/** A new ring with the key that signs now and the one that will. */
export function found(
  settings: Pick<Ring, 'serverId' | 'algorithm' | 'rotationMode'>,
  active: SigningKey,
  next: SigningKey,
  now: number,
): Ring {
  return {
    format: 1,
    ...settings,
    lastRotated: now,
    nextRotation: settings.rotationMode === 'AUTO' ? now + ROTATION_SECONDS : null,
    version: 1,
    keys: [
      { ...active, status: 'ACTIVE' },
      { ...next, status: 'NEXT' },
    ],
  }
}

/**
 * NEXT becomes ACTIVE and the old key EXPIRED. In an emergency every key that ever signed is dropped at once, so that
 * nothing signed before verifies any more. Unchanged without a NEXT key.
 */
export function rotate(ring: Ring, now: number, emergency = false): Ring {
  if (keyOf(ring, 'NEXT') === undefined) return ring
  const keys = ring.keys
    .filter((key) => !emergency || key.status === 'NEXT')
    .map((key): SigningKey => {
      if (key.status === 'NEXT') return { ...key, status: 'ACTIVE' }
      if (key.status === 'ACTIVE')
        return { ...key, status: 'EXPIRED', removeAfter: now + RETENTION_SECONDS }
      return key
    })
  return {
    ...ring,
    keys,
    lastRotated: now,
    nextRotation: ring.rotationMode === 'AUTO' ? now + ROTATION_SECONDS : null,
    version: ring.version + 1,
  }
}

/** Puts a fresh NEXT key in; any other NEXT key gives way, since it never signed anything. */
export const withNext = (ring: Ring, next: SigningKey): Ring => ({
  ...ring,
  keys: [...ring.keys.filter((key) => key.status !== 'NEXT'), { ...next, status: 'NEXT' }],
  version: ring.version + 1,
})

export const needsNext = (ring: Ring): boolean => keyOf(ring, 'NEXT')?.algorithm !== ring.algorithm

/** Switching the mode never changes the active key. A changed algorithm is staged through NEXT. */
export function configure(
  ring: Ring,
  settings: Pick<Ring, 'algorithm' | 'rotationMode'>,
  now: number,
): Ring {
  if (ring.algorithm === settings.algorithm && ring.rotationMode === settings.rotationMode)
    return ring
  const [active, next] = [keyOf(ring, 'ACTIVE'), keyOf(ring, 'NEXT')]
  const madeAt = next?.algorithm === settings.algorithm ? next.created : now
  const regular =
    active?.algorithm === settings.algorithm ? ring.lastRotated + ROTATION_SECONDS : now
  return {
    ...ring,
    ...settings,
    nextRotation:
      settings.rotationMode === 'AUTO'
        ? Math.max(now, regular, madeAt + PUBLISH_AHEAD_SECONDS)
        : null,
    version: ring.version + 1,
  }
}

/** When the ring may rotate by itself: its date, but never before the next key has been published long enough. */
function rotationDue(ring: Ring): number | null {
  const next = keyOf(ring, 'NEXT')
  if (ring.nextRotation === null || next === undefined || needsNext(ring)) return null
  return Math.max(ring.nextRotation, next.created + PUBLISH_AHEAD_SECONDS)
}

/** What is due by now: an automatic rotation that an alarm may have missed, and the removal of what has ended. */
export function advance(ring: Ring, now: number): Ring {
  const due = rotationDue(ring)
  const rotated = due !== null && due <= now ? rotate(ring, now) : ring
  const keys = rotated.keys.filter((key) => key.removeAfter === null || key.removeAfter > now)
  return keys.length === rotated.keys.length
    ? rotated
    : { ...rotated, keys, version: rotated.version + 1 }
}

/** The next second at which {@link advance} has something to do; null when never. */
export function nextChange(ring: Ring): number | null {
  const times = ring.keys.flatMap((key) => (key.removeAfter === null ? [] : [key.removeAfter]))
  const due = rotationDue(ring)
  if (due !== null) times.push(due)
  return times.length === 0 ? null : Math.min(...times)
}

/** What isolates see of a ring: ciphertext of the one signing key, public halves of all. */
export interface RingView {
  readonly serverId: string
  readonly algorithm: SigningAlgorithm
  readonly rotationMode: RotationMode
  readonly lastRotated: number
  readonly nextRotation: number | null
  readonly version: number
  readonly active: Pick<SigningKey, 'kid' | 'algorithm' | 'wrapped'>
  readonly keys: readonly PublicKey[]
}

export type PublicKey = Pick<
  SigningKey,
  'kid' | 'algorithm' | 'status' | 'publicJwk' | 'removeAfter'
>

export function view(ring: Ring): RingView {
  const active = keyOf(ring, 'ACTIVE')
  if (active === undefined) throw new Error('A key ring has no active key')
  const { serverId, algorithm, rotationMode, lastRotated, nextRotation, version } = ring
  return {
    serverId,
    algorithm,
    rotationMode,
    lastRotated,
    nextRotation,
    version,
    active: { kid: active.kid, algorithm: active.algorithm, wrapped: active.wrapped },
    keys: ring.keys.map(({ kid, algorithm, status, publicJwk, removeAfter }) => ({
      kid,
      algorithm,
      status,
      publicJwk,
      removeAfter,
    })),
  }
}
