/** The table of a user's statuses: laws that hold for every action in every status. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  initialStatus,
  isAllowed,
  STATUSES_IN_USE,
  transition,
  USER_STATUSES,
  type UserAction,
  type UserStatus,
} from '../../../src/domain/user-status.ts'

const ACTIONS: readonly UserAction[] = [
  'activate',
  'reactivate',
  'deactivate',
  'suspend',
  'unsuspend',
  'unlock',
  'resetFactors',
  'expirePassword',
  'expireWithTemporaryPassword',
  'resetPassword',
  'setPassword',
  'changePassword',
  'changeRecoveryQuestion',
  'forgotPassword',
]

const status = fc.constantFrom(...USER_STATUSES)
const action = fc.constantFrom(...ACTIONS)

const after = (does: UserAction, from: UserStatus, hasPassword: boolean): UserStatus | null => {
  const next = transition(does, { status: from, hasPassword })
  return 'status' in next ? next.status : null
}

describe('transitions', () => {
  it('lead to a status or are refused, and say beforehand which', () => {
    fc.assert(
      fc.property(action, status, fc.boolean(), (does, from, hasPassword) => {
        const next = transition(does, { status: from, hasPassword })
        expect('status' in next).toBe(isAllowed(does, { status: from, hasPassword }))
        if ('status' in next) expect(USER_STATUSES).toContain(next.status)
        else expect(next.refused).toMatch(/^E00000(01|16|32|34|38)$/)
      }),
    )
  })

  it('reach everybody but the deprovisioned by deactivation, and these by activation alone', () => {
    for (const from of USER_STATUSES) {
      expect(after('deactivate', from, true)).toBe(
        from === 'DEPROVISIONED' ? null : 'DEPROVISIONED',
      )
      for (const does of ACTIONS)
        if (from === 'DEPROVISIONED' && does !== 'activate')
          expect(after(does, from, true)).toBeNull()
    }
  })

  it('make nobody active who has no password, but by giving one or ending a suspension', () => {
    fc.assert(
      fc.property(action, status, (does, from) => {
        const gives = ['setPassword', 'unsuspend', 'unlock'].includes(does)
        if (after(does, from, false) === 'ACTIVE' && from !== 'ACTIVE') expect(gives).toBe(true)
      }),
    )
  })

  it('bring back a suspended user by unsuspend only, however else they are changed', () => {
    for (const does of ACTIONS)
      if (after(does, 'SUSPENDED', true) === 'ACTIVE') expect(does).toBe('unsuspend')
    expect(after('suspend', 'ACTIVE', true)).toBe('SUSPENDED')
  })

  it('keep a new password from anybody who was put off duty', () => {
    for (const from of ['SUSPENDED', 'DEPROVISIONED'] as const)
      expect([after('setPassword', from, true) ?? from, STATUSES_IN_USE.includes(from)]).toEqual([
        from,
        false,
      ])
  })

  it('are what Okta documents, one by one', () => {
    expect(after('activate', 'STAGED', false)).toBe('PROVISIONED')
    expect(after('activate', 'STAGED', true)).toBe('ACTIVE')
    expect(transition('activate', { status: 'ACTIVE', hasPassword: true })).toEqual({
      refused: 'E0000016',
    })
    expect(transition('reactivate', { status: 'ACTIVE', hasPassword: true })).toEqual({
      refused: 'E0000038',
    })
    expect(transition('suspend', { status: 'STAGED', hasPassword: true })).toEqual({
      refused: 'E0000001',
    })
    expect(transition('unlock', { status: 'STAGED', hasPassword: true })).toEqual({
      refused: 'E0000032',
    })
    expect(transition('forgotPassword', { status: 'RECOVERY', hasPassword: true })).toEqual({
      refused: 'E0000034',
    })
    expect(after('unlock', 'LOCKED_OUT', true)).toBe('ACTIVE')
    expect(after('expirePassword', 'ACTIVE', true)).toBe('PASSWORD_EXPIRED')
    expect(after('expirePassword', 'ACTIVE', false)).toBeNull()
    expect(after('resetPassword', 'ACTIVE', true)).toBe('RECOVERY')
    expect(after('changePassword', 'RECOVERY', true)).toBe('ACTIVE')
    expect(after('changePassword', 'PASSWORD_EXPIRED', true)).toBe('ACTIVE')
  })
})

describe('a new user', () => {
  it('begins as the options say', () => {
    expect(initialStatus(false, true, false)).toBe('STAGED')
    expect(initialStatus(true, false, false)).toBe('PROVISIONED')
    expect(initialStatus(true, true, false)).toBe('ACTIVE')
    expect(initialStatus(true, true, true)).toBe('PASSWORD_EXPIRED')
  })
})
