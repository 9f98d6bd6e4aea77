/**
 * The scopes of the management API. A scope is listed here once its routes exist; metadata, grants and the token
 * endpoint of the org server read this table, and a test holds it against the routes.
 */
const RESOURCES = {
  apiTokens: 'API tokens',
  authorizationServers: 'authorization servers with their policies, scopes, claims and keys',
  apps: 'apps with their secrets, keys and assignments',
  appGrants: 'the scopes that apps were granted by administrators and people',
  groups: 'groups and their members',
  inlineHooks: 'inline hooks',
  linkedObjects: 'relations between users',
  logs: 'the system log',
  orgs: "the org's settings",
  roles: 'administrator role assignments',
  schemas: 'the attributes of profiles',
  sessions: 'sessions of users',
  trustedOrigins: 'trusted origins',
  users: 'users with their credentials',
  userTypes: 'types of users',
} as const

/** What nobody writes through the API. */
const READ_ONLY: ReadonlySet<string> = new Set(['logs', 'userTypes'])

export interface OrgScope {
  readonly name: string
  readonly description: string
}

export const orgScopes: readonly OrgScope[] = Object.entries(RESOURCES).flatMap(
  ([resource, what]) => [
    ...(READ_ONLY.has(resource)
      ? []
      : [{ name: `okta.${resource}.manage`, description: `Create and change ${what}` }]),
    { name: `okta.${resource}.read`, description: `Read ${what}` },
  ],
)

export const orgScopeNames: ReadonlySet<string> = new Set(orgScopes.map((scope) => scope.name))

/** Whether a token's scopes cover what a route needs: `.manage` includes `.read`. */
export const coversScope = (granted: readonly string[], needed: string): boolean =>
  granted.includes(needed) ||
  (needed.endsWith('.read') && granted.includes(needed.replace(/\.read$/, '.manage')))
