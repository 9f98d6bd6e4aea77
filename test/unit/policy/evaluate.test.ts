/**
 * Access policy evaluation: which (policy, rule) pair decides, what each condition means, and the laws that hold
 * whatever an administrator has stored and in whatever order.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../../src/domain/policy.ts'
import {
  evaluatePolicies,
  inForce,
  type AccessRequest,
  type Decision,
} from '../../../src/policy/evaluate.ts'
import { aPolicy, aRule, type RuleChanges } from '../support/builders.ts'

const asked = (changes: Partial<AccessRequest> = {}): AccessRequest => ({
  clientId: 'client-1',
  grantType: 'client_credentials',
  user: null,
  scopes: ['read'],
  ...changes,
})

const decide = (policies: readonly Policy[], changes: Partial<AccessRequest> = {}): Decision =>
  evaluatePolicies(inForce(policies), asked(changes))

const decidedBy = (decision: Decision): string | null =>
  decision.effect === 'allow' ? `${decision.policyId} ${decision.rule.id}` : null

describe('which pair decides', () => {
  it('denies when there is no policy at all', () => {
    expect(decide([])).toEqual({ effect: 'deny', scopesOnly: null, trail: [] })
  })

  it('denies when a policy has no rules', () => {
    expect(decide([aPolicy()]).effect).toBe('deny')
  })

  it('lets the policy with the smallest priority number decide, wherever it is stored', () => {
    const second = aPolicy({ id: 'p2', priority: 2, rules: [aRule({ id: 'r2' })] })
    const first = aPolicy({ id: 'p1', priority: 1, rules: [aRule({ id: 'r1' })] })
    expect(decidedBy(decide([second, first]))).toBe('p1 r1')
  })

  it('lets the first matching rule inside a policy decide, wherever it is stored', () => {
    const rules = [aRule({ id: 'late', priority: 9 }), aRule({ id: 'early', priority: 2 })]
    expect(decidedBy(decide([aPolicy({ rules })]))).toBe('00p1 early')
  })

  it('falls through to the next policy when every rule of a matching policy misses', () => {
    const strict = aPolicy({ id: 'p1', rules: [aRule({ id: 'r1', grantTypes: ['password'] })] })
    const open = aPolicy({ id: 'p2', priority: 2, rules: [aRule({ id: 'r2' })] })
    expect(decidedBy(decide([strict, open]))).toBe('p2 r2')
  })

  it('ignores an inactive policy and an inactive rule', () => {
    const off = aPolicy({ id: 'p1', status: 'INACTIVE', rules: [aRule()] })
    const half = aPolicy({ id: 'p2', priority: 2, rules: [aRule({ status: 'INACTIVE' })] })
    expect(decide([off, half])).toEqual({ effect: 'deny', scopesOnly: null, trail: [] })
  })

  it('names every miss before the pair that decided, in the order in which they were looked at', () => {
    const decision = decide([
      aPolicy({ id: 'p1', clients: ['other'], rules: [aRule()] }),
      aPolicy({
        id: 'p2',
        priority: 2,
        rules: [
          aRule({ id: 'r1', priority: 1, grantTypes: ['password'] }),
          aRule({ id: 'r2', priority: 2, scopes: ['write'] }),
          aRule({ id: 'r3', priority: 3 }),
        ],
      }),
    ])
    expect(decidedBy(decision)).toBe('p2 r3')
    expect(decision.trail).toEqual([
      { policyId: 'p1', ruleId: null, condition: 'clients' },
      { policyId: 'p2', ruleId: 'r1', condition: 'grantTypes' },
      { policyId: 'p2', ruleId: 'r2', condition: 'scopes' },
    ])
  })

  it('remembers the first rule that would have matched but for the scopes', () => {
    const decision = decide([
      aPolicy({
        rules: [
          aRule({ id: 'grant', priority: 1, grantTypes: ['password'], scopes: ['write'] }),
          aRule({ id: 'scopes-1', priority: 2, scopes: ['write'] }),
          aRule({ id: 'scopes-2', priority: 3, scopes: ['admin'] }),
        ],
      }),
    ])
    expect(decision.effect === 'deny' && decision.scopesOnly?.id).toBe('scopes-1')
  })
})

describe('the clients condition', () => {
  const allowing = (clients: string[]): Policy => aPolicy({ clients, rules: [aRule()] })

  it.each([
    ['ALL_CLIENTS lets every client in', ['ALL_CLIENTS'], 'allow'],
    ['a listed client is in', ['other', 'client-1'], 'allow'],
    ['a client that is not listed is out', ['other'], 'deny'],
    ['an empty list lets nobody in', [], 'deny'],
    ['a client id is compared whole and by case', ['client-10', 'CLIENT-1'], 'deny'],
  ])('%s', (_, clients, effect) => {
    expect(decide([allowing(clients)]).effect).toBe(effect)
  })
})

describe('the grant type condition', () => {
  it('passes a listed grant type and no other', () => {
    const policies = [aPolicy({ rules: [aRule({ grantTypes: ['password', 'implicit'] })] })]
    expect(decide(policies, { grantType: 'password' }).effect).toBe('allow')
    expect(decide(policies).effect).toBe('deny')
  })

  it('[OIDC-3.3] a hybrid request needs one rule that allows both the code and the tokens beside it', () => {
    const hybrid = { grantType: 'authorization_code', isHybrid: true }
    const effect = (...lists: RuleChanges['grantTypes'][]): string => {
      const rules = lists.map((grantTypes, at) =>
        aRule({ id: `r${at}`, ...(grantTypes && { grantTypes }) }),
      )
      return decide([aPolicy({ rules })], hybrid).effect
    }
    expect(effect(['implicit', 'authorization_code'])).toBe('allow')
    expect(effect(['authorization_code'])).toBe('deny')
    expect(effect(['implicit'])).toBe('deny')
    expect(effect(['authorization_code'], ['implicit'])).toBe('deny')
  })

  it('passes nothing when the list is empty', () => {
    expect(decide([aPolicy({ rules: [aRule({ grantTypes: [] })] })]).effect).toBe('deny')
  })
})

describe('the people condition', () => {
  const effect = (
    people: NonNullable<Parameters<typeof aRule>[0]>['people'],
    user: AccessRequest['user'],
  ): string => decide([aPolicy({ rules: [aRule({ ...(people && { people }) })] })], { user }).effect

  const ann = { id: 'ann', groupIds: ['staff'] }

  it('does not apply when no user takes part', () => {
    expect(effect({ users: { include: [], exclude: [] }, groups: { include: [] } }, null)).toBe(
      'allow',
    )
  })

  it('EVERYONE is any user', () => {
    expect(effect({ users: { exclude: [] }, groups: { include: ['EVERYONE'] } }, ann)).toBe('allow')
  })

  it('a listed user is in, another is not', () => {
    expect(effect({ users: { include: ['ann'], exclude: [] } }, ann)).toBe('allow')
    expect(effect({ users: { include: ['bob'], exclude: [] } }, ann)).toBe('deny')
  })

  it('a member of a listed group is in, others are not', () => {
    expect(effect({ users: { exclude: [] }, groups: { include: ['staff'] } }, ann)).toBe('allow')
    expect(effect({ users: { exclude: [] }, groups: { include: ['guests'] } }, ann)).toBe('deny')
  })

  it('empty lists on both sides are nobody', () => {
    expect(effect({ users: { include: [], exclude: [] }, groups: { include: [] } }, ann)).toBe(
      'deny',
    )
    expect(effect({ users: { exclude: [] } }, ann)).toBe('deny')
  })

  it('an exclusion, by user or by group, outweighs every inclusion', () => {
    const included = { include: ['EVERYONE'] }
    expect(effect({ users: { include: ['ann'], exclude: ['ann'] }, groups: included }, ann)).toBe(
      'deny',
    )
    expect(
      effect(
        { users: { include: ['ann'], exclude: [] }, groups: { ...included, exclude: ['staff'] } },
        ann,
      ),
    ).toBe('deny')
  })
})

describe('the scopes condition', () => {
  const effect = (listed: string[], scopes: string[]): string =>
    decide([aPolicy({ rules: [aRule({ scopes: listed })] })], { scopes }).effect

  it.each([
    ['* passes everything', ['*'], ['read', 'openid'], 'allow'],
    ['every requested scope must be listed', ['read'], ['read', 'write'], 'deny'],
    ['a request without scopes passes', [], [], 'allow'],
    ['an empty list passes no custom scope', [], ['read'], 'deny'],
    ['OIDC scopes pass a rule that lists none of them', ['read'], ['openid', 'profile'], 'allow'],
    ['once a rule lists some, the listed pass', ['openid', 'email'], ['openid', 'email'], 'allow'],
    ['once a rule lists some, the others do not', ['openid'], ['openid', 'profile'], 'deny'],
    ['OIDC scopes do not open custom ones', ['openid'], ['openid', 'read'], 'deny'],
    ['names are compared by case', ['Read'], ['read'], 'deny'],
  ])('%s', (_, listed, scopes, expected) => {
    expect(effect(listed, scopes)).toBe(expected)
  })
})

describe('laws', () => {
  const scopeName = fc.constantFrom('read', 'write', 'openid', 'profile', '*')
  const rule = fc.record({
    id: fc.uuid(),
    priority: fc.integer({ min: 1, max: 5 }),
    status: fc.constantFrom('ACTIVE' as const, 'INACTIVE' as const),
    grantTypes: fc.subarray(['client_credentials', 'password'] as const).map((list) => [...list]),
    scopes: fc.uniqueArray(scopeName),
  })
  const policy = fc
    .record({
      id: fc.uuid(),
      priority: fc.integer({ min: 1, max: 5 }),
      status: fc.constantFrom('ACTIVE' as const, 'INACTIVE' as const),
      clients: fc.subarray(['ALL_CLIENTS', 'client-1', 'client-2']),
      rules: fc.array(rule.map(aRule), { maxLength: 4 }),
    })
    .map(aPolicy)
  const policies = fc.array(policy, { maxLength: 4 })
  const request = fc.record({
    clientId: fc.constantFrom('client-1', 'client-2'),
    scopes: fc.uniqueArray(fc.constantFrom('read', 'write', 'openid')),
  })

  it('the order in which policies and rules are stored changes nothing', () => {
    fc.assert(
      fc.property(policies, request, fc.infiniteStream(fc.nat()), (stored, changes, random) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((entry) => ({ entry, at: random.next().value }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ entry }) => entry)
        const again = shuffled(stored).map((one) => ({ ...one, rules: shuffled(one.rules) }))
        expect(decide(again, changes)).toEqual(decide(stored, changes))
      }),
    )
  })

  it('without an active pair nothing is ever allowed', () => {
    fc.assert(
      fc.property(policies, request, (stored, changes) => {
        const off = stored.map((one) => ({ ...one, status: 'INACTIVE' as const }))
        expect(decide(off, changes).effect).toBe('deny')
      }),
    )
  })

  it('a rule that stands behind the pair that decided never changes the decision', () => {
    fc.assert(
      fc.property(policies, rule, request, fc.nat(), (stored, added, changes, place) => {
        const before = decide(stored, changes)
        fc.pre(before.effect === 'allow')
        const decider = stored.find(({ id }) => id === before.policyId)!
        const behind = stored.filter(
          ({ id, priority }) => id === decider.id || priority > decider.priority,
        )
        const target = behind[place % behind.length]!
        const last = aRule({ ...added, id: 'added', priority: 1000 })
        const after = decide(
          stored.map((one) => (one === target ? { ...one, rules: [...one.rules, last] } : one)),
          changes,
        )
        expect(decidedBy(after)).toBe(decidedBy(before))
      }),
    )
  })

  it('ties of priority are broken by id, so that two isolates never disagree', () => {
    const rules = [aRule({ id: 'b' }), aRule({ id: 'a' })]
    expect(decidedBy(decide([aPolicy({ rules })]))).toBe('00p1 a')
    expect(decidedBy(decide([aPolicy({ rules: rules.toReversed() })]))).toBe('00p1 a')
  })
})
