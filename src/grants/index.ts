/** The table of grants. What is listed here works, is in the metadata, and nothing else is. */
import { clientCredentials } from './client-credentials.ts'
import type { Grant } from './grant.ts'

export const grants: ReadonlyMap<string, Grant> = new Map(
  [clientCredentials].map((grant) => [grant.grantType, grant]),
)
