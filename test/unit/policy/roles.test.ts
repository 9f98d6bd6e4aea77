/** The table of administrator roles: names, finer permissions, and names that are none. */
import { describe, expect, it } from 'vitest'
import { ANYBODY, roleLabel, roleNames, rolesAllow, rolesUse } from '../../../src/policy/roles.ts'

describe('roles', () => {
  it('are the standard administrator roles', () => {
    expect(roleNames.toSorted()).toEqual([
      'API_ACCESS_MANAGEMENT_ADMIN',
      'APP_ADMIN',
      'GROUP_MEMBERSHIP_ADMIN',
      'HELP_DESK_ADMIN',
      'MOBILE_ADMIN',
      'ORG_ADMIN',
      'READ_ONLY_ADMIN',
      'REPORT_ADMIN',
      'SUPER_ADMIN',
      'USER_ADMIN',
    ])
    expect(roleLabel('API_ACCESS_MANAGEMENT_ADMIN')).toBe('API Access Management Administrator')
  })

  it('who may do the whole may do its parts, and not the other way round', () => {
    expect(rolesAllow(['USER_ADMIN'], 'okta.users.credentials.manage')).toBe(true)
    expect(rolesAllow(['HELP_DESK_ADMIN'], 'okta.users.credentials.manage')).toBe(true)
    expect(rolesAllow(['HELP_DESK_ADMIN'], 'okta.users.manage')).toBe(false)
    expect(rolesAllow(['GROUP_MEMBERSHIP_ADMIN'], 'okta.groups.members.manage')).toBe(true)
    expect(rolesAllow(['GROUP_MEMBERSHIP_ADMIN'], 'okta.groups.manage')).toBe(false)
  })

  it('who reads everything manages nothing', () => {
    for (const what of ['users', 'apps', 'groups.members', 'users.credentials'])
      expect([what, rolesAllow(['READ_ONLY_ADMIN'], `okta.${what}.manage`)]).toEqual([what, false])
    expect(rolesAllow(['READ_ONLY_ADMIN'], 'okta.anything.read')).toBe(true)
  })

  it('unknown names, names of prototypes and no role at all give nothing', () => {
    for (const held of [[], ['EMPEROR'], ['constructor'], ['__proto__'], ['super_admin'], ['']])
      expect([held, rolesAllow(held, 'okta.users.read')]).toEqual([held, false])
    for (const permission of ['', 'okta', 'okta.', 'okta.*.manage.x', 'users.read'])
      expect([permission, rolesAllow(['USER_ADMIN'], permission)]).toEqual([permission, false])
  })

  it('what everybody may do needs none', () => {
    expect(rolesAllow([], ANYBODY)).toBe(true)
  })
})

describe('whether a scope is of use to a role', () => {
  it.each([
    ['what the role may do', ['READ_ONLY_ADMIN'], 'okta.apps.read', true],
    ['a scope for more than the role may do', ['READ_ONLY_ADMIN'], 'okta.apps.manage', false],
    ['a scope that holds a part the role may do', ['HELP_DESK_ADMIN'], 'okta.users.manage', true],
    ['everything, for a super administrator', ['SUPER_ADMIN'], 'okta.roles.manage', true],
    ['one of several roles is enough', ['REPORT_ADMIN', 'APP_ADMIN'], 'okta.apps.manage', true],
    ['nothing without a role', [], 'okta.users.read', false],
    ['nothing for a role that does not exist', ['constructor'], 'okta.users.read', false],
  ])('%s', (_, held, scope, used) => {
    expect(rolesUse(held, scope)).toBe(used)
  })
})
