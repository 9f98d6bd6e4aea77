/** The table of all routes of the management API. */
import { apiTokenRoutes } from './api-tokens.ts'
import { appGrantRoutes } from './app-grants.ts'
import { appGroupRoutes } from './app-groups.ts'
import { appIdTokenRoutes } from './app-id-token.ts'
import { appKeyRoutes } from './app-keys.ts'
import { appSecretRoutes } from './app-secrets.ts'
import { appTokenRoutes } from './app-tokens.ts'
import { appUserRoutes } from './app-users.ts'
import { appRoutes } from './apps.ts'
import { associatedServerRoutes } from './associated-servers.ts'
import { authorizationServerRoutes } from './authorization-servers.ts'
import { claimRoutes } from './claims.ts'
import { clientRoleRoutes } from './client-roles.ts'
import { groupMemberRoutes } from './group-members.ts'
import { groupRoutes } from './groups.ts'
import { inlineHookRoutes } from './inline-hooks.ts'
import { keyRoutes } from './keys.ts'
import { linkedObjectRoutes } from './linked-objects.ts'
import { logRoutes } from './logs.ts'
import { orgRoutes } from './org.ts'
import { policyRoutes } from './policies.ts'
import { previewRoutes } from './preview.ts'
import { resourceServerKeyRoutes } from './resource-server-keys.ts'
import type { Route } from './route.ts'
import { ruleRoutes } from './rules.ts'
import { scopeRoutes } from './scopes.ts'
import { serverClientRoutes } from './server-clients.ts'
import { sessionRoutes } from './sessions.ts'
import { trustedOriginRoutes } from './trusted-origins.ts'
import { userClientRoutes } from './user-clients.ts'
import { userGrantRoutes } from './user-grants.ts'
import { userSchemaRoutes } from './user-schema.ts'
import { userSessionRoutes } from './user-sessions.ts'
import { forgottenPasswordRoutes } from './forgotten-password.ts'
import { userCredentialRoutes } from './user-credentials.ts'
import { userGroupRoutes } from './user-groups.ts'
import { userLifecycleRoutes } from './user-lifecycle.ts'
import { userLinkedObjectRoutes } from './user-linked-objects.ts'
import { userRoleRoutes } from './user-roles.ts'
import { userTypeRoutes } from './user-types.ts'
import { userRoutes } from './users.ts'

/** Every route of the management API. */
export const managementRoutes: readonly Route[] = [
  ...authorizationServerRoutes,
  ...scopeRoutes,
  ...claimRoutes,
  ...policyRoutes,
  ...ruleRoutes,
  ...previewRoutes,
  ...keyRoutes,
  ...serverClientRoutes,
  ...resourceServerKeyRoutes,
  ...associatedServerRoutes,
  ...appRoutes,
  ...appSecretRoutes,
  ...appKeyRoutes,
  ...appGrantRoutes,
  ...appTokenRoutes,
  ...appGroupRoutes,
  ...appUserRoutes,
  ...appIdTokenRoutes,
  ...clientRoleRoutes,
  ...groupRoutes,
  ...groupMemberRoutes,
  ...userGroupRoutes,
  ...trustedOriginRoutes,
  ...inlineHookRoutes,
  ...apiTokenRoutes,
  ...userRoutes,
  ...userClientRoutes,
  ...userGrantRoutes,
  ...userSessionRoutes,
  ...sessionRoutes,
  ...logRoutes,
  ...orgRoutes,
  ...userLifecycleRoutes,
  ...userCredentialRoutes,
  ...forgottenPasswordRoutes,
  ...userRoleRoutes,
  ...userLinkedObjectRoutes,
  ...linkedObjectRoutes,
  ...userSchemaRoutes,
  ...userTypeRoutes,
]
