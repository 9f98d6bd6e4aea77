/** Table claims: custom claims, and overrides of system claims (system = 1). */
import { systemClaims, type Claim } from '../domain/claim.ts'
import { limits } from '../platform/limits.ts'
import { flag, json } from './database.ts'

const columns =
  'id, name, status, claim_type, value_type, value, scopes, always_include, group_filter_type, system'

export interface ClaimRow {
  id: string
  name: string
  status: Claim['status']
  claim_type: Claim['claimType']
  value_type: Claim['valueType']
  value: string | null
  scopes: string
  always_include: number
  group_filter_type: Claim['groupFilterType']
  system: number
}

const fromRow = (row: ClaimRow): Claim => ({
  id: row.id,
  name: row.name,
  status: row.status,
  claimType: row.claim_type,
  valueType: row.value_type,
  value: row.value,
  scopes: json<string[]>(row.scopes),
  alwaysIncludeInToken: row.always_include === 1,
  groupFilterType: row.group_filter_type,
  system: row.system === 1,
})

/** System claims first, with their overrides, then custom ones by name. */
export function claimsFromRows(serverId: string, rows: readonly ClaimRow[]): readonly Claim[] {
  const stored = new Map(rows.map((row) => [row.id, fromRow(row)]))
  const system = systemClaims(serverId).map((claim) => stored.get(claim.id) ?? claim)
  return [...system, ...[...stored.values()].filter((claim) => !claim.system)]
}

export const selectClaims = (db: D1Database, serverId: string): D1PreparedStatement =>
  db.prepare(`SELECT ${columns} FROM claims WHERE server_id = ?1 ORDER BY name, id`).bind(serverId)

const values = (serverId: string, claim: Claim): readonly (string | number | null)[] => [
  serverId,
  claim.id,
  claim.name,
  claim.status,
  claim.claimType,
  claim.valueType,
  claim.value,
  JSON.stringify(claim.scopes),
  flag(claim.alwaysIncludeInToken),
  claim.groupFilterType,
]

/** A custom claim, unless the server has as many as it may have. A server that is gone is a ForeignKeyViolation. */
export const insertClaim = (db: D1Database, serverId: string, claim: Claim): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO claims (server_id, ${columns}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0
       WHERE (SELECT count(*) FROM claims WHERE server_id = ?1 AND system = 0) < ?11`,
    )
    .bind(...values(serverId, claim), limits.claimsPerServerMax - systemClaims(serverId).length)

/** A custom claim that exists. */
export const updateClaim = (db: D1Database, serverId: string, claim: Claim): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE claims SET name = ?3, status = ?4, claim_type = ?5, value_type = ?6, value = ?7, scopes = ?8,
       always_include = ?9, group_filter_type = ?10 WHERE server_id = ?1 AND id = ?2 AND system = 0`,
    )
    .bind(...values(serverId, claim))

/** A system claim exists without a row: the first change to it makes one. */
export const overrideClaim = (
  db: D1Database,
  serverId: string,
  claim: Claim,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO claims (server_id, ${columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 1)
       ON CONFLICT (server_id, id) DO UPDATE SET status = ?4, value_type = ?6, value = ?7, scopes = ?8,
       always_include = ?9, group_filter_type = ?10 WHERE system = 1`,
    )
    .bind(...values(serverId, claim))

export const deleteClaim = (db: D1Database, serverId: string, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM claims WHERE server_id = ?1 AND id = ?2').bind(serverId, id)
