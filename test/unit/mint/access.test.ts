/** What a person's authorization comes to at both kinds of server: scopes, subject, lifetimes, or which refusal. */
import { describe, expect, it } from 'vitest'
import { SUBJECT_EXPRESSION } from '../../../src/domain/claim.ts'
import { AccessRefused, decideAccess, type Access } from '../../../src/mint/access.ts'
import { OAuthError } from '../../../src/protocol/errors.ts'
import type { Authorization } from '../../../src/domain/authorization.ts'
import {
  aClaim,
  aClient,
  aCompiledServer,
  anAuthorizingUser,
  aPolicy,
  aRule,
  aScope,
  theOrgServer,
  type RuleChanges,
} from '../support/builders.ts'

const NOW = 1_000_000

const client = aClient({ applicationType: 'web', orgScopes: ['okta.apps.read'] })

const ofPerson = (changes: Partial<Authorization> = {}): Authorization => ({
  grantType: 'authorization_code',
  user: anAuthorizingUser(),
  requestedScopes: ['openid', 'read'],
  ...changes,
})

const ruled = (changes: RuleChanges = {}) =>
  aPolicy({ rules: [aRule({ grantTypes: ['authorization_code'], ...changes })] })

const server = (
  changes: RuleChanges = {},
  others: Parameters<typeof aCompiledServer>[0] = {},
): ReturnType<typeof aCompiledServer> =>
  aCompiledServer({
    scopes: [aScope('read'), aScope('write', { default: true, consent: 'REQUIRED' })],
    policies: [ruled(changes)],
    ...others,
  })

function refusalOf(decide: () => Access): unknown {
  try {
    return decide()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return [error.reason, error instanceof AccessRefused]
  }
}

describe('a person at a custom server', () => {
  it('has the scopes, the subject of the assignment and the lifetimes of the rule', () => {
    const actions = {
      token: {
        accessTokenLifetimeMinutes: 5,
        refreshTokenLifetimeMinutes: 0,
        refreshTokenWindowMinutes: 10,
      },
    }
    expect(decideAccess(server({ actions }), client, ofPerson(), NOW)).toMatchObject({
      scopes: ['openid', 'read'],
      subject: 'ann',
      lifetimeSeconds: 300,
      refreshTokenSeconds: 0,
      refreshWindowSeconds: 600,
      decision: { effect: 'allow', policyId: '00p1' },
    })
  })

  it('has all default scopes when none is requested, also those that need consent', () => {
    const access = decideAccess(server(), client, ofPerson({ requestedScopes: [] }), NOW)
    expect(access.scopes).toEqual(['write'])
  })

  it('has the subject that the administrator wrote into the claim', () => {
    const sub = (value: string) => [aClaim({ name: 'sub', system: true, value })]
    const subject = (value: string): string =>
      decideAccess(server({}, { claims: sub(value) }), client, ofPerson(), NOW).subject
    expect(subject(SUBJECT_EXPRESSION)).toBe('ann')
    expect(subject('app.label')).toBe('Billing')
  })

  it.each<[string, RuleChanges, Partial<Authorization>, unknown]>([
    ['an unknown scope', {}, { requestedScopes: ['x'] }, ['unknown_scope', false]],
    [
      'OIDC scopes without openid',
      {},
      { requestedScopes: ['email'] },
      ['openid_scope_required', false],
    ],
    ['an okta.* scope', {}, { requestedScopes: ['okta.apps.read'] }, ['unknown_scope', false]],
    ['a grant that no rule lists', {}, { grantType: 'password' }, ['no_matching_policy', true]],
    ['a hybrid request of a rule for codes', {}, { isHybrid: true }, ['no_matching_policy', true]],
    ['a scope that the rule does not list', { scopes: ['openid'] }, {}, ['scope_denied', true]],
    [
      'people who are not in the rule',
      { people: { users: { exclude: [] }, groups: { include: ['staff'] } } },
      {},
      ['no_matching_policy', true],
    ],
  ])('is refused: %s', (_, rule, asked, refusal) => {
    expect(refusalOf(() => decideAccess(server(rule), client, ofPerson(asked), NOW))).toEqual(
      refusal,
    )
  })

  it('is refused when no scope is requested and none is default', () => {
    const bare = server({}, { scopes: [aScope('read')] })
    const decide = (): Access => decideAccess(bare, client, ofPerson({ requestedScopes: [] }), NOW)
    expect(refusalOf(decide)).toEqual(['no_default_scopes', false])
  })
})

describe('a person at the org server', () => {
  const decide = (requestedScopes: string[], roles: string[] = []): Access =>
    decideAccess(
      theOrgServer(),
      client,
      ofPerson({ requestedScopes, user: anAuthorizingUser({ roles }) }),
      NOW,
    )

  it('has the login as subject and the lifetimes of the org', () => {
    expect(decide(['openid', 'groups'])).toEqual({
      scopes: ['openid', 'groups'],
      subject: 'ann@example.com',
      lifetimeSeconds: 3600,
      refreshTokenSeconds: 90 * 86_400,
      refreshWindowSeconds: 7 * 86_400,
      claims: null,
      decision: null,
    })
  })

  it('has management scopes as far as app and roles allow', () => {
    const requested = ['openid', 'okta.apps.read']
    expect(decide(requested, ['APP_ADMIN']).scopes).toEqual(requested)
    expect(decide(requested).scopes).toEqual(['openid'])
    expect(refusalOf(() => decide(['openid', 'okta.users.read'], ['SUPER_ADMIN']))).toEqual([
      'org_scopes_not_granted',
      false,
    ])
  })
})

describe('a client for itself', () => {
  it('is named by its id and has none of the scopes of people', () => {
    const own = { grantType: 'client_credentials', user: null, requestedScopes: ['read'] }
    const access = decideAccess(server({ grantTypes: ['client_credentials'] }), client, own, NOW)
    expect([access.subject, access.scopes]).toEqual(['client-1', ['read']])
    const openid = { ...own, requestedScopes: ['openid'] }
    expect(refusalOf(() => decideAccess(server(), client, openid, NOW))).toEqual([
      'openid_scope_not_allowed',
      false,
    ])
  })
})
