/** The transitions of a key ring, each at the second before, at and after the moment that matters. */
import { describe, expect, it } from 'vitest'
import {
  advance,
  PUBLISH_AHEAD_SECONDS,
  configure,
  found,
  needsNext,
  nextChange,
  RETENTION_SECONDS,
  rotate,
  ROTATION_SECONDS,
  view,
  withNext,
  type Ring,
} from '../../../src/domain/key-rotation.ts'
import { aSigningKey } from '../support/builders.ts'

const START = 1_000_000

const aRing = (
  rotationMode: Ring['rotationMode'] = 'AUTO',
  algorithm: Ring['algorithm'] = 'RS256',
): Ring =>
  found(
    { serverId: 'aus1', algorithm, rotationMode },
    aSigningKey('k1', algorithm),
    aSigningKey('k2', algorithm),
    START,
  )

const statuses = (ring: Ring): readonly string[] =>
  ring.keys.map(({ kid, status }) => `${kid} ${status}`)

describe('a new ring', () => {
  it('signs with the first key and publishes the second ahead', () => {
    expect(statuses(aRing())).toEqual(['k1 ACTIVE', 'k2 NEXT'])
    expect(needsNext(aRing())).toBe(false)
  })

  it('rotates by itself in AUTO after 90 days, in MANUAL never', () => {
    expect(aRing('AUTO').nextRotation).toBe(START + 90 * 24 * 3600)
    expect(aRing('MANUAL').nextRotation).toBeNull()
    expect(nextChange(aRing('MANUAL'))).toBeNull()
  })
})

describe('rotation', () => {
  it('makes the next key sign and keeps the old one for verification', () => {
    const ring = rotate(aRing(), START + 5)
    expect(statuses(ring)).toEqual(['k1 EXPIRED', 'k2 ACTIVE'])
    expect(ring.keys[0]?.removeAfter).toBe(START + 5 + RETENTION_SECONDS)
    expect(ring.lastRotated).toBe(START + 5)
    expect(ring.nextRotation).toBe(START + 5 + ROTATION_SECONDS)
    expect(ring.version).toBe(2)
  })

  it('keeps an old key longer than any token it signed can live, with the outage and the skew', () => {
    expect(RETENTION_SECONDS).toBeGreaterThanOrEqual(24 * 3600 + 900 + 300)
  })

  it('leaves the ring alone when there is no next key', () => {
    const ring = rotate(aRing(), START)
    expect(needsNext(ring)).toBe(true)
    expect(rotate(ring, START + 1)).toBe(ring)
    expect(rotate(ring, START + 1, true)).toBe(ring)
  })

  it('does not extend the time of keys that were retired before', () => {
    const once = rotate(aRing(), START)
    const twice = rotate(withNext(once, aSigningKey('k3')), START + 100)
    expect(twice.keys[0]).toMatchObject({ kid: 'k1', removeAfter: START + RETENTION_SECONDS })
    expect(statuses(twice)).toEqual(['k1 EXPIRED', 'k2 EXPIRED', 'k3 ACTIVE'])
  })

  it('drops every key that ever signed in an emergency', () => {
    const once = withNext(rotate(aRing(), START), aSigningKey('k3'))
    expect(statuses(rotate(once, START + 1, true))).toEqual(['k3 ACTIVE'])
  })

  it('leaves no schedule in MANUAL', () => {
    expect(rotate(aRing('MANUAL'), START).nextRotation).toBeNull()
  })
})

describe('what is due by now', () => {
  const due = START + ROTATION_SECONDS

  it.each([
    ['a second before', due - 1, false],
    ['at the second', due, true],
    ['a second after', due + 1, true],
    ['long after, because an alarm was missed', due + 1_000_000, true],
  ])('an AUTO ring rotates: %s', (_, now, rotates) => {
    const ring = advance(aRing(), now)
    expect(view(ring).active.kid).toBe(rotates ? 'k2' : 'k1')
    if (rotates) expect(ring.nextRotation).toBe(now + ROTATION_SECONDS)
  })

  it('an unchanged ring is the same object, so that nothing is saved', () => {
    const ring = aRing()
    expect(advance(ring, due - 1)).toBe(ring)
  })

  it('a MANUAL ring never rotates by itself', () => {
    const ring = aRing('MANUAL')
    expect(advance(ring, START + 100 * ROTATION_SECONDS)).toBe(ring)
  })

  it('rotation waits while the next key is missing or has the wrong algorithm', () => {
    const without = { ...aRing(), keys: aRing().keys.slice(0, 1) }
    expect(advance(without, due)).toBe(without)
    const wrong = withNext(aRing(), aSigningKey('k3', 'ES256'))
    expect(view(advance(wrong, due)).active.kid).toBe('k1')
  })

  it.each([
    ['a second before', -1, true],
    ['at the second', 0, false],
    ['a second after', 1, false],
  ])('a retired key stays until its time: %s', (_, offset, stays) => {
    const ring = rotate(aRing('MANUAL'), START)
    const later = advance(ring, START + RETENTION_SECONDS + offset)
    expect(statuses(later).includes('k1 EXPIRED')).toBe(stays)
    expect(later.version).toBe(stays ? ring.version : ring.version + 1)
  })

  it('the next change is the earliest of rotation and removals', () => {
    expect(nextChange(aRing())).toBe(due)
    const rotated = rotate(aRing(), START)
    expect(nextChange(rotated)).toBe(START + RETENTION_SECONDS)
    expect(nextChange(rotate(aRing('MANUAL'), START))).toBe(START + RETENTION_SECONDS)
    // Without a next key nothing can rotate; the ring's object supplies one and asks again.
    expect(nextChange(advance(rotated, START + RETENTION_SECONDS))).toBeNull()
  })
})

describe('a changed mode', () => {
  it('keeps the active key and all others', () => {
    const auto = aRing('AUTO')
    const manual = configure(auto, { algorithm: 'RS256', rotationMode: 'MANUAL' }, START + 10)
    expect(manual.keys).toBe(auto.keys)
    expect(manual.nextRotation).toBeNull()
    const again = configure(manual, { algorithm: 'RS256', rotationMode: 'AUTO' }, START + 20)
    expect(again.keys).toBe(auto.keys)
    expect(again.nextRotation).toBe(START + ROTATION_SECONDS)
  })

  it('never schedules a rotation in the past', () => {
    const later = START + 2 * ROTATION_SECONDS
    const ring = configure(aRing('MANUAL'), { algorithm: 'RS256', rotationMode: 'AUTO' }, later)
    expect(ring.nextRotation).toBe(later)
  })

  it('that is no change leaves the ring alone', () => {
    const ring = aRing()
    expect(configure(ring, { algorithm: 'RS256', rotationMode: 'AUTO' }, START + 9)).toBe(ring)
  })
})

describe('a changed algorithm', () => {
  const changed = (ring: Ring, now: number): Ring => {
    const { rotationMode } = ring
    const configured = configure(ring, { algorithm: 'ES256', rotationMode }, now)
    expect(needsNext(configured)).toBe(true)
    return withNext(configured, aSigningKey('e1', 'ES256'))
  }

  it('replaces the next key and goes on signing with the active one', () => {
    expect(statuses(changed(aRing(), START + 10))).toEqual(['k1 ACTIVE', 'e1 NEXT'])
  })

  it.each([
    ['a second before', -1, 'k1'],
    ['at the second', 0, 'e1'],
  ])('signs in AUTO once the key has been published long enough: %s', (_, offset, kid) => {
    const ring = changed(aRing(), START + 10)
    const now = START + 10 + PUBLISH_AHEAD_SECONDS + offset
    expect(view(advance(ring, now)).active.kid).toBe(kid)
  })

  it('is published longer than a cached key set and a snapshot live together', () => {
    expect(PUBLISH_AHEAD_SECONDS).toBeGreaterThan(300 + 60)
  })

  it('does not sign early because the regular rotation happens to be due', () => {
    const now = START + ROTATION_SECONDS - 5
    const ring = changed(aRing(), now)
    expect(view(advance(ring, now + PUBLISH_AHEAD_SECONDS - 1)).active.kid).toBe('k1')
    expect(view(advance(ring, now + PUBLISH_AHEAD_SECONDS)).active.kid).toBe('e1')
  })

  it('starts its time anew when the algorithm is changed again', () => {
    const first = changed(aRing(), START)
    const back = configure(first, { algorithm: 'PS256', rotationMode: 'AUTO' }, START + 590)
    const ring = withNext(back, aSigningKey('p1', 'PS256'))
    const now = START + 590 + PUBLISH_AHEAD_SECONDS
    expect(view(advance(ring, now - 1)).active.kid).toBe('k1')
    expect(view(advance(ring, now)).active.kid).toBe('p1')
  })

  it('waits in MANUAL until somebody rotates', () => {
    const ring = changed(aRing('MANUAL'), START)
    expect(view(advance(ring, START + 100 * ROTATION_SECONDS)).active.kid).toBe('k1')
    expect(view(rotate(ring, START + 1)).active).toMatchObject({ kid: 'e1', algorithm: 'ES256' })
  })

  it('made in MANUAL is staged as usual when the mode becomes AUTO', () => {
    const staged = changed(aRing('MANUAL'), START)
    const ring = configure(staged, { algorithm: 'ES256', rotationMode: 'AUTO' }, START + 10)
    const now = START + 10 + PUBLISH_AHEAD_SECONDS
    expect(view(advance(ring, now)).active.kid).toBe('e1')
  })
})

describe('the view', () => {
  it('holds ciphertext of the signing key alone, and public halves of all', () => {
    const { active, keys } = view(withNext(rotate(aRing(), START), aSigningKey('k3')))
    expect(active).toEqual({ kid: 'k2', algorithm: 'RS256', wrapped: aSigningKey('k2').wrapped })
    expect(keys.map(({ kid, status }) => `${kid} ${status}`)).toEqual([
      'k1 EXPIRED',
      'k2 ACTIVE',
      'k3 NEXT',
    ])
    expect(keys.every((key) => !('wrapped' in key))).toBe(true)
  })

  it('does not exist without an active key', () => {
    expect(() => view({ ...aRing(), keys: [] })).toThrow('no active key')
  })
})
