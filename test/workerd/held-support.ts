/** What sign-in leaves behind: users, refresh tokens through the objects of their users, and rows of consents. */
import { env } from 'cloudflare:workers'
import { aFamily, isAlive, listed, nowSeconds } from './subject-support.ts'
import { unique } from './support.ts'

const { DB, LOG_DB } = env

export { nowSeconds }

/** An id that sorts in the order in which it was made. */
let made = 0
const id = (prefix: string): string => `${prefix}${String(++made).padStart(6, '0')}${unique('x')}`

export async function aPerson(): Promise<{ readonly id: string; readonly login: string }> {
  const person = { id: id('00u'), login: `${unique('person')}@example.com` }
  await DB.prepare(
    `INSERT INTO users (id, login, status, profile, created, last_updated) VALUES (?1, ?2, 'ACTIVE', ?3, 1, 1)`,
  )
    .bind(person.id, person.login, JSON.stringify({ firstName: 'Ada', lastName: 'Lovelace' }))
    .run()
  return person
}

export interface Row {
  readonly id: string
  readonly serverId: string
  readonly clientId: string
  readonly userId: string
}

/** A refresh token family that is listed; it expires when it is not used until then. */
export async function aRefreshToken(
  serverId: string,
  clientId: string,
  userId: string,
  options: { readonly scopes?: readonly string[]; readonly expires?: number } = {},
): Promise<Row> {
  const row = { id: id('oar'), serverId, clientId, userId }
  const created = nowSeconds()
  const access = {
    ruleId: null,
    policyId: null,
    accessTokenSeconds: 3600,
    refreshTokenSeconds: 0,
    refreshWindowSeconds: (options.expires ?? created + 7 * 86_400) - created,
  }
  const scopes = options.scopes ?? ['offline_access', 'read']
  await aFamily({ ...row, created, access, scopes })
  await listed(userId)
  return row
}

export async function aConsent(
  serverId: string,
  clientId: string,
  userId: string,
  scope: string,
): Promise<Row> {
  const row = { id: id('oag'), serverId, clientId, userId }
  await DB.prepare(
    `INSERT INTO consents (id, user_id, client_id, server_id, scope, created, last_updated)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)`,
  )
    .bind(row.id, userId, clientId, serverId, scope, nowSeconds())
    .run()
  return row
}

/** Whether the tokens of a family are dead. */
export const hasEnded = async ({ id: authorizationId, userId }: Row): Promise<boolean> =>
  !(await isAlive(userId, authorizationId))

export const whichEnded = async (rows: readonly Row[]): Promise<readonly boolean[]> =>
  Promise.all(rows.map((row) => hasEnded(row)))

export const isListed = async (table: 'refresh_tokens' | 'consents', { id: row }: Row) =>
  (await DB.prepare(`SELECT 1 FROM ${table} WHERE id = ?1`).bind(row).first()) !== null

/** How many events the log holds and how many rows the outbox. */
export async function told(): Promise<{ readonly events: number; readonly waiting: number }> {
  const count = async (db: D1Database, table: string) =>
    (await db.prepare(`SELECT count(*) AS n FROM ${table}`).first<{ n: number }>())!.n
  return { events: await count(LOG_DB, 'events'), waiting: await count(DB, 'outbox') }
}

/** The types of the events that name something. */
export async function eventsAbout(target: string): Promise<readonly string[]> {
  const { results } = await LOG_DB.prepare(
    'SELECT event_type FROM events WHERE instr(document, ?1) > 0 ORDER BY published, id',
  )
    .bind(`"${target}"`)
    .all<{ event_type: string }>()
  return results.map((row) => row.event_type)
}
