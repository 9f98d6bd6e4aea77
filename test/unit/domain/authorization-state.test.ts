/** What a code and a refresh token are refused for, in which order, and that only success and a replay change anything. */
import { describe, expect, it } from 'vitest'
import type { GrantRefusal } from '../../../src/domain/authorization-record.ts'
import {
  givenDirectly,
  promised,
  redeem,
  refresh,
  undelivered,
  type AuthorizationState,
  type Holder,
  type Step,
} from '../../../src/domain/authorization-state.ts'
import { USER_STATUSES } from '../../../src/domain/user-status.ts'
import type { Redemption, Refresh } from '../../../src/domain/subjects.ts'
import { aCode, anAuthorization, aPerson } from '../support/builders.ts'

const HOLDER: Holder = { person: aPerson(), assignment: { userName: 'ada' } }
const app = { appId: '0oa1', isImplicit: false }

const aRedemption = (changes: Partial<Redemption> = {}): Redemption => ({
  userId: '00u1',
  authorizationId: 'oar1',
  secret: 'code-secret',
  serverId: 'aus1',
  clientId: 'client-1',
  notBefore: 0,
  app,
  redirectUri: 'https://app.example/cb',
  verifierChallenge: 'challenge',
  ruleIds: ['rul1'],
  mayRefresh: true,
  now: 1001,
  ...changes,
})

const aRefresh = (changes: Partial<Refresh> = {}): Refresh => ({
  userId: '00u1',
  authorizationId: 'oar1',
  generation: 0,
  secret: 'secret',
  serverId: 'aus1',
  clientId: 'client-1',
  notBefore: 0,
  app,
  scopes: null,
  ruleIds: ['rul1'],
  rotation: 'ROTATE',
  leewaySeconds: 30,
  now: 1002,
  ...changes,
})

const code = (changes = {}, record = {}): AuthorizationState =>
  promised(anAuthorization({ code: aCode(changes), ...record }))

const granted = (step: Step): AuthorizationState => {
  if (step.kind !== 'granted') throw new Error(JSON.stringify(step))
  return step.state
}

const family = (): AuthorizationState => granted(redeem(code(), aRedemption(), HOLDER))

const reasonOf = (step: Step): GrantRefusal | 'granted' | 'holder-needed' =>
  step.kind === 'refused' ? step.reason : step.kind

const redeeming = (changes: Partial<Redemption>, state = code(), holder: Holder | null = HOLDER) =>
  reasonOf(redeem(state, aRedemption(changes), holder))

const refreshing = (changes: Partial<Refresh>, state = family(), holder: Holder | null = HOLDER) =>
  reasonOf(refresh(state, aRefresh(changes), holder))

describe('a code', () => {
  it('[RFC6749-4.1.3] is redeemed by its client at its server only', () => {
    expect(redeeming({})).toBe('granted')
    expect(redeeming({ clientId: 'other' })).toBe('other-client')
    expect(redeeming({ serverId: 'org' })).toBe('other-server')
  })

  it('is dead when it was given before the second from which its client counts', () => {
    expect(redeeming({ notBefore: 999 })).toBe('granted')
    expect(redeeming({ notBefore: 1000 })).toBe('granted')
    expect(redeeming({ notBefore: 1001 })).toBe('expired')
    expect(refreshing({ notBefore: 1000 })).toBe('granted')
    expect(refreshing({ notBefore: 1001 })).toBe('expired')
  })

  it('[RFC6749-4.1.2] is over at the second at which it expires', () => {
    expect(redeeming({ now: 1299 })).toBe('granted')
    expect(redeeming({ now: 1300 })).toBe('expired')
    expect(redeeming({ now: 1301 })).toBe('expired')
  })

  it('[RFC6749-4.1.2] used a second time ends the authorization, also after it expired', () => {
    for (const now of [1002, 1300]) {
      const step = redeem(family(), aRedemption({ now }), HOLDER)
      expect(step).toMatchObject({ kind: 'refused', reason: 'replayed', ended: true })
      const { state } = step as Step & { kind: 'refused' }
      expect(state.ended).toBe(true)
      expect(redeeming({}, state)).toBe('unknown')
      expect(refreshing({}, state)).toBe('unknown')
    }
    expect(redeeming({ clientId: 'other' }, family())).toBe('other-client')
  })

  it('[RFC6749-4.1.3] needs the redirect URI, byte by byte, unless the request named none', () => {
    expect(redeeming({ redirectUri: null })).toBe('redirect-uri')
    expect(redeeming({ redirectUri: 'https://app.example/CB' })).toBe('redirect-uri')
    expect(redeeming({ redirectUri: '' })).toBe('redirect-uri')
    const implied = code({ isRedirectUriImplied: true })
    expect(redeeming({ redirectUri: null }, implied)).toBe('granted')
    expect(redeeming({}, implied)).toBe('granted')
    expect(redeeming({ redirectUri: 'https://other.example/' }, implied)).toBe('redirect-uri')
  })

  it('[RFC7636-4.6] needs the verifier of its challenge, and takes none without', () => {
    expect(redeeming({ verifierChallenge: null })).toBe('verifier-missing')
    expect(redeeming({ verifierChallenge: 'other' })).toBe('verifier-wrong')
    const open = code({ codeChallenge: null })
    expect(redeeming({ verifierChallenge: null }, open)).toBe('granted')
    expect(redeeming({}, open)).toBe('challenge-missing')
  })

  it('needs the rule that gave it, where there are rules', () => {
    expect(redeeming({ ruleIds: [] })).toBe('rule-gone')
    expect(redeeming({ ruleIds: ['rul2', 'rul1'] })).toBe('granted')
    expect(redeeming({ ruleIds: null })).toBe('granted')
  })

  it('needs a person who is active, or was locked out since, and has the app', () => {
    for (const status of USER_STATUSES)
      expect(redeeming({}, code(), { ...HOLDER, person: aPerson({ status }) })).toBe(
        ['ACTIVE', 'LOCKED_OUT'].includes(status) ? 'granted' : 'user-inactive',
      )
    expect(redeeming({}, code(), { person: null, assignment: null })).toBe('user-inactive')
    expect(redeeming({}, code(), { ...HOLDER, assignment: null })).toBe('not-assigned')
  })

  it('asks for the person only when everything else is right', () => {
    expect(redeeming({}, code(), null)).toBe('holder-needed')
    expect(redeeming({ ruleIds: [] }, code(), null)).toBe('rule-gone')
    expect(redeeming({}, family(), null)).toBe('replayed')
  })

  it('begins a family for who was given offline access and may refresh', () => {
    expect(family().family).toMatchObject({ generation: 0, idleExpires: 1001 + 7 * 86_400 })
    expect(family().aliveUntil).toBe(1001 + 7 * 86_400)
    const not = granted(redeem(code(), aRedemption({ mayRefresh: false }), HOLDER))
    expect([not.family, not.redeemedAt, not.aliveUntil]).toEqual([null, 1001, 1001 + 3600])
    const online = code({}, { scopes: ['openid'] })
    expect(granted(redeem(online, aRedemption(), HOLDER)).family).toBeNull()
  })

  it('[order] is refused for the first reason that applies', () => {
    const wrong: readonly (readonly [GrantRefusal, Partial<Redemption>])[] = [
      ['other-client', { clientId: 'other' }],
      ['other-server', { serverId: 'org' }],
      ['expired', { now: 1300 }],
      ['redirect-uri', { redirectUri: null }],
      ['verifier-missing', { verifierChallenge: null }],
      ['rule-gone', { ruleIds: [] }],
    ]
    for (const at of wrong.keys()) {
      const changes: Partial<Redemption> = Object.assign({}, ...wrong.slice(at).map(([, c]) => c))
      const state = code()
      const step = redeem(state, aRedemption(changes), { person: null, assignment: null })
      expect(step).toEqual({ kind: 'refused', reason: wrong[at]![0], ended: false, state })
    }
  })
})

describe('a refresh token', () => {
  it('[RFC6749-6] is for its client and server, and for no more than was granted', () => {
    expect(refreshing({})).toBe('granted')
    expect(refreshing({ clientId: 'other' })).toBe('other-client')
    expect(refreshing({ serverId: 'org' })).toBe('other-server')
    expect(refreshing({ scopes: ['read'] })).toBe('granted')
    expect(refreshing({ scopes: ['read', 'write'] })).toBe('scope')
  })

  it('[RFC9700-4.14.2] that was used up ends the authorization', () => {
    const rotated = granted(refresh(family(), aRefresh(), HOLDER))
    const step = refresh(rotated, aRefresh({ now: 1032, scopes: ['write'] }), HOLDER)
    expect(step).toMatchObject({ reason: 'replayed', ended: true, state: { ended: true } })
  })

  it('needs the rule, the person and the app as the code did', () => {
    expect(refreshing({ ruleIds: ['rul2'] })).toBe('rule-gone')
    expect(refreshing({ ruleIds: null })).toBe('granted')
    expect(refreshing({}, family(), { ...HOLDER, assignment: null })).toBe('not-assigned')
    const person = aPerson({ status: 'SUSPENDED' })
    expect(refreshing({}, family(), { ...HOLDER, person })).toBe('user-inactive')
  })

  it('is unknown where there is no family', () => {
    expect(refreshing({}, code())).toBe('unknown')
    expect(redeeming({}, givenDirectly(anAuthorization({ code: null }), true))).toBe('unknown')
  })

  it('[order] is refused for the first reason that applies, and changes nothing but by a replay', () => {
    const wrong: readonly (readonly [GrantRefusal, Partial<Refresh>])[] = [
      ['other-client', { clientId: 'other' }],
      ['other-server', { serverId: 'org' }],
      ['expired', { now: 1001 + 7 * 86_400 }],
      ['replayed', { generation: 5 }],
      ['scope', { scopes: ['write'] }],
      ['rule-gone', { ruleIds: [] }],
    ]
    for (const at of wrong.keys()) {
      const changes: Partial<Refresh> = Object.assign({}, ...wrong.slice(at).map(([, c]) => c))
      const state = family()
      const step = refresh(state, aRefresh(changes), { person: null, assignment: null })
      const [reason] = wrong[at]!
      const ended = reason === 'replayed'
      expect(step).toEqual({ kind: 'refused', reason, ended, state: { ...state, ended } })
    }
  })

  it('keeps the authorization for as long as what was given lives', () => {
    const state = promised(
      anAuthorization({
        scopes: ['offline_access', 'read'],
        access: { ...anAuthorization().access, refreshWindowSeconds: 100, accessTokenSeconds: 500 },
      }),
    )
    expect(state.aliveUntil).toBe(1500)
    const tokens = promised({ ...state.record, code: null })
    expect([tokens.aliveUntil, tokens.redeemedAt]).toEqual([1500, 1000])
    const redeemed = granted(redeem(state, aRedemption({ now: 1290 }), HOLDER))
    expect(redeemed.aliveUntil).toBe(1790)
    const refreshed = granted(refresh(redeemed, aRefresh({ now: 1300 }), HOLDER))
    expect(refreshed.aliveUntil).toBe(1800)
    const again = granted(refresh(refreshed, aRefresh({ now: 1310 }), HOLDER))
    expect(again.aliveUntil).toBe(1810)
    expect(again.family).toEqual(refreshed.family)
    const signIn = promised({ ...state.record, scopes: ['openid'] })
    expect(signIn.aliveUntil).toBe(1000 + 3600)
  })

  it('keeps it for as long as a hook may let tokens live, from whenever its rule has one', () => {
    const DAY = 86_400
    const { access } = anAuthorization()
    const shortly = { ...access, refreshWindowSeconds: 100, accessTokenSeconds: 500 }
    const plain = promised(anAuthorization({ access: shortly, scopes: ['offline_access'] }))
    const hooked = { ...plain.record, access: { ...shortly, isHooked: true } }
    expect(promised(hooked).aliveUntil).toBe(1000 + DAY)
    expect(givenDirectly({ ...hooked, code: null }, false).aliveUntil).toBe(1000 + DAY)
    for (const [hookedRuleIds, seconds] of [
      [['rul2', 'rul1'], DAY],
      [['rul2'], 500],
      [[], 500],
    ] as const) {
      const redeemed = granted(redeem(plain, aRedemption({ hookedRuleIds }), HOLDER))
      expect(redeemed.aliveUntil).toBe(1001 + seconds)
      const first = granted(redeem(plain, aRedemption(), HOLDER))
      const refreshed = granted(refresh(first, aRefresh({ hookedRuleIds }), HOLDER))
      expect(refreshed.aliveUntil).toBe(1002 + seconds)
    }
  })
})

describe('tokens that reached nobody', () => {
  it('at first leave the code good, once, and nothing else', () => {
    for (const scopes of [['openid', 'offline_access'], ['openid']]) {
      const redeemed = granted(redeem(code({}, { scopes }), aRedemption(), HOLDER))
      expect(redeeming({}, redeemed)).toBe('replayed')
      const open = undelivered(redeemed)
      expect(refreshing({}, open)).toBe('unknown')
      const again = redeem(open, aRedemption(), HOLDER)
      expect(granted(again)).toEqual(redeemed)
      expect(redeeming({}, granted(again))).toBe('replayed')
    }
  })

  it('of a code that expires meanwhile are not given any more', () => {
    const open = undelivered(granted(redeem(code(), aRedemption(), HOLDER)))
    const { expires } = open.record.code!
    expect(redeeming({ now: expires - 1 }, open)).toBe('granted')
    expect(redeeming({ now: expires }, open)).toBe('expired')
  })

  it('leave nothing of an authorization without a code', () => {
    const state = givenDirectly(code({}, {}).record, true)
    const direct = { ...state, record: { ...state.record, code: null } }
    expect(undelivered(direct)).toEqual({ ...direct, ended: true })
  })

  it('later leave the refresh token good that was presented, until it is used again', () => {
    const strict = { leewaySeconds: 0 }
    const step = refresh(family(), aRefresh(strict), HOLDER)
    expect(step).toMatchObject({ kind: 'granted', isNew: true })
    const rotated = granted(step)
    expect(refreshing({ ...strict, now: 2000 }, rotated)).toBe('replayed')
    const owed = undelivered(rotated)
    const again = refresh(owed, aRefresh({ ...strict, now: 2000 }), HOLDER)
    expect(again).toMatchObject({ kind: 'granted', isNew: true, state: { ended: false } })
    expect(granted(again).family?.generation).toBe(1)
    expect(refreshing({ ...strict, now: 2001 }, granted(again))).toBe('replayed')
    expect(refreshing({ ...strict, generation: 1, now: 2001 }, granted(again))).toBe('granted')
  })

  it('are none where a predecessor is given what was given before', () => {
    const rotated = granted(refresh(family(), aRefresh(), HOLDER))
    const predecessor = refresh(rotated, aRefresh({ now: 1003 }), HOLDER)
    expect(predecessor).toMatchObject({ kind: 'granted', isNew: false })
  })
})
