/**
 * From requested scopes to granted ones: which request is refused, with which reason and which names, and the law
 * that nothing is ever granted that was neither asked for nor a default.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Scope } from '../../../src/domain/scope.ts'
import { evaluatePolicies, type Decision } from '../../../src/policy/evaluate.ts'
import {
  clientDefaults,
  grantOrgScopes,
  grantOrgUserScopes,
  grantScopes,
  refuseForClient,
  refuseForUser,
  userDefaults,
} from '../../../src/policy/scopes.ts'
import { aPolicy, aRule, aScope } from '../support/builders.ts'

const index = (...scopes: readonly Scope[]): ReadonlyMap<string, Scope> =>
  new Map(scopes.map((scope) => [scope.name, scope]))

const configured = index(
  aScope('read'),
  aScope('write', { default: true }),
  aScope('audit', { consent: 'REQUIRED', default: true }),
  aScope('flexible', { consent: 'FLEXIBLE', default: true }),
  aScope('openid', { system: true, default: true }),
)

const allow = (scopes: string[]): Decision => ({
  effect: 'allow',
  policyId: '00p1',
  rule: aRule({ scopes }),
  trail: [],
})

const deny = (scopes: string[] | null): Decision => ({
  effect: 'deny',
  scopesOnly: scopes === null ? null : aRule({ scopes }),
  trail: [],
})

describe('a request without a user', () => {
  it.each([
    ['known scopes are not refused', ['read', 'write'], null],
    ['no scope at all is not refused here', [], null],
    [
      'unknown scopes are named',
      ['read', 'x', 'constructor'],
      ['unknown_scope', ['x', 'constructor']],
    ],
    ['OIDC scopes are refused', ['read', 'openid'], ['openid_scope_not_allowed', ['openid']]],
    ['scopes that need consent are refused', ['audit'], ['consent_required', ['audit']]],
    ['flexible consent is not needed without a user', ['flexible'], null],
    ['an unknown scope is told before anything else', ['openid', 'x'], ['unknown_scope', ['x']]],
  ])('%s', (_, requested, expected) => {
    const refusal = refuseForClient(requested, configured)
    expect(refusal && [refusal.reason, refusal.scopes]).toEqual(expected)
  })

  it('has as defaults neither system scopes nor those that need consent', () => {
    expect(clientDefaults(configured)).toEqual(['write', 'flexible'])
  })
})

describe('a request of a person', () => {
  const withEmail = index(
    ...configured.values(),
    aScope('email', { system: true }),
    aScope('offline_access', { system: true }),
  )

  it.each([
    ['OIDC scopes with openid', ['openid', 'email'], null],
    ['custom scopes without openid', ['read', 'audit'], null],
    ['offline_access for an API alone', ['read', 'offline_access'], null],
    ['no scope at all is not refused here', [], null],
    ['unknown scopes are named', ['openid', 'x'], ['unknown_scope', ['x']]],
    ['OIDC scopes without openid', ['email'], ['openid_scope_required', ['email']]],
  ])('%s', (_, requested, expected) => {
    const refusal = refuseForUser(requested, withEmail)
    expect(refusal && [refusal.reason, refusal.scopes]).toEqual(expected)
  })

  it('has all default scopes as defaults, whatever their consent', () => {
    expect(userDefaults(configured)).toEqual(['write', 'audit', 'flexible', 'openid'])
  })
})

describe('what a decision grants', () => {
  it('grants what was requested when a rule allows it', () => {
    expect(grantScopes(allow(['*']), ['read'], ['write'])).toEqual({
      outcome: 'granted',
      scopes: ['read'],
    })
  })

  it('grants the defaults that the rule allows when nothing was requested', () => {
    expect(grantScopes(allow(['write']), [], ['write', 'flexible'])).toEqual({
      outcome: 'granted',
      scopes: ['write'],
    })
  })

  it.each([
    ['nothing requested and no defaults', allow(['*']), [], [], 'no_default_scopes', []],
    ['none of the defaults allowed', allow(['read']), [], ['write'], 'no_scope_allowed', []],
    ['no pair matched', deny(null), ['read'], ['write'], 'no_matching_policy', []],
    ['every requested scope denied', deny(['x']), ['read', 'write'], [], 'no_scope_allowed', []],
    ['some requested scopes denied', deny(['read']), ['read', 'w'], [], 'scope_denied', ['w']],
  ])('refuses: %s', (_, decision, requested, defaults, reason, scopes) => {
    expect(grantScopes(decision, requested, defaults)).toEqual({
      outcome: 'refused',
      reason,
      scopes,
    })
  })

  const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'openid', 'email'))
  const listed = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'openid', 'email', '*'))

  it('never grants what was neither requested nor a default, and nothing at all on a denial', () => {
    fc.assert(
      fc.property(
        names,
        names,
        fc.array(listed, { maxLength: 3 }),
        (requested, defaults, lists) => {
          const rules = lists.map((scopes, at) => aRule({ id: `r${at}`, priority: at, scopes }))
          const decision = evaluatePolicies([aPolicy({ rules })], {
            clientId: 'c',
            grantType: 'client_credentials',
            user: null,
            scopes: requested,
          })
          const outcome = grantScopes(decision, requested, defaults)
          if (decision.effect === 'deny') expect(outcome.outcome).toBe('refused')
          if (outcome.outcome === 'refused') return
          expect(outcome.scopes.length).toBeGreaterThan(0)
          const allowed = requested.length > 0 ? requested : defaults
          expect(allowed).toEqual(expect.arrayContaining([...outcome.scopes]))
        },
      ),
    )
  })

  it('grants a request as a whole or not at all', () => {
    fc.assert(
      fc.property(names, listed, (requested, scopes) => {
        fc.pre(requested.length > 0)
        const outcome = grantScopes(allow(scopes), requested, [])
        expect(outcome).toEqual({ outcome: 'granted', scopes: requested })
      }),
    )
  })
})

describe('the org server', () => {
  const known = new Set(['okta.apps.read', 'okta.apps.manage'])

  it.each([
    ['nothing requested', [], [], 'missing_scopes', []],
    [
      'a .self scope',
      ['okta.apps.read.self'],
      ['okta.apps.read.self'],
      'self_scope_requested',
      ['okta.apps.read.self'],
    ],
    ['an OIDC scope', ['openid'], ['openid'], 'openid_scope_not_allowed', ['openid']],
    ['groups', ['groups'], ['groups'], 'openid_scope_not_allowed', ['groups']],
    ['an unknown scope', ['okta.moon.read'], ['okta.moon.read'], 'unknown_scope', null],
    [
      'a scope that was not granted to the app',
      ['okta.apps.read', 'okta.apps.manage'],
      ['okta.apps.read'],
      'org_scopes_not_granted',
      ['okta.apps.manage'],
    ],
    [
      'a read scope although the manage scope was granted',
      ['okta.apps.read'],
      ['okta.apps.manage'],
      'org_scopes_not_granted',
      ['okta.apps.read'],
    ],
  ])('refuses: %s', (_, requested, grantedToApp, reason, scopes) => {
    expect(grantOrgScopes(requested, grantedToApp, known)).toEqual({
      outcome: 'refused',
      reason,
      scopes: scopes ?? requested,
    })
  })

  it('grants exactly what was requested when all of it was granted to the app', () => {
    expect(grantOrgScopes(['okta.apps.read'], [...known], known)).toEqual({
      outcome: 'granted',
      scopes: ['okta.apps.read'],
    })
  })
})

describe("a person's app at the org server", () => {
  const known = new Set(['okta.apps.read', 'okta.apps.manage', 'okta.users.read'])
  const grants = ['okta.apps.read', 'okta.apps.manage']
  const granted = (requested: string[], roles: string[]): unknown => {
    const outcome = grantOrgUserScopes(requested, grants, known, roles)
    return outcome.outcome === 'granted' ? outcome.scopes : [outcome.reason, outcome.scopes]
  }

  it.each([
    ['OIDC scopes, whatever the roles', ['openid', 'groups', 'email'], []],
    ['okta.* scopes of use to a role', ['okta.apps.read', 'okta.apps.manage'], ['APP_ADMIN']],
    ['okta.* scopes without openid', ['okta.apps.read'], ['READ_ONLY_ADMIN']],
  ])('grants %s', (_, requested, roles) => {
    expect(granted(requested, roles)).toEqual(requested)
  })

  it('leaves out what is of no use to the roles', () => {
    const requested = ['openid', 'okta.apps.read', 'okta.apps.manage']
    expect(granted(requested, ['READ_ONLY_ADMIN'])).toEqual(['openid', 'okta.apps.read'])
    expect(granted(requested, [])).toEqual(['openid'])
  })

  it.each([
    ['no scopes', [], 'no_default_scopes', []],
    ['an unknown scope', ['openid', 'read'], 'unknown_scope', ['read']],
    ['device_sso', ['openid', 'device_sso'], 'unknown_scope', ['device_sso']],
    ['OIDC scopes without openid', ['email'], 'openid_scope_required', ['email']],
    ['groups without openid', ['groups'], 'openid_scope_required', ['groups']],
    [
      'a scope that the app was not granted',
      ['openid', 'okta.users.read'],
      'org_scopes_not_granted',
      ['okta.users.read'],
    ],
  ])('refuses: %s', (_, requested, reason, scopes) => {
    expect(granted(requested, ['SUPER_ADMIN'])).toEqual([reason, scopes])
  })

  it('refuses when nothing is left for the person', () => {
    const requested = ['okta.apps.read', 'offline_access']
    expect(granted(requested, [])).toEqual(['org_scopes_not_granted', requested])
  })
})
