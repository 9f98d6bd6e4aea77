/** What the apps that took part in a session registered to learn of its end, in one question. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { LogoutTarget } from '../domain/logout-target.ts'
import type { Participant } from '../domain/session.ts'
import { readAll } from './database.ts'

interface TargetRow {
  server_id: string
  is_default: number | null
  app_id: string
  client_id: string
  label: string
  backchannel_uri: string | null
  frontchannel_uri: string | null
  is_session_required: number | null
}

/** Of active apps at active servers: nothing else is told anything. Those that registered nothing are left out. */
export async function readLogoutTargets(
  db: D1Database,
  participants: readonly Participant[],
): Promise<readonly LogoutTarget[]> {
  const asked = participants.map(({ serverId, clientId }) => [serverId, clientId])
  const rows = await readAll<TargetRow>(
    db
      .prepare(
        `SELECT p.value ->> 0 AS server_id, s.is_default, a.id AS app_id, a.client_id, a.label,
         a.document ->> '$.oauthClient.backchannel_logout_uri' AS backchannel_uri,
         CASE WHEN coalesce(a.document ->> '$.oauthClient.participate_slo', 1)
         THEN a.document ->> '$.oauthClient.frontchannel_logout_uri' END AS frontchannel_uri,
         a.document ->> '$.oauthClient.frontchannel_logout_session_required' AS is_session_required
         FROM json_each(?1) p JOIN apps a ON a.client_id = p.value ->> 1
         LEFT JOIN authorization_servers s ON s.id = p.value ->> 0
         WHERE a.status = 'ACTIVE' AND (p.value ->> 0 = ?2 OR s.status = 'ACTIVE') 
         AND coalesce(backchannel_uri, frontchannel_uri) IS NOT NULL`,
      )
      .bind(JSON.stringify(asked), ORG_SERVER_ID),
  )
  return rows.map((row) => ({
    server: {
      id: row.server_id,
      kind: row.server_id === ORG_SERVER_ID ? 'org' : 'custom',
      isDefault: row.is_default === 1,
    },
    appId: row.app_id,
    clientId: row.client_id,
    label: row.label,
    backchannelUri: row.backchannel_uri,
    frontchannel:
      row.frontchannel_uri === null
        ? null
        : { uri: row.frontchannel_uri, isSessionRequired: row.is_session_required === 1 },
  }))
}
