/** Okta's standard administrator roles and what each may do, as one table. Authority is scope ∩ role on every route. */

/** A role covers a scope when one of its patterns does; `*` stands for any resource. */
const roles: ReadonlyMap<string, readonly string[]> = new Map([
  ['SUPER_ADMIN', ['okta.*.manage', 'okta.*.read']],
  ['ORG_ADMIN', ['okta.apps.read', 'okta.roles.read']],
  ['APP_ADMIN', ['okta.apps.manage', 'okta.apps.read', 'okta.appGrants.read']],
  [
    'API_ACCESS_MANAGEMENT_ADMIN',
    [
      'okta.authorizationServers.manage',
      'okta.authorizationServers.read',
      'okta.apps.manage',
      'okta.apps.read',
      'okta.appGrants.read',
    ],
  ],
  ['READ_ONLY_ADMIN', ['okta.*.read']],
  ['HELP_DESK_ADMIN', []],
  ['USER_ADMIN', []],
  ['GROUP_MEMBERSHIP_ADMIN', []],
  ['MOBILE_ADMIN', []],
  ['REPORT_ADMIN', []],
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

const covers = (pattern: string, scope: string): boolean =>
  pattern === scope ||
  (pattern.startsWith('okta.*.') && scope.endsWith(pattern.slice('okta.*'.length)))

/** Whether any of a principal's roles lets it use a scope. */
export const rolesAllow = (held: readonly string[], scope: string): boolean =>
  held.some((role) => roles.get(role)?.some((pattern) => covers(pattern, scope)) ?? false)
