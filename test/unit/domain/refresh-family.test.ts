/** Families of refresh tokens: windows to the second, rotation and its leeway, and clients that change their mind. */
import { describe, expect, it } from 'vitest'
import {
  begunFamily,
  familyExpires,
  isAlive,
  isTurned,
  owedFamily,
  standingOf,
  usedFamily,
  type RefreshFamily,
  type Rotation,
} from '../../../src/domain/refresh-family.ts'

const NOW = 10_000
const WINDOW = 600
const ROTATE: Rotation = { rotation: 'ROTATE', leewaySeconds: 30 }
const STATIC: Rotation = { rotation: 'STATIC', leewaySeconds: 30 }
const NONE: Rotation = { rotation: 'ROTATE', leewaySeconds: 0 }

const begun = (refreshTokenSeconds = 0): RefreshFamily =>
  begunFamily({ refreshTokenSeconds, refreshWindowSeconds: WINDOW }, NOW)

const used = (family: RefreshFamily, generation: number, now: number, how = ROTATE) =>
  usedFamily(family, generation, how, WINDOW, now)

describe('a family', () => {
  it('is over when it was not used for its window: not a second before', () => {
    for (const how of [ROTATE, STATIC]) {
      expect(standingOf(begun(), 0, how, NOW + WINDOW - 1)).toBe('current')
      expect(standingOf(begun(), 0, how, NOW + WINDOW)).toBe('expired')
      expect(standingOf(begun(), 0, how, NOW + WINDOW + 1)).toBe('expired')
    }
    expect(familyExpires(used(begun(), 0, NOW + 100))).toBe(NOW + 100 + WINDOW)
  })

  it('is over at the end of its life, however often it is used', () => {
    let family = begun(1000)
    expect(familyExpires(family)).toBe(NOW + WINDOW)
    family = used(family, 0, NOW + 500)
    expect(familyExpires(family)).toBe(NOW + 1000)
    expect(standingOf(family, 1, ROTATE, NOW + 999)).toBe('current')
    expect(standingOf(family, 1, ROTATE, NOW + 1000)).toBe('expired')
  })

  it('[RFC9700-4.14.2] rotates at each use, and takes a token that was used up for stolen', () => {
    const family = used(begun(), 0, NOW + 1)
    expect(family).toMatchObject({ generation: 1, rotatedAt: NOW + 1 })
    expect(standingOf(family, 1, ROTATE, NOW + 2)).toBe('current')
    expect(standingOf(family, 2, ROTATE, NOW + 2)).toBe('replayed')
    expect(standingOf(family, -1, ROTATE, NOW + 2)).toBe('replayed')
  })

  it('takes the predecessor within the leeway of its rotation, and gives it the same successor', () => {
    const family = used(begun(), 0, NOW)
    expect(standingOf(family, 0, ROTATE, NOW + 29)).toBe('predecessor')
    expect(standingOf(family, 0, ROTATE, NOW + 30)).toBe('replayed')
    expect(standingOf(family, 0, ROTATE, NOW + 31)).toBe('replayed')
    expect(used(family, 0, NOW + 29)).toBe(family)
    expect(standingOf(used(family, 1, NOW + 1), 0, ROTATE, NOW + 2)).toBe('replayed')
    for (const now of [NOW - 1, NOW, NOW + 1])
      expect(standingOf(family, 0, NONE, now)).toBe('replayed')
    expect(isAlive(used(begun(), 0, NOW, NONE), 0, NOW - 1)).toBe(false)
  })

  it('keeps its token where the client does not rotate', () => {
    const family = used(begun(), 0, NOW + 5, STATIC)
    expect(family).toEqual({ ...begun(), idleExpires: NOW + 5 + WINDOW })
    expect(standingOf(family, 0, STATIC, NOW + 6)).toBe('current')
  })

  it('outlives that its client begins to rotate, and that it ceases', () => {
    const rotated = used(begun(), 0, NOW)
    expect(standingOf(rotated, 1, STATIC, NOW + 1)).toBe('current')
    expect(standingOf(rotated, 0, STATIC, NOW + 1)).toBe('replayed')
    const kept = used(rotated, 1, NOW + 1, STATIC)
    expect(kept.generation).toBe(1)
    expect(standingOf(kept, 1, ROTATE, NOW + 2)).toBe('current')
    expect(used(kept, 1, NOW + 2).generation).toBe(2)
  })

  it('is alive for who only asks, by the leeway of its last rotation', () => {
    const family = used(begun(), 0, NOW)
    expect([isAlive(family, 1, NOW), isAlive(family, 2, NOW)]).toEqual([true, false])
    expect([isAlive(family, 0, NOW + 29), isAlive(family, 0, NOW + 30)]).toEqual([true, false])
    expect(isAlive(family, 1, NOW + WINDOW - 1)).toBe(true)
    expect(isAlive(family, 1, NOW + WINDOW)).toBe(false)
    expect(isAlive(begun(), -1, NOW)).toBe(false)
  })

  it('whose current token reached nobody takes the one before it, at any time and however it rotates', () => {
    const owed = owedFamily(used(begun(), 0, NOW, NONE))
    for (const how of [ROTATE, STATIC, NONE])
      for (const now of [NOW, NOW + 31, NOW + WINDOW - 1]) {
        expect(standingOf(owed, 0, how, now)).toBe('predecessor')
        expect(standingOf(owed, 1, how, now)).toBe('current')
      }
    expect(standingOf(owed, 0, ROTATE, NOW + WINDOW)).toBe('expired')
    expect(standingOf(owed, -1, ROTATE, NOW)).toBe('replayed')
    expect([isAlive(owed, 0, NOW + 31), isAlive(owed, -1, NOW)]).toEqual([true, false])
  })

  it('gives the token that reached nobody once more, and from then on the leeway counts', () => {
    const owed = owedFamily(used(begun(), 0, NOW))
    const given = used(owed, 0, NOW + 100)
    expect(given).toEqual({
      ...owed,
      rotatedAt: NOW + 100,
      leewaySeconds: 30,
      idleExpires: NOW + 100 + WINDOW,
    })
    expect(standingOf(given, 0, ROTATE, NOW + 129)).toBe('predecessor')
    expect(standingOf(given, 0, ROTATE, NOW + 130)).toBe('replayed')
    expect(standingOf(used(owed, 0, NOW, NONE), 0, NONE, NOW)).toBe('replayed')
    // Somebody had it after all.
    for (const how of [ROTATE, STATIC])
      expect(standingOf(used(owed, 1, NOW + 100, how), 0, how, NOW + 130)).toBe('replayed')
  })

  it('knows whether a use gave a token that nobody had', () => {
    const rotated = used(begun(), 0, NOW)
    expect(isTurned(begun(), rotated)).toBe(true)
    expect(isTurned(rotated, used(rotated, 0, NOW + 1))).toBe(false)
    expect(isTurned(begun(), used(begun(), 0, NOW + 1, STATIC))).toBe(false)
    const owed = owedFamily(rotated)
    expect(isTurned(owed, used(owed, 0, NOW))).toBe(true)
  })
})
