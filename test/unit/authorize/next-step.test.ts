/** When a person must sign in (again), when the client is told, and when the authorization goes on. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextStep, type Situation } from '../../../src/authorize/next-step.ts'
import type { Prompt } from '../../../src/protocol/prompt.ts'
import type { SignedIn } from '../../../src/domain/session.ts'
import type { UserStatus } from '../../../src/domain/user-status.ts'

const NOW = 1_800_000_000_000
const BEGAN = NOW - 5000

interface Changes {
  readonly prompts?: readonly Prompt[]
  readonly maxAge?: number
  /** Milliseconds before now; null: nobody is signed in. */
  readonly age?: number | null
  readonly status?: UserStatus
  readonly isAssigned?: boolean
  readonly hint?: string
}

const signedIn = (age: number, status: UserStatus, isAssigned: boolean): SignedIn => ({
  session: {
    id: 's1',
    sid: 'sid1',
    userId: '00u1',
    authenticatedAt: NOW - age,
    amr: ['pwd'],
    expiresAt: NOW + 1,
  },
  person: { id: '00u1', status, profile: {}, groupIds: [], lastUpdated: 1 },
  assignment: isAssigned ? { userName: 'ann' } : null,
})

function situation(changes: Changes): Situation {
  const { prompts = [], maxAge, age = 60_000, status = 'ACTIVE', isAssigned = true, hint } = changes
  return {
    request: { prompts, maxAge: maxAge ?? null },
    signedIn: age === null ? null : signedIn(age, status, isAssigned),
    began: BEGAN,
    wantedUserId: hint ?? null,
    now: NOW,
  }
}

function step(changes: Changes): string {
  const next = nextStep(situation(changes))
  if (next.step === 'sign-in') return next.why
  return next.step === 'error' ? next.error.reason : 'continue'
}

describe('the next step', () => {
  it.each<[string, Changes, interactive: string, silent: string]>([
    ['a session goes on', {}, 'continue', 'continue'],
    ['nobody is signed in', { age: null }, 'no-session', 'login_required'],
    ['the person may not sign in', { status: 'SUSPENDED' }, 'no-session', 'login_required'],
    [
      'wrong passwords locked the person out since',
      { status: 'LOCKED_OUT' },
      'continue',
      'continue',
    ],
    ['the password is expired', { status: 'PASSWORD_EXPIRED' }, 'no-session', 'login_required'],
    ['[OIDC-3.1.2.1] the hint names the person', { hint: '00u1' }, 'continue', 'continue'],
    ['[OIDC-3.1.2.1] the hint names another', { hint: '00u2' }, 'other-person', 'login_required'],
    [
      'the hint names another, just signed in',
      { hint: '00u2', age: 0 },
      'other-person',
      'login_required',
    ],
    ['[OIDC-3.1.2.1] max_age not reached', { maxAge: 61 }, 'continue', 'continue'],
    ['[OIDC-3.1.2.1] max_age reached exactly', { maxAge: 60 }, 'continue', 'continue'],
    ['[OIDC-3.1.2.1] max_age over', { maxAge: 59 }, 'max-age', 'login_required'],
    ['max_age over by a millisecond', { maxAge: 60, age: 60_001 }, 'max-age', 'login_required'],
    ['max_age 0 before the request', { maxAge: 0, age: 5001 }, 'max-age', 'login_required'],
    ['max_age 0 since the request came', { maxAge: 0, age: 5000 }, 'continue', 'continue'],
    ['without the app', { isAssigned: false }, 'user_not_assigned', 'user_not_assigned'],
    ['without the app, too old', { isAssigned: false, maxAge: 1 }, 'max-age', 'login_required'],
  ])('%s', (_, changes, interactive, silent) => {
    expect(step(changes)).toBe(interactive)
    expect(step({ ...changes, prompts: ['none'] })).toBe(silent)
  })

  it('[OIDC-3.1.2.1] prompt=login is satisfied by a sign-in at or after the request only', () => {
    const prompts = ['login'] as const
    expect(step({ prompts, age: 5001 })).toBe('prompt')
    expect(step({ prompts, age: 5000 })).toBe('continue')
    expect(step({ prompts, age: 4999 })).toBe('continue')
    expect(step({ prompts, age: null })).toBe('no-session')
  })

  it('prompt=consent needs no sign-in', () => {
    expect(step({ prompts: ['consent'] })).toBe('continue')
  })

  it('hands on the session with which it continues', () => {
    const asked = situation({})
    expect(nextStep(asked)).toEqual({ step: 'continue', signedIn: asked.signedIn })
  })
})

describe('laws', () => {
  const changes = fc.record({
    prompts: fc.subarray(['none', 'login', 'consent'] as const),
    maxAge: fc.option(fc.nat(120), { nil: undefined }).map((maxAge) => maxAge ?? 2 ** 31 - 1),
    age: fc.option(fc.nat(120_000)),
    status: fc.constantFrom('ACTIVE' as const, 'SUSPENDED' as const, 'DEPROVISIONED' as const),
    isAssigned: fc.boolean(),
  })

  it('prompt=none never asks anybody, and nobody without the app goes on', () => {
    fc.assert(
      fc.property(changes, (asked) => {
        const next = nextStep(situation(asked))
        if (asked.prompts.includes('none')) expect(next.step).not.toBe('sign-in')
        if (next.step !== 'continue') return
        expect(asked).toMatchObject({ isAssigned: true, status: 'ACTIVE' })
      }),
    )
  })

  it('a sign-in just now, of the right person, is enough for every request', () => {
    fc.assert(
      fc.property(changes, (asked) => {
        const fresh = { ...asked, age: 0, status: 'ACTIVE', isAssigned: true } as const
        expect(nextStep(situation(fresh)).step).toBe('continue')
      }),
    )
  })
})
