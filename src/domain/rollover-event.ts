/** What the system log is told when the signing key of a server changes. */
import { ORG_SERVER_ID } from './authorization-server.ts'
import { systemLogEvent, type LogOccasion } from './log-event.ts'
import { SYSTEM_PRINCIPAL, type SystemLogEvent } from './system-log.ts'

/** Who asked for a rotation; `serverName` is what the server is called then. */
export interface RotationOccasion extends LogOccasion {
  readonly serverName: string | null
}

/** A rotation that was due. */
export const whenDue = (jobId: string): RotationOccasion => ({
  actor: SYSTEM_PRINCIPAL,
  clientId: null,
  transaction: { type: 'JOB', id: jobId, caller: null },
  serverName: null,
})

export function rolloverEvent(
  serverId: string,
  { actor, clientId, transaction, serverName }: RotationOccasion,
  debugData: { readonly kid: string; readonly previousKid: string; readonly emergency: boolean },
  published: number,
): SystemLogEvent {
  const prefix = serverId === ORG_SERVER_ID ? 'app.oauth2' : 'app.oauth2.as'
  const happening = {
    eventType: `${prefix}.key.rollover`,
    displayMessage: 'Signing key of an authorization server is rotated',
    actor,
    clientId,
    target: [
      { id: serverId, type: 'AuthorizationServer', alternateId: null, displayName: serverName },
    ],
    debugData,
  }
  return systemLogEvent(happening, transaction, published)
}
