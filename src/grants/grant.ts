/**
 * The contract of a grant: it proves its credential and says what that amounts to, nothing else. Client
 * authentication, policy, scopes, claims and minting belong to the pipeline, so that no grant can skip them.
 */
import type { Authorization } from '../domain/authorization.ts'
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Epoch } from '../domain/ending.ts'
import type { Client } from '../domain/client.ts'
import type { Assignment, Person } from '../domain/person.ts'
import type { AskedApp, RefreshHandle } from '../domain/subjects.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { KeyEncryption } from '../platform/key-encryption.ts'
import type { Form } from '../protocol/form.ts'
import type { GrantType } from '../protocol/urns.ts'
import type { AttemptPorts } from './password-attempt.ts'

interface AnyGrant {
  readonly grantType: GrantType
  /** Whether a client without credentials may use it. */
  readonly publicClients: 'allowed' | 'refused'
}

/** A client asks for itself. Nothing is used up, so that it can be asked again under a newer configuration. */
export interface ClientGrant extends AnyGrant {
  readonly of: 'client'
  readonly redeem: (form: Form) => Authorization
}

/** What a person's grant is proved with. */
export interface Redeeming extends AttemptPorts {
  readonly server: CompiledServer
  readonly client: Client
  readonly keyEncryption: KeyEncryption
  /** Where the request comes from. */
  readonly address: string
  /** The name of the request, which nobody else knows. */
  readonly attempt: string
  readonly nowMillis: number
}

/** What a proof amounts to. */
export type Proof =
  /** The policies decided when the authorization was made. */
  | {
      readonly by: 'record'
      readonly record: AuthorizationRecord
      readonly person: Person
      readonly assignment: Assignment
      readonly scopes: readonly string[]
      readonly refresh: RefreshHandle | null
      /** The refresh token is one that nobody had before. */
      readonly isNew?: boolean
      readonly isFirst: boolean
    }
  /** The policies are still to be asked. */
  | {
      readonly by: 'person'
      readonly person: Person
      readonly assignment: Assignment
      readonly requestedScopes: readonly string[]
      readonly amr: readonly string[]
      readonly epoch: Epoch | undefined
    }

/** A person stands behind it. It may be used up by this, so the client is known and allowed before. */
export interface PersonGrant extends AnyGrant {
  readonly of: 'person'
  readonly redeem: (form: Form, redeeming: Redeeming) => Promise<Proof>
}

export type Grant = ClientGrant | PersonGrant

export const askedApp = ({ id, flows }: Client): AskedApp => ({
  appId: id,
  isImplicit: flows.isImplicitlyAssigned,
})
