/** What claims say of groups: functions of expressions, and filters of names. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileClaims } from '../../../src/claims/compile.ts'
import { evaluateClaims, type ClaimUser } from '../../../src/claims/evaluate.ts'
import type { Value } from '../../../src/claims/expression/tree.ts'
import type { GroupOfPerson } from '../../../src/domain/person.ts'
import { limits } from '../../../src/platform/limits.ts'
import { aClaim, aClient } from '../support/builders.ts'
import { CLIENT, errorOf, evaluated, resultOf, tree, value } from '../support/expressions.ts'

const FAILED = { outcome: 'failed' }

const group = (name: string, changes: Partial<GroupOfPerson> = {}): GroupOfPerson => ({
  id: `00g-${name}`,
  name,
  description: null,
  type: 'OKTA_GROUP',
  ...changes,
})

const many = (count: number): readonly GroupOfPerson[] =>
  Array.from({ length: count }, (_, at) => group(`g${at}`))

const inGroups = (source: string, groups: readonly GroupOfPerson[], isCodeFlow = false) =>
  evaluated(tree(source), undefined, { groups, isCodeFlow })

describe('functions of groups', () => {
  it.each<[string, Value]>([
    ['isMemberOfGroup("00g1sf")', true],
    ['isMemberOfGroup("IT Admins")', false],
    ['isMemberOfGroup(user.never)', false],
    ['isMemberOfAnyGroup("00g1none")', false],
    ['isMemberOfAnyGroup("00g1none", "00g1none", "00g1all")', true],
    ['isMemberOfGroupName("Everyone")', true],
    ['isMemberOfGroupName("everyone")', false],
    ['isMemberOfGroupName("Every")', false],
    ['isMemberOfGroupNameStartsWith("IT")', true],
    ['isMemberOfGroupNameStartsWith("T")', false],
    ['isMemberOfGroupNameContains("T A")', true],
    ['isMemberOfGroupNameContains("admins")', false],
    ['isMemberOfGroupNameRegex("IT .*")', true],
    ['isMemberOfGroupNameRegex("/IT .*/")', true],
    ['isMemberOfGroupNameRegex("/IT")', false],
    ['isMemberOfGroupNameRegex("(?i)it admins")', true],
    ['getFilteredGroups({"00g1it", "00g1sf", "00g1other"}, "group.name", 40)', ['IT Admins', 'San Francisco']], // prettier-ignore
    ['getFilteredGroups("00g1it,00g1sf", "group.id", 40)', ['00g1it', '00g1sf']],
    ['getFilteredGroups({}, "group.name", 40)', []],
    ['getFilteredGroups({"00g1it"}, "String.toUpperCase(group.name) + user.login", 1)', ['IT ADMINSada@example.com']], // prettier-ignore
    ['getFilteredGroups({"00g1all"}, "group.description", 1)', [null]],
    ['getFilteredGroups({"00g1all"}, "group.profile.constructor", 1)', [null]],
    ["getFilteredGroups({'00g1it'}, 'group.name == ''IT Admins'' ? 1 : 2', 1)", [1]],
    ['Groups.startsWith("OKTA", "", 100)', ['Everyone', 'IT Admins', 'San Francisco']],
    ['Groups.contains("active_directory", "IT", 10)', null],
    ['Groups.contains("OKTA", "none", 10)', null],
    ['Groups.endsWith("OKTA", "one", 10)', ['Everyone']],
    ['user.getGroups({"group.id": "00g1it"}).![name]', ['IT Admins']],
    ['user.getGroups({"group.profile.name": "IT"}).![name]', ['IT Admins']],
    ['user.getGroups({"group.profile.name": "IT", "operator": "EXACT"})', []],
    ['user.getGroups({"group.profile.name": "IT Admins", "operator": "EXACT"}).![id]', ['00g1it']],
    ['user.getGroups({"group.profile.name": {"IT", "San"}}, {"group.type": "OKTA_GROUP"}).![name]', ['IT Admins', 'San Francisco']], // prettier-ignore
    ['user.getGroups({"group.type": "BUILT_IN", "group.profile.name": "IT"}).![name]', []],
    ['user.getGroups({"group.source.id": "0oa1"}).![name]', []],
    ['user.getGroups({"group.id": user.never}).![name]', []],
    ['Arrays.size(user.getGroups({"group.profile.name": ""}))', 3],
    ['user.isMemberOf({"group.id": "00g1none"})', false],
    ['user.isMemberOf({"group.profile.name": user.login})', false],
  ])('%s is %j', (source, expected) => {
    expect(value(source)).toEqual(expected)
  })

  it.each<[string, Value]>([
    ['isMemberOfGroup("00g1sf")', false],
    ['isMemberOfGroupNameRegex(".*")', false],
    ['getFilteredGroups({"00g1it"}, "group.name", 40)', null],
    ['Groups.contains("OKTA", "", 10)', null],
    ['user.getGroups({"group.profile.name": ""})', []],
    ['user.isMemberOf({"group.profile.name": ""})', false],
  ])('for a client that acts for itself %s is %j', (source, expected) => {
    expect(value(source, CLIENT)).toEqual(expected)
  })

  it('fail where an object of older code does not say the groups', () => {
    expect(evaluated(tree('isMemberOfGroup("a")'), undefined, { groups: undefined })).toEqual(
      FAILED,
    )
    expect(evaluated(tree('1 + 1'), undefined, { groups: undefined }).outcome).toBe('value')
  })

  it.each([
    'Groups.startsWith("OKTA", "g", 5)',
    'getFilteredGroups({"00g-g0", "00g-g1", "00g-g2", "00g-g3", "00g-g4", "00g-g5"}, "group.name", 5)',
  ])('%s brings as many as its limit and fails on one more', (source) => {
    const [five, six] = [inGroups(source, many(5)), inGroups(source, many(6))]
    expect(five).toMatchObject({ value: ['g0', 'g1', 'g2', 'g3', 'g4'] })
    expect(six).toEqual(FAILED)
  })

  it('take a limit from 1 to 100, but with a code getFilteredGroups takes any', () => {
    const filtered = (limit: number, isCodeFlow: boolean) =>
      inGroups(`getFilteredGroups({"00g-g0"}, "group.name", ${limit})`, many(1), isCodeFlow).outcome
    expect([0, 1, 100, 101].map((limit) => filtered(limit, false))).toEqual(['failed', 'value', 'value', 'failed']) // prettier-ignore
    expect([0, 101, 2147483647].map((limit) => filtered(limit, true))).toEqual(['failed', 'value', 'value']) // prettier-ignore
    const named = (limit: number) =>
      inGroups(`Groups.startsWith("OKTA", "g", ${limit})`, many(1), true).outcome
    expect([0, 1, 100, 101].map(named)).toEqual(['failed', 'value', 'value', 'failed'])
  })

  it('look at as many groups as a person can have, and stop where that costs too much', () => {
    const all = many(limits.groupsOfUserMax).map((one) => ({ ...one, name: 'n'.repeat(255) }))
    expect(inGroups('isMemberOfGroupName("x")', all)).toMatchObject({ value: false })
    expect(inGroups('user.isMemberOf({"group.id": {"1", "2", "3"}})', all)).toMatchObject({ value: false }) // prettier-ignore
    expect(inGroups('isMemberOfGroupNameRegex("(a|b|c|n)*x")', all)).toEqual(FAILED)
  })

  it.each([
    ['group.name', /group.name.*second argument of getFilteredGroups/],
    ['getFilteredGroups({"a"}, "group.owner", 1)', /group.owner/],
    ['getFilteredGroups({"a"}, user.login, 1)', /expected an expression about a group, in quotes/],
    ['getFilteredGroups({"a"}, "", 1)', /expected a literal/],
    ['getFilteredGroups({"a"}, "group.name")', /takes 3 arguments, found 2/],
    [`getFilteredGroups({"a"}, "getFilteredGroups({'a'}, 'group.name', 1)", 1)`, /has no other/],
    ['isMemberOfGroupNameRegex("(")', /pattern|\)/],
    ['isMemberOfGroupNameRegex(user.login)', /expected a pattern in quotes/],
    ['isMemberOfAnyGroup()', /takes 1 or more arguments/],
    ['user.getGroups()', /takes 1 or more arguments/],
    ['user.getGroups({})', /expected one of "group.id"/],
    ['user.getGroups({"group.owner": "x"})', /expected one of "group.id"/],
    ['user.getGroups({"operator": "EXACT"})', /expected one of "group.id"/],
    ['user.getGroups({"group.id": "x", "operator": "CONTAINS"})', /"EXACT", "STARTS_WITH"/],
    ['user.getGroups({"__proto__": "x"})', /expected one of "group.id"/],
    ['user.getGroups("x")', /expected criteria/],
    ['user.getGroups({"group.id": "x"', /expected "}"/],
    ['{"group.id": "x"}', /expected "," or "}"/],
  ])('%s is refused', (source, message) => {
    expect(errorOf(source)?.message).toMatch(message)
    expect(errorOf(source)!.at).toBeLessThanOrEqual(source.length)
  })

  it('say where an expression in quotes is wrong', () => {
    const source = 'getFilteredGroups({"a"}, "group.name + nothing", 1)'
    expect(errorOf(source)?.at).toBe(source.indexOf('nothing'))
  })

  it('take no long way to refuse what is nested in quotes', () => {
    const nested = (depth: number): string =>
      depth === 0 ? '1' : `(${'('.repeat(20)}${nested(depth - 1)}`
    expect(errorOf(`getFilteredGroups({"a"}, "${nested(3)}", 1)`)?.message).toMatch(/deep/)
  })

  it('read nothing of a group but what it has', () => {
    expect(resultOf('user.getGroups({"group.id": "00g1it"}).![constructor]')).toMatchObject({
      value: [null],
    })
  })
})

describe('a claim that names groups', () => {
  const user = (groups: readonly GroupOfPerson[] | undefined): ClaimUser => ({
    id: '00u1',
    status: 'ACTIVE',
    profile: {},
    userName: 'ada',
    ...(groups && { groups }),
  })

  const outcomeOf = (type: string, filter: string, groups?: readonly GroupOfPerson[] | null) => {
    const groupFilterType = type as 'EQUALS'
    const claim = aClaim({ name: 'groups', valueType: 'GROUPS', groupFilterType, value: filter })
    const compiled = compileClaims([claim], { origin: 'https://acme.example', orgName: null })
    return evaluateClaims(compiled, {
      client: aClient(),
      grantedScopes: [],
      grantType: 'authorization_code',
      user: groups === null ? null : user(groups),
      amr: null,
      nowMillis: 0,
    })
  }

  const namesIn = (type: string, filter: string, groups: readonly GroupOfPerson[]): unknown => {
    const outcome = outcomeOf(type, filter, groups)
    return outcome.outcome === 'evaluated' ? outcome.claims?.['groups'] : outcome.fault
  }

  const groups = ['Everyone', 'IT Admins', 'it support', 'Audit'].map((name) => group(name))

  it.each([
    ['STARTS_WITH', 'it', ['IT Admins', 'it support']],
    ['EQUALS', 'IT SUPPORT', ['it support']],
    ['EQUALS', 'it', undefined],
    ['CONTAINS', 'IT', ['IT Admins', 'it support', 'Audit']],
    ['CONTAINS', '', ['Everyone', 'IT Admins', 'it support', 'Audit']],
    ['REGEX', '.*', ['Everyone', 'IT Admins', 'it support', 'Audit']],
    ['REGEX', '/.*Admins/', ['IT Admins']],
    ['REGEX', 'IT', undefined],
    ['REGEX', 'it .*', ['it support']],
  ])('%s %s finds %j', (type, filter, expected) => {
    expect(namesIn(type, filter, groups)).toEqual(expected)
  })

  it('is left out of the token of a client that acts for itself', () => {
    expect(outcomeOf('REGEX', '.*', null)).toMatchObject({ outcome: 'evaluated', claims: null })
  })

  it('names 100 groups and fails on one more', () => {
    expect(namesIn('STARTS_WITH', 'g', many(100))).toHaveLength(100)
    expect(namesIn('STARTS_WITH', 'g', many(101))).toBe('too-many-groups')
  })

  it('fails where the groups are not known, and on a pattern that is none', () => {
    expect(outcomeOf('EQUALS', 'a', undefined)).toMatchObject({ fault: 'no-value' })
    expect(namesIn('REGEX', '(a', groups)).toBe('unreadable')
  })

  it('ends whatever the pattern', () => {
    const long = many(limits.groupsOfUserMax).map((one) => ({ ...one, name: 'a'.repeat(255) }))
    expect(namesIn('REGEX', '(a|a|a)*b', long)).toBe('no-value')
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.array(fc.string()), (pattern, names) => {
        const found = namesIn(
          'REGEX',
          pattern,
          names.map((name) => group(name)),
        )
        expect(found === undefined || typeof found === 'string' || Array.isArray(found)).toBe(true)
      }),
    )
  })
})
