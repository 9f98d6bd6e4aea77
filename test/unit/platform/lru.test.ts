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
