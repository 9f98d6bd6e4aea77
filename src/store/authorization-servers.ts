/** Table authorization_servers. */
import type {
  AuthorizationServer,
  IssuerMode,
  RotationMode,
  SigningAlgorithm,
  Status,
} from '../domain/authorization-server.ts'
import { flag, readAll, readFirst } from './database.ts'

export const serverColumns =
  'id, name, description, audience, issuer_mode, status, is_default, rotation_mode, signing_alg, signing_kid, ' +
  'signing_last_rotated, signing_next_rotation, version, created, last_updated'

export interface ServerRow {
  id: string
  name: string
  description: string | null
  audience: string
  issuer_mode: IssuerMode
  status: Status
  is_default: number
  rotation_mode: RotationMode
  signing_alg: SigningAlgorithm
  signing_kid: string | null
  signing_last_rotated: number | null
  signing_next_rotation: number | null
  version: number
  created: number
  last_updated: number
}

export const serverFromRow = (row: ServerRow): AuthorizationServer => ({
  id: row.id,
  kind: 'custom',
  name: row.name,
  description: row.description,
  audience: row.audience,
  issuerMode: row.issuer_mode,
  status: row.status,
  isDefault: row.is_default === 1,
  rotationMode: row.rotation_mode,
  signingAlgorithm: row.signing_alg,
  signingKid: row.signing_kid,
  lastRotated: row.signing_last_rotated,
  nextRotation: row.signing_next_rotation,
  created: row.created,
  lastUpdated: row.last_updated,
})

export async function findServer(db: D1Database, id: string): Promise<AuthorizationServer | null> {
  const row = await readFirst<ServerRow>(
    db.prepare(`SELECT ${serverColumns} FROM authorization_servers WHERE id = ?1`).bind(id),
  )
  return row === null ? null : serverFromRow(row)
}

/** A page in id order. `query` matches the beginning of the name or the audience. */
export async function listServers(
  db: D1Database,
  page: { readonly query: string | null; readonly after: string; readonly limit: number },
): Promise<readonly AuthorizationServer[]> {
  const filter =
    page.query === null
      ? ''
      : 'AND (lower(substr(name, 1, length(?3))) = lower(?3) OR lower(substr(audience, 1, length(?3))) = lower(?3))'
  const statement = db.prepare(
    `SELECT ${serverColumns} FROM authorization_servers WHERE id > ?1 ${filter} ORDER BY id LIMIT ?2`,
  )
  const bound =
    page.query === null
      ? statement.bind(page.after, page.limit)
      : statement.bind(page.after, page.limit, page.query)
  return (await readAll<ServerRow>(bound)).map(serverFromRow)
}

export const insertServer = (db: D1Database, server: AuthorizationServer): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO authorization_servers (id, name, description, audience, issuer_mode, status, is_default,
       rotation_mode, signing_alg, version, created, last_updated)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, ?10, ?10)`,
    )
    .bind(
      server.id,
      server.name,
      server.description,
      server.audience,
      server.issuerMode,
      server.status,
      flag(server.isDefault),
      server.rotationMode,
      server.signingAlgorithm,
      server.created,
    )

export const updateServer = (
  db: D1Database,
  server: Pick<
    AuthorizationServer,
    'id' | 'name' | 'description' | 'audience' | 'issuerMode' | 'rotationMode' | 'signingAlgorithm'
  >,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE authorization_servers SET name = ?2, description = ?3, audience = ?4, issuer_mode = ?5,
       rotation_mode = ?6, signing_alg = ?7, last_updated = ?8, version = version + 1 WHERE id = ?1`,
    )
    .bind(
      server.id,
      server.name,
      server.description,
      server.audience,
      server.issuerMode,
      server.rotationMode,
      server.signingAlgorithm,
      now,
    )

export const setServerStatus = (
  db: D1Database,
  id: string,
  status: Status,
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE authorization_servers SET status = ?2, last_updated = ?3, version = version + 1
       WHERE id = ?1 AND status <> ?2`,
    )
    .bind(id, status, now)

export const deleteServer = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM authorization_servers WHERE id = ?1 AND is_default = 0').bind(id)

/**
 * Every write to something below a server counts in the server's version. Stands behind the write in its batch and
 * counts nothing when the write changed nothing.
 */
export const bumpServer = (db: D1Database, id: string): D1PreparedStatement =>
  db
    .prepare(
      'UPDATE authorization_servers SET version = version + 1 WHERE id = ?1 AND changes() > 0',
    )
    .bind(id)

/** Repeats what the server's key ring says, for lists. Touches no version: snapshots read the ring itself. */
export async function saveSigningState(
  db: D1Database,
  id: string,
  state: {
    readonly kid: string | null
    readonly lastRotated: number
    readonly nextRotation: number | null
  },
): Promise<void> {
  await db
    .prepare(
      `UPDATE authorization_servers SET signing_kid = ?2, signing_last_rotated = ?3, signing_next_rotation = ?4
       WHERE id = ?1`,
    )
    .bind(id, state.kid, state.lastRotated, state.nextRotation)
    .run()
}
