/**
 * What holds for a key ring after any sequence of transitions under a clock that only moves forward. The driver
 * supplies a next key whenever one is needed, as the ring's object does.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  advance,
  PUBLISH_AHEAD_SECONDS,
  configure,
  found,
  needsNext,
  rotate,
  view,
  withNext,
  type Ring,
} from '../../../src/domain/key-rotation.ts'
import { publishedKeys } from '../../../src/keys/jwks.ts'
import { aSigningKey } from '../support/builders.ts'

const LONGEST_TOKEN = 24 * 3600

type Step =
  | { readonly kind: 'rotate' | 'emergency' | 'advance'; readonly wait: number }
  | {
      readonly kind: 'configure'
      readonly wait: number
      readonly algorithm: Ring['algorithm']
      readonly rotationMode: Ring['rotationMode']
    }

const wait = fc.oneof(
  fc.integer({ min: 0, max: 700 }),
  fc.integer({ min: 0, max: 2 * LONGEST_TOKEN }),
  fc.integer({ min: 0, max: 200 * LONGEST_TOKEN }),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('rotate' as const, 'advance' as const), wait }),
  fc.record({
    kind: fc.constant('configure' as const),
    wait,
    algorithm: fc.constantFrom('RS256' as const, 'ES256' as const),
    rotationMode: fc.constantFrom('AUTO' as const, 'MANUAL' as const),
  }),
)

const withEmergencies = fc.oneof(
  { arbitrary: step, weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('emergency' as const), wait }), weight: 1 },
)

interface Moment {
  readonly now: number
  readonly step: Step | null
  readonly ring: Ring
}

/** Every state that a sequence of steps leads through. */
function play(steps: readonly Step[]): readonly Moment[] {
  let made = 0
  let now = 0
  const make = (algorithm: Ring['algorithm']) => aSigningKey(`k${++made}`, algorithm, now)
  let ring = found(
    { serverId: 'aus1', algorithm: 'RS256', rotationMode: 'AUTO' },
    make('RS256'),
    make('RS256'),
    now,
  )
  const moments: Moment[] = [{ now, step: null, ring }]
  for (const one of steps) {
    now += one.wait
    ring = take(one, ring, now)
    moments.push({ now, step: one, ring })
    if (!needsNext(ring)) continue
    ring = withNext(ring, make(ring.algorithm))
    moments.push({ now, step: null, ring })
  }
  return moments
}

function take(one: Step, ring: Ring, now: number): Ring {
  switch (one.kind) {
    case 'rotate':
      return rotate(ring, now)
    case 'emergency':
      return rotate(ring, now, true)
    case 'advance':
      return advance(ring, now)
    case 'configure':
      return configure(ring, one, now)
  }
}

/** Checks what every such history must have; a counterexample shows the steps alone. */
function always(
  arbitrary: fc.Arbitrary<Step>,
  check: (moments: readonly Moment[]) => void,
  numRuns = 100,
): void {
  const steps = fc.array(arbitrary, { maxLength: 25 })
  fc.assert(
    fc.property(steps, (taken) => check(play(taken))),
    { numRuns },
  )
}

describe('laws of a key ring', () => {
  it('exactly one key is ACTIVE and at most one is NEXT, always', () => {
    always(withEmergencies, (moments) => {
      for (const { ring } of moments) {
        expect(ring.keys.filter((key) => key.status === 'ACTIVE')).toHaveLength(1)
        expect(ring.keys.filter((key) => key.status === 'NEXT').length).toBeLessThanOrEqual(1)
      }
    })
  })

  it('only EXPIRED keys have an end, and all of them do', () => {
    always(withEmergencies, (moments) => {
      for (const { ring } of moments)
        for (const key of ring.keys) expect(key.removeAfter !== null).toBe(key.status === 'EXPIRED')
    })
  })

  it('a kid is in a ring once, and a key that has left never returns', () => {
    always(withEmergencies, (moments) => {
      const gone = new Set<string>()
      let before: readonly string[] = []
      for (const { ring } of moments) {
        const kids = ring.keys.map((key) => key.kid)
        expect(new Set(kids).size).toBe(kids.length)
        expect(kids.filter((kid) => gone.has(kid))).toEqual([])
        for (const kid of before) if (!kids.includes(kid)) gone.add(kid)
        before = kids
      }
    })
  })

  it('a change counts in the version, and what is no change leaves the same object', () => {
    always(withEmergencies, (moments) => {
      for (const [at, { ring }] of moments.entries()) {
        const before = moments[at - 1]?.ring
        if (before !== undefined && before !== ring)
          expect(ring.version).toBeGreaterThan(before.version)
      }
    })
  })

  it('a token verifies until it expires, whenever and with whatever key it was signed', () => {
    always(step, (moments) => {
      for (const [at, { now, ring }] of moments.entries()) {
        const { kid } = view(ring).active
        // The key may sign until the next moment; its last token lives on for LONGEST_TOKEN.
        const signedUntil = moments[at + 1]?.now ?? now
        for (const later of moments.slice(at)) {
          if (later.now > signedUntil + LONGEST_TOKEN) break
          const published = publishedKeys(view(later.ring), later.now).map((key) => key.kid)
          expect(published).toContain(kid)
        }
      }
    })
  })

  it('a key that was dropped in an emergency is not published from that moment on', () => {
    always(withEmergencies, (moments) => {
      for (const [at, { step: taken }] of moments.entries()) {
        if (taken?.kind !== 'emergency') continue
        const dropped = view(moments[at - 1]!.ring).active.kid
        for (const { ring } of moments.slice(at))
          expect(ring.keys.map((key) => key.kid)).not.toContain(dropped)
      }
    })
  })

  it('changing settings never changes the key that signs', () => {
    always(withEmergencies, (moments) => {
      for (const [at, { step: taken, ring }] of moments.entries())
        if (taken?.kind === 'configure')
          expect(view(ring).active.kid).toBe(view(moments[at - 1]!.ring).active.kid)
    })
  })

  it('no key signs by itself before verifiers could have fetched it', () => {
    always(
      step,
      (moments) => {
        for (const [at, { now, step: taken, ring }] of moments.entries()) {
          const before = moments[at - 1]?.ring
          if (taken?.kind !== 'advance' || before === undefined) continue
          const { kid } = view(ring).active
          if (kid === view(before).active.kid) continue
          const key = ring.keys.find((candidate) => candidate.kid === kid)!
          expect(now - key.created).toBeGreaterThanOrEqual(PUBLISH_AHEAD_SECONDS)
        }
      },
      500,
    )
  })
})
