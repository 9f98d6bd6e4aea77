/** Custom claims of access tokens: which are in, with what value, and when issuance must fail. */
import { describe, expect, it } from 'vitest'
import { compileClaims, evaluateClaims, type ClaimsOutcome } from '../../../src/claims/evaluate.ts'
import {
  RESERVED_CLAIM_NAMES,
  SUBJECT_EXPRESSION,
  systemClaims,
  type Claim,
} from '../../../src/domain/claim.ts'
import { limits } from '../../../src/platform/limits.ts'
import { aClaim, aClient } from '../support/builders.ts'

const client = aClient({ profile: { region: 'eu', level: 3, tags: ['a'], cleared: '' } })

const evaluated = (
  claims: readonly Claim[],
  granted: readonly string[] = ['read'],
): ClaimsOutcome =>
  evaluateClaims(compileClaims([...systemClaims('aus1'), ...claims]), client, granted)

const claimsOf = (outcome: ClaimsOutcome): unknown =>
  outcome.outcome === 'evaluated' ? outcome.claims : outcome

const subjectClaim = (changes: Partial<Claim>): readonly Claim[] =>
  systemClaims('aus1').map((claim) => (claim.name === 'sub' ? { ...claim, ...changes } : claim))

describe('which claims are in an access token', () => {
  it('has no custom claims and the client id as subject when nothing is configured', () => {
    expect(evaluated([])).toEqual({ outcome: 'evaluated', subject: 'client-1', claims: [] })
  })

  it('includes a claim without scopes whatever is granted', () => {
    expect(claimsOf(evaluated([aClaim()], []))).toEqual([['colour', 'blue']])
  })

  it('includes a claim with scopes when at least one of them is granted', () => {
    const claim = aClaim({ scopes: ['write', 'read'] })
    expect(claimsOf(evaluated([claim], ['read']))).toEqual([['colour', 'blue']])
    expect(claimsOf(evaluated([claim], ['other']))).toEqual([])
    expect(claimsOf(evaluated([claim], []))).toEqual([])
  })

  it('leaves out inactive claims, even broken ones', () => {
    const broken = aClaim({ name: 'b', status: 'INACTIVE', value: '?' })
    expect(claimsOf(evaluated([aClaim({ status: 'INACTIVE' }), broken]))).toEqual([])
  })

  it('leaves out claims of ID tokens, even broken ones', () => {
    expect(claimsOf(evaluated([aClaim({ claimType: 'IDENTITY', value: '?' })]))).toEqual([])
  })

  it('leaves out a group filter: a client has no groups', () => {
    const groups = aClaim({ name: 'groups', valueType: 'GROUPS', value: '.*' })
    expect(claimsOf(evaluated([groups]))).toEqual([])
  })

  it('leaves out a claim whose value is null', () => {
    const claims = [aClaim({ value: 'null' }), aClaim({ name: 'b', value: 'app.profile.missing' })]
    expect(claimsOf(evaluated(claims))).toEqual([])
  })

  it('keeps a value that is empty, zero or false', () => {
    const claims = [
      aClaim({ name: 'a', value: 'app.profile.cleared' }),
      aClaim({ name: 'b', value: '0' }),
      aClaim({ name: 'c', value: 'false' }),
      aClaim({ name: 'd', value: '{}' }),
    ]
    expect(claimsOf(evaluated(claims))).toEqual([
      ['a', ''],
      ['b', 0],
      ['c', false],
      ['d', []],
    ])
  })

  it('keeps the type of each value', () => {
    const claims = [
      aClaim({ name: 'text', value: 'app.profile.region' }),
      aClaim({ name: 'number', value: 'app.profile.level' }),
      aClaim({ name: 'boolean', value: 'true' }),
      aClaim({ name: 'array', value: "{1, 'two'}" }),
      aClaim({ name: 'scopes-granted', value: 'access.scope' }),
    ]
    expect(claimsOf(evaluated(claims, ['read', 'write']))).toEqual([
      ['text', 'eu'],
      ['number', 3],
      ['boolean', true],
      ['array', [1, 'two']],
      ['scopes-granted', ['read', 'write']],
    ])
  })

  it('never lets a reserved name reach a token, whatever is stored', () => {
    const stored = [...RESERVED_CLAIM_NAMES].map((name) => aClaim({ name, value: "'taken'" }))
    const outcome = evaluated(stored)
    const names = outcome.outcome === 'evaluated' ? outcome.claims.map(([name]) => name) : []
    expect(names.join(' ')).toBe('')
  })
})

describe('when issuance fails', () => {
  it('fails on a claim that cannot be compiled, and names it', () => {
    expect(evaluated([aClaim(), aClaim({ name: 'broken', value: 'user.email' })])).toEqual({
      outcome: 'failed',
      claim: 'broken',
    })
  })

  it('fails on a broken claim although its scope is not granted: it cannot be told what it is', () => {
    expect(evaluated([aClaim({ name: 'broken', value: '', scopes: ['other'] })]).outcome).toBe(
      'failed',
    )
  })

  it('fails on an expression claim without an expression', () => {
    expect(evaluated([aClaim({ value: null })])).toEqual({ outcome: 'failed', claim: 'colour' })
  })

  const withProfile = (text: string): ClaimsOutcome =>
    evaluateClaims(
      compileClaims([aClaim({ value: 'app.profile.text' })]),
      aClient({ profile: { text } }),
      [],
    )

  it(`fails on a value of more than ${limits.claimValueBytesMax} bytes`, () => {
    expect(withProfile('a'.repeat(limits.claimValueBytesMax - 2)).outcome).toBe('evaluated')
    expect(withProfile('a'.repeat(limits.claimValueBytesMax - 1))).toEqual({
      outcome: 'failed',
      claim: 'colour',
    })
  })

  it('measures a value in bytes, not in characters', () => {
    expect(withProfile('€'.repeat(limits.claimValueBytesMax / 2)).outcome).toBe('failed')
  })
})

describe('the subject', () => {
  const subjectOf = (changes: Partial<Claim>): ClaimsOutcome =>
    evaluateClaims(compileClaims(subjectClaim(changes)), client, ['read'])

  it('is the client id by the system expression', () => {
    expect(subjectOf({ value: SUBJECT_EXPRESSION })).toMatchObject({ subject: 'client-1' })
  })

  it('follows an edited expression', () => {
    expect(subjectOf({ value: 'app.profile.region' })).toEqual({
      outcome: 'evaluated',
      subject: 'eu',
      claims: [],
    })
  })

  it.each([
    ['null', 'app.profile.missing'],
    ['empty', 'app.profile.cleared'],
    ['a number', 'app.profile.level'],
    ['an array', 'access.scope'],
  ])('that is %s makes issuance fail', (_, expression) => {
    expect(subjectOf({ value: expression })).toEqual({ outcome: 'failed', claim: 'sub' })
  })

  it('that cannot be compiled makes issuance fail', () => {
    expect(subjectOf({ value: 'user.login' })).toEqual({ outcome: 'failed', claim: 'sub' })
  })
})
