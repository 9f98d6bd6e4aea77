/**
 * Clients that hold tokens of a server, or tokens or consents of a user. The index is walked from client to client, one
 * look each, so that what a page costs does not grow with the tokens.
 */
import { readAll } from './database.ts'

export interface HoldingClient {
  /** The client_id. */
  readonly id: string
  readonly label: string
  readonly clientUri: string | null
  readonly logoUri: string | null
  /** False when all that the client held has expired, or the app is gone. */
  readonly isLive: boolean
}

interface ClientRow {
  client_id: string
  label: string | null
  client_uri: string | null
  logo_uri: string | null
  is_live: number
}

/** What comes next after a client_id in each index, and whether a client holds something that lives. */
const HOLDERS = {
  server: {
    next: (after: string) =>
      `SELECT min(t.client_id) FROM refresh_tokens t WHERE t.server_id = ?1 AND t.client_id > ${after}`,
    isLive: `EXISTS (SELECT 1 FROM refresh_tokens t
      WHERE t.server_id = ?1 AND t.client_id = held.client_id AND t.expires > ?4)`,
  },
  user: {
    next: (after: string) =>
      `SELECT min(n.id) FROM (
       SELECT min(t.client_id) AS id FROM refresh_tokens t WHERE t.user_id = ?1 AND t.client_id > ${after}
       UNION ALL SELECT min(c.client_id) FROM consents c WHERE c.user_id = ?1 AND c.client_id > ${after}) n`,
    isLive: `(EXISTS (SELECT 1 FROM consents c WHERE c.user_id = ?1 AND c.client_id = held.client_id)
      OR EXISTS (SELECT 1 FROM refresh_tokens t
      WHERE t.user_id = ?1 AND t.client_id = held.client_id AND t.expires > ?4))`,
  },
} as const

/** A page in the order of client ids. */
export async function listHoldingClients(
  db: D1Database,
  of: keyof typeof HOLDERS,
  id: string,
  page: { readonly after: string; readonly limit: number },
  now: number,
): Promise<readonly HoldingClient[]> {
  const { next, isLive } = HOLDERS[of]
  const statement = db.prepare(
    `WITH RECURSIVE held (client_id) AS (
     SELECT (${next('?2')})
     UNION ALL SELECT (${next('held.client_id')}) FROM held WHERE held.client_id IS NOT NULL LIMIT ?3)
     SELECT held.client_id, a.label, json_extract(a.document, '$.oauthClient.client_uri') AS client_uri,
     json_extract(a.document, '$.oauthClient.logo_uri') AS logo_uri, ${isLive} AS is_live
     FROM held LEFT JOIN apps a ON a.client_id = held.client_id
     WHERE held.client_id IS NOT NULL ORDER BY held.client_id`,
  )
  const rows = await readAll<ClientRow>(statement.bind(id, page.after, page.limit, now))
  return rows.map((row) => ({
    id: row.client_id,
    label: row.label ?? '',
    clientUri: row.client_uri,
    logoUri: row.logo_uri,
    isLive: row.is_live === 1 && row.label !== null,
  }))
}
