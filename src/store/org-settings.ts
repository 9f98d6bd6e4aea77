/** Table org_settings, one row at most, and the org's own facts from `meta`. */
import type { Org, OrgSettings } from '../domain/org.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { json, readFirst } from './database.ts'

interface OrgRow {
  org_id: string
  seeded: number
  document: string | null
  last_updated: number | null
}

export async function readOrg(db: D1Database): Promise<Org> {
  const row = await readFirst<OrgRow>(
    db.prepare(
      `SELECT org_id, seeded, document, last_updated FROM meta
       LEFT JOIN org_settings ON org_settings.id = meta.id`,
    ),
  )
  if (row === null) throw new StorageUnavailable('the org is gone')
  return {
    id: row.org_id,
    created: row.seeded,
    lastUpdated: row.last_updated ?? row.seeded,
    settings: row.document === null ? {} : json<OrgSettings>(row.document),
  }
}

/**
 * Changes what is given and leaves the rest, in one statement: of two writers to different members both are heard.
 * A member that is null is taken away (RFC 7396, which is what json_patch does).
 */
export const patchOrgSettings = (
  db: D1Database,
  settings: OrgSettings,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO org_settings (id, document, last_updated) VALUES (1, json_patch('{}', ?1), ?2)
       ON CONFLICT (id) DO UPDATE SET document = json_patch(document, ?1), last_updated = ?2`,
    )
    .bind(JSON.stringify(settings), now)

export const replaceOrgSettings = (
  db: D1Database,
  settings: OrgSettings,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO org_settings (id, document, last_updated) VALUES (1, json_patch('{}', ?1), ?2)
       ON CONFLICT (id) DO UPDATE SET document = excluded.document, last_updated = ?2`,
    )
    .bind(JSON.stringify(settings), now)
