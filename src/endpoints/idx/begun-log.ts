/** Interactions that began, as the system log tells of them. */
import type { Client } from '../../domain/client.ts'
import type { Happening } from '../../domain/log-event.ts'
import type { CompiledServer } from '../../issuer/compile.ts'
import type { Occurrence, Told } from '../../issuer/log-buffer.ts'
import { formatScope } from '../../protocol/scope.ts'
import { clientEntity, prefixOf, serverEntities } from '../log-entities.ts'
import { withoutTokens } from '../log-text.ts'
import type { UnderWay } from '../under-way.ts'

export class InteractionBegun implements Occurrence {
  // Anybody can begin one who knows the name of an app.
  readonly room = 'unproven'
  readonly server: CompiledServer
  readonly client: Client
  readonly scopes: readonly string[]

  constructor({ server, client, request }: UnderWay) {
    this.server = server
    this.client = client
    this.scopes = request.scopes
  }

  get kind(): string {
    return `interaction ${prefixOf(this.server.server.id)}`
  }

  get origin(): string {
    return `${this.server.server.id} ${this.client.clientId}`
  }

  happenings(told: Told): readonly Happening[] {
    const { server, scopes } = this
    const client = told === 'kind' ? null : this.client
    return [
      {
        eventType: `${prefixOf(server.server.id)}.interact.interaction_handle`,
        displayMessage: 'OAuth2 interaction handle is granted',
        actor: clientEntity(client),
        clientId: client?.clientId ?? null,
        target: told === 'kind' ? [] : serverEntities(server),
        debugData: {
          ...(told !== 'kind' && { authorizationServer: server.server.id }),
          ...(told === 'one' && { requestedScopes: withoutTokens(formatScope(scopes)) }),
        },
      },
    ]
  }
}
