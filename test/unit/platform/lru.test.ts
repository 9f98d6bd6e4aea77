/** The map that forgets: never more than its capacity, and what was used lately stays. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LruMap } from '../../../src/platform/lru.ts'

function filled(capacity: number, ...keys: readonly string[]): LruMap<string, string> {
  const map = new LruMap<string, string>(capacity)
  for (const key of keys) map.set(key, key.toUpperCase())
  return map
}

describe('LruMap', () => {
  it('gives back what was put in, and undefined for anything else', () => {
    const map = filled(2, 'a')
    expect(map.get('a')).toBe('A')
    expect(map.get('b')).toBeUndefined()
  })

  it('forgets the oldest entry when it is full', () => {
    const map = filled(2, 'a', 'b', 'c')
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 'B', 'C'])
    expect(map.size).toBe(2)
  })

  it('keeps an entry that was read lately over one that was not', () => {
    const map = filled(2, 'a', 'b')
    map.get('a')
    map.set('c', 'C')
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual(['A', undefined, 'C'])
  })

  it('keeps an entry that was written again over one that was not', () => {
    const map = filled(2, 'a', 'b')
    map.set('a', 'again')
    map.set('c', 'C')
    expect([map.get('a'), map.get('b')]).toEqual(['again', undefined])
  })

  it('forgets nothing while it is not full', () => {
    const map = filled(3, 'a', 'b', 'c')
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual(['A', 'B', 'C'])
  })

  it('can be told to forget one entry or all', () => {
    const map = filled(3, 'a', 'b')
    map.delete('a')
    map.delete('nothing')
    expect([map.get('a'), map.get('b')]).toEqual([undefined, 'B'])
    map.clear()
    expect(map.size).toBe(0)
  })

  it('never holds more than its capacity, and never a wrong value', () => {
    const use = fc.record({ key: fc.integer({ min: 0, max: 9 }), write: fc.option(fc.nat()) })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(use), (capacity, uses) => {
        const map = new LruMap<number, number>(capacity)
        const written = new Map<number, number>()
        for (const { key, write } of uses) {
          if (write === null) {
            const value = map.get(key)
            if (value !== undefined) expect(value).toBe(written.get(key))
          } else {
            map.set(key, write)
            written.set(key, write)
            expect(map.get(key)).toBe(write)
          }
          expect(map.size).toBeLessThanOrEqual(capacity)
        }
      }),
    )
  })

  it('once more than half full, forgets exactly what was used longest ago', () => {
    const reads = fc.array(fc.constantFrom('a', 'b', 'c', 'd'))
    fc.assert(
      fc.property(reads, (keys) => {
        const map = filled(4, 'a', 'b', 'c', 'd')
        const order = ['a', 'b', 'c', 'd']
        for (const key of keys) {
          map.get(key)
          order.push(...order.splice(order.indexOf(key), 1))
        }
        map.set('e', 'E')
        expect(map.get(order[0]!)).toBeUndefined()
        expect(order.slice(1).every((key) => map.get(key) !== undefined)).toBe(true)
      }),
    )
  })
})

describe('LruMap with a weight', () => {
  const weighed = (most: number, capacity = 100): LruMap<string, number> =>
    new LruMap(capacity, { most, weigh: (weight) => weight })

  it('holds what weighs exactly as much as it may, and one more pushes the oldest out', () => {
    const map = weighed(10)
    map.set('a', 4)
    map.set('b', 6)
    expect(map.size).toBe(2)
    map.set('c', 1)
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([undefined, 6, 1])
  })

  it('forgets as many as a heavy one needs', () => {
    const map = weighed(10)
    for (const key of ['a', 'b', 'c', 'd']) map.set(key, 2)
    map.set('e', 7)
    expect([map.get('c'), map.get('d'), map.get('e')]).toEqual([undefined, 2, 7])
  })

  it('keeps what was put in last, though it weighs more than all may', () => {
    const map = weighed(10)
    map.set('a', 2)
    map.set('b', 50)
    expect([map.size, map.get('b')]).toEqual([1, 50])
    map.set('c', 2)
    expect([map.size, map.get('c')]).toEqual([1, 2])
  })

  it('weighs again what is put in again, and nothing that is gone', () => {
    const map = weighed(10)
    map.set('a', 8)
    map.set('a', 2)
    map.set('b', 8)
    expect(map.size).toBe(2)
    map.delete('b')
    map.set('c', 8)
    expect(map.size).toBe(2)
    map.clear()
    map.set('d', 5)
    map.set('e', 5)
    expect(map.size).toBe(2)
  })

  it('keeps what was read lately, however few there are beside what there might be', () => {
    const map = weighed(10)
    map.set('a', 3)
    map.set('b', 3)
    map.get('a')
    map.set('c', 6)
    expect([map.get('a'), map.get('b')]).toEqual([3, undefined])
  })

  it('never weighs more than it may, unless a single one does', () => {
    const use = fc.record({ key: fc.integer({ min: 0, max: 9 }), weight: fc.nat(12) })
    fc.assert(
      fc.property(fc.array(use), (uses) => {
        const map = new LruMap<number, number>(6, { most: 20, weigh: (weight) => weight })
        for (const { key, weight } of uses) {
          map.set(key, weight)
          expect(map.get(key)).toBe(weight)
          const kept = Array.from({ length: 10 }, (_, one) => map.get(one) ?? 0)
          expect(kept.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(20)
        }
      }),
    )
  })
})
