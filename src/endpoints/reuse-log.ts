/** A used up code or refresh token that came again, as the system log tells of it: somebody may have stolen it. */
import type { Client } from '../domain/client.ts'
import type { Happening } from '../domain/log-event.ts'
import type { Reused } from '../grants/reuse.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { clientEntity, prefixOf, refreshTokenEntity, serverEntities } from './log-entities.ts'

export const reuseDetected = (
  { credential, userId, authorizationId }: Reused,
  server: CompiledServer,
  client: Client,
): Happening => ({
  eventType: `${prefixOf(server.server.id)}.token.detect_reuse`,
  displayMessage: 'OAuth2 reuse of a one-time credential is detected',
  actor: clientEntity(client),
  clientId: client.clientId,
  outcome: { result: 'FAILURE', reason: 'REUSE_DETECTED' },
  target: [
    { id: userId, type: 'User', alternateId: null, displayName: null },
    ...(credential === 'refresh_token' ? [refreshTokenEntity({ id: authorizationId })] : []),
    ...serverEntities(server),
  ],
  debugData: { credential, authorizationServer: server.server.id },
})
