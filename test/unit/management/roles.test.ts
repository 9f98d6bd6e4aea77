/** The table of administrator roles: names, finer permissions, and names that are none. */
import { describe, expect, it } from 'vitest'
import { ANYBODY, roleLabel, roleNames, rolesAllow } from '../../../src/management/roles.ts'

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
