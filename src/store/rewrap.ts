/**
 * After KEY_ENCRYPTION_KEY got a new version: client secrets and those of inline hooks stored under an older one are
 * encrypted anew, a bounded number at a time. Values do not change, so nobody notices.
 */
import { boundToHook } from '../domain/inline-hook.ts'
import type { Envelope, KeyEncryption } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { utf8Decode } from '../platform/encoding.ts'
import { json, readAll } from './database.ts'

interface SecretRow {
  readonly app_id: string
  readonly id: string
  readonly mac: string
  readonly envelope: string
}

/**
 * How many secrets were rewritten. A row that changed meanwhile is left for the next turn, and one that cannot be
 * opened keeps nobody behind it waiting.
 */
export async function rewrapClientSecrets(
  db: D1Database,
  keyEncryption: KeyEncryption,
): Promise<number> {
  // With a single key everything is under it, and the table need not be looked through.
  if (keyEncryption.versions.length === 1) return 0
  let done = 0
  let after: Pick<SecretRow, 'app_id' | 'id'> = { app_id: '', id: '' }
  for (let batch = 0; batch < limits.rewrapBatchesPerRunMax; batch++) {
    const rows = await staleSecrets(db, keyEncryption.currentVersion, after)
    const last = rows.at(-1)
    if (last === undefined) break
    const updates: D1PreparedStatement[] = []
    for (const row of rows) {
      try {
        updates.push(await rewrapped(db, row, keyEncryption))
      } catch (cause) {
        logFault('rewrap', { appId: row.app_id, secretId: row.id }, cause)
      }
    }
    if (updates.length > 0) await db.batch(updates)
    done += updates.length
    if (done >= limits.rewrapBatchMax || rows.length < limits.rewrapBatchMax) break
    after = last
  }
  return done
}

const staleSecrets = (
  db: D1Database,
  currentVersion: string,
  after: Pick<SecretRow, 'app_id' | 'id'>,
): Promise<readonly SecretRow[]> =>
  readAll<SecretRow>(
    db
      .prepare(
        `SELECT app_id, id, mac, envelope FROM app_secrets WHERE substr(mac, 1, ?1) <> ?2
         AND (app_id, id) > (?3, ?4) ORDER BY app_id, id LIMIT ?5`,
      )
      .bind(
        currentVersion.length + 1,
        `${currentVersion}.`,
        after.app_id,
        after.id,
        limits.rewrapBatchMax,
      ),
  )

async function rewrapped(
  db: D1Database,
  row: SecretRow,
  keyEncryption: KeyEncryption,
): Promise<D1PreparedStatement> {
  const bound = [row.app_id, row.id]
  const value = await keyEncryption.open(json<Envelope>(row.envelope), 'client-secret', bound)
  const mac = await keyEncryption.mac(utf8Decode(value) ?? '', 'client-secret-mac')
  const envelope = await keyEncryption.seal(value, 'client-secret', bound)
  return db
    .prepare(
      'UPDATE app_secrets SET mac = ?3, envelope = ?4 WHERE app_id = ?1 AND id = ?2 AND mac = ?5',
    )
    .bind(row.app_id, row.id, mac, JSON.stringify(envelope), row.mac)
}

interface HookSecretRow {
  readonly id: string
  readonly secret: string
}

/** How many secrets of inline hooks were rewritten; all of them, since there are few. Otherwise as for clients. */
export async function rewrapHookSecrets(
  db: D1Database,
  keyEncryption: KeyEncryption,
): Promise<number> {
  if (keyEncryption.versions.length === 1) return 0
  const statement = db.prepare(
    `SELECT id, secret FROM inline_hooks WHERE secret ->> '$.keyVersion' <> ?1 LIMIT ?2`,
  )
  const updates: D1PreparedStatement[] = []
  const { currentVersion } = keyEncryption
  for (const row of await readAll<HookSecretRow>(
    statement.bind(currentVersion, limits.inlineHooksMax),
  )) {
    try {
      updates.push(await rewrappedHook(db, row, keyEncryption))
    } catch (cause) {
      logFault('rewrap', { hookId: row.id }, cause)
    }
  }
  if (updates.length > 0) await db.batch(updates)
  return updates.length
}

async function rewrappedHook(
  db: D1Database,
  { id, secret }: HookSecretRow,
  keyEncryption: KeyEncryption,
): Promise<D1PreparedStatement> {
  const value = await keyEncryption.open(json<Envelope>(secret), 'hook-secret', boundToHook(id))
  const envelope = await keyEncryption.seal(value, 'hook-secret', boundToHook(id))
  return db
    .prepare('UPDATE inline_hooks SET secret = ?2 WHERE id = ?1 AND secret = ?3')
    .bind(id, JSON.stringify(envelope), secret)
}
