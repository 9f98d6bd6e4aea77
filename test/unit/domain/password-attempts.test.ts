/** When wrong passwords lock a user out, and who lets the user in again: one rule, held against every order of events. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  counted,
  givenBack,
  LOCKABLE,
  LOCKED_OUT,
  NO_ATTEMPTS,
  standing,
  type Attempts,
} from '../../../src/domain/password-attempts.ts'
import { limits } from '../../../src/platform/limits.ts'

const MAX = limits.passwordAttemptsMax

const after = (failures: number, recorded = false): Attempts => ({ failures, recorded })

describe('wrong passwords', () => {
  it("lock out at Okta's default of ten, and not before", () => {
    expect(MAX).toBe(10)
    expect(standing(after(MAX - 1), 'ACTIVE').kind).toBe('open')
    expect(standing(after(MAX), 'ACTIVE')).toMatchObject({ kind: 'locked', unrecorded: true })
    expect(standing(after(MAX + 1), 'ACTIVE').kind).toBe('locked')
  })

  it('wait to be recorded where the status cannot be one of a lockout', () => {
    for (const status of ['SUSPENDED', 'STAGED', 'PROVISIONED', 'DEPROVISIONED'])
      expect(standing(after(MAX), status)).toMatchObject({ kind: 'locked', unrecorded: false })
    for (const status of LOCKABLE)
      expect(standing(after(MAX), status)).toMatchObject({ kind: 'locked', unrecorded: true })
  })

  it('count for nothing once an administrator has changed the status of a recorded lockout', () => {
    expect(standing(after(MAX, true), 'ACTIVE')).toEqual({ kind: 'open', attempts: NO_ATTEMPTS })
    expect(standing(after(MAX, true), LOCKED_OUT).kind).toBe('locked')
  })

  it('are not needed where the database says LOCKED_OUT', () => {
    expect(standing(NO_ATTEMPTS, LOCKED_OUT).kind).toBe('locked')
  })

  it('are given back when an attempt came to nothing', () => {
    expect(givenBack(counted(after(3)))).toEqual(after(3))
    expect(givenBack(NO_ATTEMPTS)).toEqual(NO_ATTEMPTS)
  })
})

/** A user as the object and the database see them; D1 may be away, or commit without an answer. */
interface World {
  attempts: Attempts
  status: string
  triedInARow: number
}

const step = fc.constantFrom(
  'wrong',
  'wrong',
  'wrong, database away',
  'wrong, answer of the database lost',
  'right',
  'unlock',
  'suspend',
  'unsuspend',
)

function attempt(world: World, step: string): void {
  const stands = standing(world.attempts, world.status)
  const record = (): void => {
    if (step === 'wrong, database away' || !LOCKABLE.includes(world.status)) return
    world.status = LOCKED_OUT
    if (step !== 'wrong, answer of the database lost')
      world.attempts = { ...world.attempts, recorded: true }
  }
  world.attempts = stands.attempts
  if (stands.kind === 'locked') {
    if (stands.unrecorded) record()
    return
  }
  world.triedInARow = step === 'right' ? 0 : world.triedInARow + 1
  world.attempts = step === 'right' ? NO_ATTEMPTS : counted(world.attempts)
  if (world.attempts.failures >= MAX) record()
}

describe('in whatever order things happen', () => {
  it('no more than ten wrong passwords are tried without a right one or an administrator between', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const world: World = { attempts: NO_ATTEMPTS, status: 'ACTIVE', triedInARow: 0 }
        for (const step of steps) {
          if (step === 'unlock') {
            if (world.status === LOCKED_OUT) {
              world.status = 'ACTIVE'
              world.attempts = NO_ATTEMPTS
              world.triedInARow = 0
            }
          } else if (step === 'suspend') {
            if (world.status === 'ACTIVE') world.status = 'SUSPENDED'
          } else if (step === 'unsuspend') {
            if (world.status === 'SUSPENDED') world.status = 'ACTIVE'
          } else attempt(world, step)
          expect(world.triedInARow).toBeLessThanOrEqual(MAX)
        }
      }),
    )
  })

  it('whoever is locked out can be let in again, also by the status alone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const world: World = { attempts: NO_ATTEMPTS, status: 'ACTIVE', triedInARow: 0 }
        for (const step of steps)
          if (step.startsWith('wrong') || step === 'right') attempt(world, step)
        if (world.status !== LOCKED_OUT) return
        // The next attempt learns that the database knows.
        attempt(world, 'wrong')
        world.status = 'ACTIVE'
        expect(standing(world.attempts, world.status).kind).toBe('open')
      }),
    )
  })
})
