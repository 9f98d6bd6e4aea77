/**
 * Lists of authorization servers, by pages that cost the same wherever they lie. What begins with a text is found in
 * two passes over indexes, by name and then by audience; each goes on where the page before it ended.
 */
import { limits } from '../platform/limits.ts'
import {
  serverColumns,
  serverFromRow,
  type ServerRow,
  type StoredServer,
} from './authorization-servers.ts'
import { readAll } from './database.ts'

/** Leaves out a server and those associated with it; nobody when it is null. */
const notWith = (place: string): string =>
  `s.id IS NOT ${place} AND NOT EXISTS
   (SELECT 1 FROM associated_servers a WHERE a.server_id = ${place} AND a.associated_id = s.id)`

/** A page in id order. */
export async function listServers(
  db: D1Database,
  page: { readonly after: string; readonly limit: number },
  notWithId: string | null = null,
): Promise<readonly StoredServer[]> {
  const statement = db.prepare(
    `SELECT ${serverColumns} FROM authorization_servers s WHERE s.id > ?1 AND ${notWith('?3')}
     ORDER BY s.id LIMIT ?2`,
  )
  const rows = await readAll<ServerRow>(statement.bind(page.after, page.limit, notWithId))
  return rows.map(serverFromRow)
}

const PASSES = ['name', 'audience'] as const

/** Behind which server, in which pass, a page begins. */
export interface ServerPosition {
  readonly by: (typeof PASSES)[number]
  readonly key: string
  readonly id: string
}

export interface FoundServers {
  readonly servers: readonly StoredServer[]
  /** Null: there are no more. */
  readonly next: ServerPosition | null
}

/** As the indexes compare: NOCASE knows ASCII only. */
const folded = (text: string): string => text.replaceAll(/[A-Z]/g, (one) => one.toLowerCase())

const begins = (text: string, prefix: string): boolean => folded(text).startsWith(folded(prefix))

/** Whether a value can be a position in what begins with a text. */
export function isServerPosition(value: unknown, query: string): value is ServerPosition {
  const { by, key, id } = (value ?? {}) as Partial<Record<keyof ServerPosition, unknown>>
  return (
    PASSES.some((pass) => pass === by) &&
    typeof key === 'string' &&
    begins(key, query) &&
    typeof id === 'string'
  )
}

/**
 * Servers whose name or audience begins with a text, whatever the case: by name, then those found by audience alone.
 * A page may be short although more follow, when many of the second pass were in the first already.
 */
export async function searchServers(
  db: D1Database,
  query: string,
  page: { readonly after: ServerPosition | null; readonly limit: number },
  notWithId: string | null = null,
): Promise<FoundServers> {
  const servers: StoredServer[] = []
  let position: ServerPosition = page.after ?? { by: 'name', key: query, id: '' }
  for (let round = 0; round < limits.searchRoundsMax; round++) {
    const { by } = position
    const wanted = page.limit - servers.length + 1
    const rows = await readPass(db, query, position, wanted, notWithId)
    for (const server of rows) {
      if (servers.length === page.limit) return { servers, next: position }
      position = { by, key: server[by], id: server.id }
      if (by === 'name' || !begins(server.name, query)) servers.push(server)
    }
    if (rows.length === wanted) continue
    if (by === 'audience') return { servers, next: null }
    position = { by: 'audience', key: query, id: '' }
  }
  return { servers, next: position }
}

async function readPass(
  db: D1Database,
  query: string,
  { by, key, id }: ServerPosition,
  limit: number,
  notWithId: string | null,
): Promise<readonly StoredServer[]> {
  // A comparison of pairs would not use the index, whose first column compares by another rule than the table's.
  const part = (where: string): string =>
    `SELECT ${serverColumns} FROM authorization_servers s WHERE ${where} AND ${notWith('?5')}`
  const statement = db.prepare(
    `${part(`s.${by} = ?1 COLLATE NOCASE AND s.id > ?2`)} UNION ALL
     ${part(`s.${by} > ?1 COLLATE NOCASE AND s.${by} < ?3 COLLATE NOCASE`)}
     ORDER BY ${by} COLLATE NOCASE, id LIMIT ?4`,
  )
  // The greatest code point stands behind everything that begins with the text.
  const bound = statement.bind(key, id, `${query}\u{10FFFF}`, limit, notWithId)
  return (await readAll<ServerRow>(bound)).map(serverFromRow)
}
