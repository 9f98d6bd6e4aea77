/** What the system log is told of hooks: that one was asked, and why nothing came of it. Never a claim or a URL. */
import type { Client } from '../domain/client.ts'
import type { InlineHook } from '../domain/inline-hook.ts'
import type { Happening } from '../domain/log-event.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Occurrence, Room, Told } from '../issuer/log-buffer.ts'
import { clientEntity, serverEntities } from './log-entities.ts'

export class HookAsked implements Occurrence {
  readonly hook: InlineHook
  readonly server: CompiledServer
  readonly client: Client
  /** Why the tokens did not become what the hook would have them be; null: they did. */
  readonly reason: string | null

  constructor(hook: InlineHook, server: CompiledServer, client: Client, reason: string | null) {
    this.hook = hook
    this.server = server
    this.client = client
    this.reason = reason
  }

  get room(): Room {
    return this.reason === null ? 'granted' : 'refused'
  }

  get kind(): string {
    return `inline_hook ${this.reason ?? ''}`
  }

  get origin(): string {
    return `${this.server.server.id} ${this.client.clientId}`
  }

  happenings(told: Told): readonly Happening[] {
    const { hook, server, reason } = this
    const isAlike = told !== 'kind'
    const client = isAlike ? this.client : null
    return [
      {
        eventType: 'inline_hook.executed',
        displayMessage: 'Inline hook is executed',
        actor: clientEntity(client),
        clientId: client?.clientId ?? null,
        ...(reason !== null && { outcome: { result: 'FAILURE', reason } }),
        target: isAlike
          ? [
              { id: hook.id, type: 'InlineHook', alternateId: null, displayName: hook.name },
              ...serverEntities(server),
            ]
          : [],
        debugData: isAlike ? { authorizationServer: server.server.id } : {},
      },
    ]
  }
}
