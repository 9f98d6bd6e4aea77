/**
 * The contract of a grant: it proves its credential and says what that amounts to, nothing else. Client
 * authentication, policy, scopes, claims and minting belong to the pipeline, so that no grant can skip them.
 */
import type { Authorization } from '../domain/authorization.ts'
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Form } from '../protocol/form.ts'
import type { GrantType } from '../protocol/urns.ts'

export interface Grant {
  readonly grantType: GrantType
  /** Whether a client without credentials may use it. */
  readonly publicClients: 'allowed' | 'refused'
  redeem(form: Form, server: CompiledServer, client: Client): Authorization | Promise<Authorization>
}
