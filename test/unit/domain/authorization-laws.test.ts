/**
 * What holds for an authorization after any sequence of redemptions, refreshes with whatever was ever handed out or was
 * and did not arrive, ends, and time that passes, against a reference that remembers every token with what may still be done with it.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { promised, redeem, refresh, undelivered, type AuthorizationState, type Step } from '../../../src/domain/authorization-state.ts' // prettier-ignore
import { isAlive } from '../../../src/domain/refresh-family.ts'
import { aCode, anAuthorization, aPerson } from '../support/builders.ts'

const HOLDER = { person: aPerson(), assignment: { userName: 'ada' } }
const IDLE = 100
const LIFE = 400
const LEEWAYS = [0, 1, 30, 60]

type Action =
  | { readonly do: 'redeem' }
  | {
      readonly do: 'refresh'
      /** How many generations back from the newest; below zero one that was never given. */
      readonly back: number
      readonly rotation: 'ROTATE' | 'STATIC'
      readonly leewaySeconds: number
      /** The tokens come to nothing after it was stored. */
      readonly isLost: boolean
    }
  | { readonly do: 'revoke' }
  | { readonly do: 'wait'; readonly seconds: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redeem' as const) }) },
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant('refresh' as const),
      back: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, fc.integer({ min: -1, max: 3 })),
      rotation: fc.constantFrom('ROTATE' as const, 'ROTATE' as const, 'STATIC' as const),
      leewaySeconds: fc.constantFrom(...LEEWAYS),
      isLost: fc.constantFrom(false, false, false, false, true),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.oneof(fc.integer({ min: 0, max: 31 }), fc.constantFrom(99, 100, 101, 300)),
    }),
  },
)

/** Most begin with a redemption, since nothing else does anything before it. */
const sequence: fc.Arbitrary<readonly Action[]> = fc
  .tuple(fc.constantFrom(null, 0, 0, 299, 300), fc.array(action, { maxLength: 40 }))
  .map(([seconds, rest]) =>
    seconds === null ? rest : [{ do: 'wait', seconds }, { do: 'redeem' }, ...rest],
  )

/** The reference: a list of tokens, told apart by their place in it, and when each was superseded. */
class Reference {
  now = 1000
  isDead = false
  isRedeemed = false
  supersededAt: (number | 'owed' | null)[] = []
  begun = 0
  lastUse = 0
  /** The last refresh gave a token that nobody was known to have. */
  isNew = false

  get newest(): number {
    return this.supersededAt.length - 1
  }

  redeem(): string {
    if (this.isDead) return 'unknown'
    if (this.isRedeemed) {
      this.isDead = true
      return 'replayed'
    }
    if (this.now >= 1300) return 'expired'
    this.isRedeemed = true
    this.supersededAt = [null]
    this.begun = this.lastUse = this.now
    return 'token 0'
  }

  refresh(token: number, rotation: string, leeway: number): string {
    if (this.isDead || !this.isRedeemed) return 'unknown'
    if (this.now - this.lastUse >= IDLE || this.now - this.begun >= LIFE) return 'expired'
    const at = this.supersededAt[token]
    const isOwed = this.supersededAt[this.newest - 1] === 'owed'
    this.isNew = isOwed || (at === null && rotation === 'ROTATE')
    if (at === null) {
      this.lastUse = this.now
      if (isOwed) this.supersededAt[token - 1] = this.now
      if (rotation === 'STATIC') return `token ${token}`
      this.supersededAt[token] = this.now
      this.supersededAt.push(null)
      return `token ${token + 1}`
    }
    const isLast = token === this.newest - 1
    if (at === 'owed') {
      this.lastUse = this.supersededAt[token] = this.now
      return `token ${token + 1}`
    }
    if (at !== undefined && isLast && rotation === 'ROTATE' && this.now - at < leeway)
      return `token ${token + 1}`
    this.isDead = true
    return 'replayed'
  }

  lose(): void {
    this.supersededAt[this.newest - 1] = 'owed'
  }
}

const said = (step: Step): string => {
  if (step.kind === 'refused') return step.reason
  return step.kind === 'granted' ? `token ${step.state.family?.generation}` : step.kind
}

function begun(): AuthorizationState {
  const access = { ...anAuthorization().access, refreshWindowSeconds: IDLE, refreshTokenSeconds: LIFE } // prettier-ignore
  return promised(anAuthorization({ access, code: aCode() }))
}

const COMMON = { userId: '00u1', authorizationId: 'oar1', secret: 's', serverId: 'aus1', clientId: 'client-1', notBefore: 0, app: { appId: '0oa1', isImplicit: true }, ruleIds: null } // prettier-ignore

function taken(state: AuthorizationState, one: Action, reference: Reference): [Step, string] {
  const { now } = reference
  if (one.do === 'refresh') {
    const generation = reference.newest - one.back
    const { rotation, leewaySeconds } = one
    const asked = { ...COMMON, generation, scopes: null, rotation, leewaySeconds, now }
    const step = refresh(state, asked, HOLDER)
    return [step, reference.refresh(generation, rotation, leewaySeconds)]
  }
  const asked = { ...COMMON, redirectUri: 'https://app.example/cb', verifierChallenge: 'challenge', mayRefresh: true, now } // prettier-ignore
  return [redeem(state, asked, HOLDER), reference.redeem()]
}

/** Plays actions against both; what was said, and the state after each step. */
function play(
  actions: readonly Action[],
  check: (state: AuthorizationState, r: Reference) => void,
) {
  const reference = new Reference()
  let state = begun()
  const told: string[] = []
  for (const one of actions) {
    if (one.do === 'wait') {
      reference.now += one.seconds
    } else if (one.do === 'revoke') {
      state = { ...state, ended: true }
      reference.isDead = true
    } else {
      const [step, expected] = taken(state, one, reference)
      expect(said(step)).toBe(expected)
      told.push(`${one.do}: ${expected}`)
      if (step.kind !== 'holder-needed') state = step.state
      if (one.do === 'refresh' && one.isLost && step.kind === 'granted') {
        expect(step.isNew).toBe(reference.isNew)
        if (step.isNew) {
          state = undelivered(state)
          reference.lose()
          told.push('lost')
        }
      }
    }
    check(state, reference)
  }
  return told
}

describe('an authorization', () => {
  it('does what the reference does, whatever happens to it', () => {
    fc.assert(
      fc.property(sequence, (actions) => {
        play(actions, (state, reference) => expect(state.ended).toBe(reference.isDead))
      }),
      { numRuns: 2000 },
    )
  })

  it('is redeemed at most once, and nothing is given after it ended', () => {
    fc.assert(
      fc.property(sequence, (actions) => {
        const told = play(actions, () => undefined)
        expect(told.filter((one) => one === 'redeem: token 0').length).toBeLessThan(2)
        const end = told.findIndex((one) => one.endsWith('replayed'))
        if (end >= 0) for (const one of told.slice(end + 1)) expect(one).toContain('unknown')
      }),
    )
  })

  it('never has more than one generation alive beside its current one, and outlives all of them', () => {
    fc.assert(
      fc.property(sequence, (actions) => {
        play(actions, ({ family, aliveUntil }, { now, newest }) => {
          if (family === null) return
          const alive = Array.from({ length: newest + 3 }, (_, at) => at - 1).filter((generation) => isAlive(family, generation, now)) // prettier-ignore
          expect(alive.every((one) => one === newest || one === newest - 1)).toBe(true)
          if (alive.length > 0) expect(aliveUntil).toBeGreaterThan(now)
        })
      }),
    )
  })

  it('is led through everything by these sequences', () => {
    const seen = new Map<string, number>()
    const samples = fc.sample(sequence, { numRuns: 300, seed: 1 })
    for (const one of samples.flatMap((actions) => play(actions, () => undefined)))
      seen.set(one, (seen.get(one) ?? 0) + 1)
    const answers = ['redeem: token 0', 'redeem: replayed', 'redeem: expired', 'refresh: token 1', 'refresh: token 3', 'refresh: replayed', 'refresh: expired', 'refresh: unknown', 'lost'] // prettier-ignore
    expect(answers.filter((one) => (seen.get(one) ?? 0) < 3)).toEqual([])
  })
})
