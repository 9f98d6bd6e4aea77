/** Lists of apps, each read along an index, so that a page costs the same wherever it lies. */
import type { App } from '../domain/app.ts'
import { appColumns, appFromRow, type AppRow } from './apps.ts'
import { readAll } from './database.ts'

/** By what apps are found. */
export type AppSource =
  | { readonly by: 'all' }
  | { readonly by: 'id' | 'status' | 'group' | 'user'; readonly value: string }

const FROM = {
  all: 'apps a WHERE a.id > ?1 ORDER BY a.id',
  id: 'apps a WHERE a.id = ?3 AND a.id > ?1 ORDER BY a.id',
  status: 'apps a WHERE a.status = ?3 AND a.id > ?1 ORDER BY a.id',
  group: `app_groups g JOIN apps a ON a.id = g.app_id WHERE g.group_id = ?3 AND g.app_id > ?1
    ORDER BY g.app_id`,
  // One by one, and the first ones of each group that the user is in.
  user: `(SELECT id FROM
    (SELECT app_id AS id FROM app_users WHERE user_id = ?3 AND app_id > ?1 ORDER BY app_id LIMIT ?2)
    UNION SELECT f.value FROM group_members m, json_each((SELECT json_group_array(app_id) FROM
    (SELECT app_id FROM app_groups WHERE group_id = m.group_id AND app_id > ?1 ORDER BY app_id LIMIT ?2))) f
    WHERE m.user_id = ?3) few JOIN apps a ON a.id = few.id ORDER BY few.id`,
} as const satisfies Record<AppSource['by'], string>

/** A page in id order. */
export async function listApps(
  db: D1Database,
  source: AppSource,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly App[]> {
  const statement = db.prepare(`SELECT ${appColumns} FROM ${FROM[source.by]} LIMIT ?2`)
  const values = source.by === 'all' ? [] : [source.value]
  const bound = statement.bind(page.after, page.limit, ...values)
  return (await readAll<AppRow>(bound)).map(appFromRow)
}

/**
 * Apps whose labels begin with a text, upper and lower case alike, in the order of the labels. Compared without LIKE,
 * whose patterns D1 bounds to 50 bytes.
 */
export async function appsLabelled(
  db: D1Database,
  beginning: string,
  page: { readonly after: { readonly label: string; readonly id: string }; readonly limit: number },
): Promise<readonly App[]> {
  // The greatest code point stands behind everything that begins with the text.
  const statement = db.prepare(
    `SELECT ${appColumns} FROM apps a WHERE a.label >= ?1 COLLATE NOCASE AND a.label < ?2 COLLATE NOCASE
     AND (a.label > ?1 COLLATE NOCASE OR a.id > ?3) ORDER BY a.label COLLATE NOCASE, a.id LIMIT ?4`,
  )
  const { label, id } = page.after
  const bound = statement.bind(label, `${beginning}\u{10FFFF}`, id, page.limit)
  return (await readAll<AppRow>(bound)).map(appFromRow)
}
