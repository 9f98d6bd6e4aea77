/**
 * Authorizations as the system log tells them: what an app was given at the authorization endpoint, or in an
 * interaction, by whom, and which policy and rule let it through. Never a handle, a code or a token.
 */
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Happening } from '../domain/log-event.ts'
import type { Person } from '../domain/person.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Occurrence, Told } from '../issuer/log-buffer.ts'
import type { Access } from '../mint/access.ts'
import { formatScope } from '../protocol/scope.ts'
import {
  clientEntity,
  decidingEntities,
  personEntity,
  prefixOf,
  serverEntities,
  trailOf,
} from './log-entities.ts'

/** What can go out, by the name that its event has below the server's. */
const GIVEN = {
  code: ['authorize.code', 'OAuth2 authorization code is granted'],
  access_token: ['authorize.implicit.access_token', 'OAuth2 access token is granted'],
  id_token: ['authorize.implicit.id_token', 'OAuth2 ID token is granted'],
  interaction_code: ['interact.interaction_code', 'OAuth2 interaction code is granted'],
} as const

export type Given = keyof typeof GIVEN

const REQUEST = ['authorize', 'OAuth2 authorization request'] as const

/** An app got what its person allowed. */
export class Authorized implements Occurrence {
  readonly room = 'granted'
  readonly server: CompiledServer
  readonly client: Client
  readonly record: AuthorizationRecord
  readonly person: Person
  readonly decision: Access['decision']
  readonly given: readonly Given[]

  constructor(
    { server, client, record, person }: Pick<Authorized, 'server' | 'client' | 'record' | 'person'>,
    decision: Access['decision'],
    given: readonly Given[],
  ) {
    this.server = server
    this.client = client
    this.record = record
    this.person = person
    this.decision = decision
    this.given = given
  }

  get kind(): string {
    return `authorized ${prefixOf(this.server.server.id)}`
  }

  get origin(): string {
    return `${this.server.server.id} ${this.client.clientId}`
  }

  happenings(told: Told): readonly Happening[] {
    const { server, client, record, decision } = this
    const prefix = prefixOf(server.server.id)
    const isOne = told === 'one'
    const isAlike = told !== 'kind'
    const common = {
      actor: isOne ? personEntity(this.person) : clientEntity(isAlike ? client : null),
      clientId: isAlike ? client.clientId : null,
      target: [
        ...(isAlike ? [clientEntity(client), ...serverEntities(server)] : []),
        ...(isOne ? decidingEntities(decision, server) : []),
      ],
      debugData: {
        ...(isAlike && { authorizationServer: server.server.id }),
        ...(isOne && {
          grantType: record.grantType,
          grantedScopes: formatScope(record.scopes),
          ...trailOf(decision),
        }),
      },
    }
    const events = this.given.map((one) => GIVEN[one])
    const isInteraction = record.grantType === 'interaction_code'
    return [...(isInteraction ? [] : [REQUEST]), ...events].map(([name, displayMessage]) => ({
      ...common,
      eventType: `${prefix}.${name}`,
      displayMessage,
    }))
  }
}
