/** Custom claims of access tokens: which are in, with what value, and when issuance must fail. */
import { describe, expect, it } from 'vitest'
import { compileClaims, compiledGroupsClaim } from '../../../src/claims/compile.ts'
import {
  evaluateClaims,
  evaluateIdentity,
  explainClaims,
  type ClaimSituation,
} from '../../../src/claims/evaluate.ts'
import { IDENTITY_CLAIM_NAMES } from '../../../src/claims/identity.ts'
import {
  RESERVED_CLAIM_NAMES,
  SUBJECT_EXPRESSION,
  systemClaims,
  type Claim,
} from '../../../src/domain/claim.ts'
import { limits } from '../../../src/platform/limits.ts'
import { aClaim, aClient } from '../support/builders.ts'

const client = aClient({ profile: { region: 'eu', level: 3, tags: ['a'], cleared: '' } })

type Outcome = ReturnType<typeof evaluateClaims>

const situation = (changes: Partial<ClaimSituation> = {}): ClaimSituation => ({
  client,
  grantedScopes: ['read'],
  grantType: 'client_credentials',
  user: null,
  amr: null,
  nowMillis: 1_415_386_800_000,
  ...changes,
})

const compiled = (claims: readonly Claim[]) =>
  compileClaims(claims, { origin: 'https://acme.id.example', orgName: 'Acme' })

const evaluated = (claims: readonly Claim[], granted: readonly string[] = ['read']): Outcome =>
  evaluateClaims(
    compiled([...systemClaims('aus1'), ...claims]),
    situation({ grantedScopes: granted }),
  )

const claimsOf = (outcome: Outcome): unknown =>
  outcome.outcome === 'evaluated' ? Object.entries(outcome.claims ?? {}) : outcome

const subjectClaim = (changes: Partial<Claim>): readonly Claim[] =>
  systemClaims('aus1').map((claim) => (claim.name === 'sub' ? { ...claim, ...changes } : claim))

describe('which claims are in an access token', () => {
  it('has no custom claims and the client id as subject when nothing is configured', () => {
    expect(evaluated([])).toEqual({ outcome: 'evaluated', subject: 'client-1', claims: null })
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
    const groups = aClaim({
      name: 'groups',
      valueType: 'GROUPS',
      groupFilterType: 'REGEX',
      value: '.*',
    })
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
    const names = outcome.outcome === 'evaluated' ? Object.keys(outcome.claims ?? {}) : []
    expect(names.join(' ')).toBe('')
  })
})

describe('when issuance fails', () => {
  it('fails on a claim that cannot be compiled, and names it', () => {
    expect(
      evaluated([aClaim(), aClaim({ name: 'broken', value: 'getFilteredGroups({}, "", 1)' })]),
    ).toEqual({
      outcome: 'failed',
      claim: 'broken',
      fault: 'unreadable',
    })
  })

  it('is not failed by a broken claim whose scope is not granted', () => {
    const broken = aClaim({ name: 'broken', value: '', scopes: ['other'] })
    expect(claimsOf(evaluated([broken]))).toEqual([])
    expect(evaluated([broken], ['other']).outcome).toBe('failed')
  })

  it('fails on an expression claim without an expression', () => {
    expect(evaluated([aClaim({ value: null })])).toEqual({
      outcome: 'failed',
      claim: 'colour',
      fault: 'unreadable',
    })
  })

  const withProfile = (text: string): Outcome =>
    evaluateClaims(
      compiled([aClaim({ value: 'app.profile.text' })]),
      situation({ client: aClient({ profile: { text } }) }),
    )

  /** Beside the scopes, and the name and the quotes of one claim. */
  const room = limits.customClaimsBytesMax - '["read"]'.length - '"colour":"",'.length

  it(`fails on a claim of more than ${limits.customClaimsBytesMax} bytes with the scopes`, () => {
    expect(withProfile('a'.repeat(room)).outcome).toBe('evaluated')
    expect(withProfile('a'.repeat(room + 1))).toEqual({
      outcome: 'failed',
      claim: 'colour',
      fault: 'too-large',
    })
  })

  it('measures a value in bytes, not in characters', () => {
    expect(withProfile('€'.repeat(room / 2)).outcome).toBe('failed')
  })

  const sharing = (count: number, changes: Partial<Claim>, profile: object): Outcome =>
    evaluateClaims(
      compiled(Array.from({ length: count }, (_, at) => aClaim({ name: `c${at}`, ...changes }))),
      situation({ client: aClient({ profile: profile as never }) }),
    )

  it('fails on the first of many claims for which there is no room beside the others', () => {
    const profile = { text: 'a'.repeat(1000) }
    const changes = { value: 'app.profile.text' }
    expect(sharing(9, changes, profile).outcome).toBe('evaluated')
    expect(sharing(10, changes, profile)).toEqual({
      outcome: 'failed',
      claim: 'c9',
      fault: 'too-large',
    })
  })

  it('fails on a value too large to be written, before it is', () => {
    const list = Array.from({ length: 15_000 }, () => 0)
    const value = `{${Array.from({ length: 60 }, () => 'app.profile.list').join()}}`
    expect(sharing(1, { value }, { list })).toMatchObject({ fault: 'too-large' })
  })

  it('fails on the first of many claims which together take too many steps', () => {
    const profile = { text: 'a'.repeat(30_000) }
    const changes = { value: 'String.len(app.profile.text)' }
    const enough = Math.floor(limits.expressionStepsMax / 30_100)
    expect(sharing(enough, changes, profile).outcome).toBe('evaluated')
    expect(sharing(500, changes, profile)).toEqual({
      outcome: 'failed',
      claim: `c${enough}`,
      fault: 'no-value',
    })
  })

  it('looks for the scopes of many claims in many that are granted', () => {
    const names = (prefix: string, count: number): string[] =>
      Array.from({ length: count }, (_, at) => `${prefix}${at}`)
    const claims = names('c', 500).map((name) => aClaim({ name, scopes: names('s', 1000) }))
    const granted = names('g', 250)
    expect(claimsOf(evaluated(claims, granted))).toEqual([])
    expect(claimsOf(evaluated(claims.slice(0, 2), [...granted, 's999']))).toHaveLength(2)
  })
})

describe('what is said of claims after one that failed', () => {
  it('is what it would be without that one', () => {
    const large = { value: 'app.profile.text', alwaysIncludeInToken: true }
    const claims = ['a', 'b', 'c', 'd'].map((name) => aClaim({ name, ...large }))
    const all = compiled(claims)
    const asked = situation({ client: aClient({ profile: { text: 'a'.repeat(4000) } }) })
    const verdicts = explainClaims(all, all.accessToken, asked, false)
    expect(verdicts.map(([name, { is }]) => [name, is])).toEqual([
      ['a', 'in'],
      ['b', 'in'],
      ['c', 'failed'],
      ['d', 'in'],
    ])
    expect(evaluateClaims(all, asked)).toMatchObject({ claim: 'c', fault: 'too-large' })
  })
})

describe('the subject', () => {
  const subjectOf = (changes: Partial<Claim>): Outcome =>
    evaluateClaims(compiled(subjectClaim(changes)), situation())

  it('is the client id by the system expression', () => {
    expect(subjectOf({ value: SUBJECT_EXPRESSION })).toMatchObject({ subject: 'client-1' })
  })

  it('follows an edited expression', () => {
    expect(subjectOf({ value: 'app.profile.region' })).toEqual({
      outcome: 'evaluated',
      subject: 'eu',
      claims: null,
    })
  })

  it.each([
    ['null', 'app.profile.missing'],
    ['empty', 'app.profile.cleared'],
    ['a number', 'app.profile.level'],
    ['an array', 'access.scope'],
  ])('that is %s makes issuance fail', (_, expression) => {
    expect(subjectOf({ value: expression })).toEqual({
      outcome: 'failed',
      claim: 'sub',
      fault: 'no-value',
    })
  })

  it(`that has more than ${limits.subjectBytesMax} bytes makes issuance fail`, () => {
    const withText = (length: number): Outcome =>
      evaluateClaims(
        compiled(subjectClaim({ value: 'app.profile.text' })),
        situation({ client: aClient({ profile: { text: 'a'.repeat(length) } }) }),
      )
    const room = limits.subjectBytesMax - '"sub":"",'.length
    expect(withText(room).outcome).toBe('evaluated')
    expect(withText(room + 1)).toMatchObject({ outcome: 'failed', claim: 'sub' })
  })

  it('that cannot be compiled makes issuance fail', () => {
    expect(subjectOf({ value: 'zendesk.login' })).toEqual({
      outcome: 'failed',
      claim: 'sub',
      fault: 'no-value',
    })
  })
})

describe('a person', () => {
  const user = {
    id: '00u1',
    status: 'ACTIVE',
    profile: { login: 'ada@example.com', department: 'Engines', tags: ['a', 'b'] },
    userName: 'ada',
  } as const

  const ofPerson = (value: string, changes: Partial<Claim> = {}): Outcome =>
    evaluateClaims(compiled([aClaim({ value, ...changes })]), situation({ user }))

  it.each<[string, unknown]>([
    ['user.department', 'Engines'],
    ['user.tags', ['a', 'b']],
    ['user.getInternalProperty("id")', '00u1'],
    ['appuser.userName', 'ada'],
    ['org.subDomain', 'acme'],
    ['Time.now()', '2014-11-07T19:00:00.000Z'],
  ])('has %s in an access token', (value, claim) => {
    expect(ofPerson(value)).toEqual({
      outcome: 'evaluated',
      subject: 'ada',
      claims: { colour: claim },
    })
  })

  it('is the subject as the expression says, and fails where it says nothing', () => {
    const subject = (value: string) => ofPerson(value, { name: 'sub', system: true })
    expect(subject('user.getInternalProperty("id")')).toMatchObject({ subject: '00u1' })
    expect(subject('user.never')).toEqual({
      outcome: 'failed',
      claim: 'sub',
      fault: 'no-value',
    })
  })

  it('makes issuance fail where an expression has no value, and the claim is named', () => {
    expect(ofPerson('user.tags[5]')).toEqual({
      outcome: 'failed',
      claim: 'colour',
      fault: 'no-value',
    })
  })

  it('is absent where a client acts for itself', () => {
    const claims = [
      aClaim({ value: 'user.department' }),
      aClaim({ name: 'b', value: 'user == null' }),
    ]
    expect(claimsOf(evaluated(claims))).toEqual([['b', true]])
  })
})

describe('custom claims of ID tokens and userinfo', () => {
  const identity = (claims: readonly Claim[], isThin: boolean) => {
    const all = compiled(claims.map((claim) => ({ ...claim, claimType: 'IDENTITY' as const })))
    const asked = situation({ grantedScopes: ['openid', 'read'] })
    return evaluateIdentity(all, all.identity, asked, isThin)
  }
  const claims = [
    aClaim({ name: 'always', alwaysIncludeInToken: true }),
    aClaim({ name: 'sometimes', alwaysIncludeInToken: false }),
    aClaim({ name: 'other', scopes: ['write'] }),
    aClaim({ name: 'mine', scopes: ['write', 'read'] }),
    aClaim({ name: 'null', value: 'null' }),
  ]

  it('are all there where nothing else could tell them, by their scopes', () => {
    expect(identity(claims, false)).toMatchObject({
      claims: { always: 'blue', sometimes: 'blue', mine: 'blue' },
    })
  })

  it('are those that are always included where userinfo tells the rest', () => {
    expect(identity(claims, true)).toEqual({
      outcome: 'evaluated',
      claims: { always: 'blue', mine: 'blue' },
    })
  })

  it('never have reserved names', () => {
    const stored = [...RESERVED_CLAIM_NAMES].map((name) => aClaim({ name }))
    expect(identity(stored, false)).toMatchObject({ claims: null })
  })

  it('never have names of the standard, nor has what an app says of groups', () => {
    const stored = IDENTITY_CLAIM_NAMES.map((name) => aClaim({ name }))
    expect(identity(stored, false)).toMatchObject({ claims: null })
    const ofApp = (name: string) =>
      compiledGroupsClaim({ name, valueType: 'EXPRESSION', groupFilterType: null, value: '"x"' })
    expect(ofApp('teams')).toHaveLength(1)
    for (const name of IDENTITY_CLAIM_NAMES) expect([name, ofApp(name)]).toEqual([name, []])
  })

  it('fail where they cannot be compiled, only for the scopes that they are for', () => {
    const broken = aClaim({ name: 'broken', value: '?', scopes: ['write'] })
    expect(identity([broken], false)).toMatchObject({ claims: null })
    expect(identity([{ ...broken, scopes: ['read'] }], false)).toEqual({
      outcome: 'failed',
      claim: 'broken',
      fault: 'unreadable',
    })
  })
})
