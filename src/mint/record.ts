/** The record of an authorization, as it is made of what was decided and of how the person came to it. */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Person } from '../domain/person.ts'
import { randomId } from '../platform/random.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Access } from './access.ts'
import { decidedOf } from './recorded-access.ts'

/** How the person came to it. What is absent is null in the record, and nothing. */
type Circumstances = Pick<AuthorizationRecord, 'grantType' | 'amr' | 'authTime' | 'created'> &
  Partial<Pick<AuthorizationRecord, 'sessionId' | 'sid' | 'code' | 'nonce' | 'claims' | 'acr'>>

export const recordOf = (
  { server, hooks }: Pick<CompiledServer, 'server' | 'hooks'>,
  { clientId }: Pick<Client, 'clientId'>,
  { id: userId }: Pick<Person, 'id'>,
  access: Access,
  circumstances: Circumstances,
): AuthorizationRecord => ({
  format: 1,
  id: randomId('oar'),
  userId,
  serverId: server.id,
  clientId,
  sessionId: null,
  sid: null,
  scopes: access.scopes,
  access: decidedOf(access, { hooks }),
  code: null,
  nonce: null,
  claims: { userinfo: [], idToken: [] },
  acr: null,
  ...circumstances,
})
