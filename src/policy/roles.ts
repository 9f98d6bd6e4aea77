/**
 * Okta's standard administrator roles and what each may do, as one table. Authority is scope ∩ role on every route: a
 * token's scopes cover the route's scope, and a role covers its permission, which is the scope unless the route
 * names a finer one (`okta.users.credentials.manage`), as Okta's own permissions are named.
 */

const READ_PEOPLE = ['okta.users.read', 'okta.groups.read'] as const

/** A role covers a permission when one of its patterns does; `*` stands for any resource. */
const roles: ReadonlyMap<string, readonly string[]> = new Map([
  ['SUPER_ADMIN', ['okta.*.manage', 'okta.*.read']],
  [
    'ORG_ADMIN',
    [
      ...READ_PEOPLE,
      'okta.apiTokens.manage',
      'okta.apiTokens.read',
      'okta.apps.read',
      'okta.groups.manage',
      'okta.linkedObjects.manage',
      'okta.linkedObjects.read',
      'okta.logs.read',
      'okta.orgs.manage',
      'okta.orgs.read',
      'okta.roles.read',
      'okta.schemas.manage',
      'okta.schemas.read',
      'okta.sessions.manage',
      'okta.sessions.read',
      'okta.trustedOrigins.manage',
      'okta.trustedOrigins.read',
      'okta.users.manage',
      'okta.userTypes.read',
    ],
  ],
  [
    'APP_ADMIN',
    [
      ...READ_PEOPLE,
      'okta.appGrants.read',
      'okta.apps.manage',
      'okta.apps.read',
      'okta.linkedObjects.read',
      'okta.schemas.read',
      'okta.userTypes.read',
    ],
  ],
  [
    'API_ACCESS_MANAGEMENT_ADMIN',
    [
      ...READ_PEOPLE,
      'okta.appGrants.read',
      'okta.apps.manage',
      'okta.apps.read',
      'okta.authorizationServers.manage',
      'okta.authorizationServers.read',
      'okta.inlineHooks.manage',
      'okta.inlineHooks.read',
    ],
  ],
  ['READ_ONLY_ADMIN', ['okta.*.read']],
  [
    'HELP_DESK_ADMIN',
    [...READ_PEOPLE, 'okta.users.credentials.manage', 'okta.sessions.manage', 'okta.sessions.read'],
  ],
  [
    'USER_ADMIN',
    [
      ...READ_PEOPLE,
      'okta.groups.members.manage',
      'okta.linkedObjects.read',
      'okta.schemas.read',
      'okta.sessions.manage',
      'okta.sessions.read',
      'okta.users.manage',
      'okta.userTypes.read',
    ],
  ],
  ['GROUP_MEMBERSHIP_ADMIN', [...READ_PEOPLE, 'okta.groups.members.manage']],
  ['MOBILE_ADMIN', [...READ_PEOPLE, 'okta.apps.read']],
  ['REPORT_ADMIN', ['okta.logs.read']],
])

export const roleNames: readonly string[] = [...roles.keys()]

/** How a role is called where people read it. */
export const roleLabel = (role: string): string =>
  role
    .toLowerCase()
    .split('_')
    .map((word) => (word === 'api' ? 'API' : word[0]!.toUpperCase() + word.slice(1)))
    .join(' ')
    .replace(/ Admin$/, ' Administrator')

/** The permission for a whole resource that a finer one is part of. */
const wholeOf = (permission: string): string =>
  permission.replace(/^(okta\.[^.]+)\..*(\.\w+)$/, '$1$2')

/** A pattern for a whole resource holds its parts too: `okta.users.manage` holds `okta.users.credentials.manage`. */
function covers(pattern: string, permission: string): boolean {
  const whole = wholeOf(permission)
  return [permission, whole, whole.replace(/^okta\.[^.]+/, 'okta.*')].includes(pattern)
}

/** What needs no role: what everybody may do to what they hold themselves. */
export const ANYBODY = 'anybody'

/** Whether any of a principal's roles lets it use a permission. */
export const rolesAllow = (held: readonly string[], permission: string): boolean =>
  permission === ANYBODY ||
  held.some((role) => roles.get(role)?.some((pattern) => covers(pattern, permission)) ?? false)

/** Whether a scope is of any use to somebody with these roles: one of them allows something that the scope covers. */
export const rolesUse = (held: readonly string[], scope: string): boolean =>
  rolesAllow(held, scope) ||
  held.some((role) => roles.get(role)?.some((pattern) => wholeOf(pattern) === scope) ?? false)
