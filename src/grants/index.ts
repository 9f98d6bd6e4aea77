/** The table of grants. What is listed here works, is in the metadata, and nothing else is. */
import { authorizationCode } from './authorization-code.ts'
import { clientCredentials } from './client-credentials.ts'
import type { Grant } from './grant.ts'
import { interactionCode } from './interaction-code.ts'
import { password } from './password.ts'
import { refreshToken } from './refresh-token.ts'

export const grants: ReadonlyMap<string, Grant> = new Map(
  [authorizationCode, refreshToken, password, clientCredentials, interactionCode].map(
    (grant: Grant) => [grant.grantType, grant],
  ),
)
