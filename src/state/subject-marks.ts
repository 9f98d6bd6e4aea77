/**
 * What verifiers have to hear of one user, inside the user's object: at which servers tokens given until now may be
 * dead. Written down with what ends them, told to the servers' revocation feeds, and tried again until they know.
 */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { RevocationFeeds } from '../domain/revocation-feed.ts'
import { nowSeconds } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import type { SubjectTables } from './subject-tables.ts'

interface Row extends Record<string, SqlStorageValue> {
  server_id: string
  user_id: string
  at: number
  until: number
}

/** Older code did not write down until when tokens live. */
const TOKEN_SECONDS_MAX = Math.max(limits.accessTokenSecondsMax, limits.hookTokenSecondsMax)

export class SubjectMarks {
  readonly #tables: SubjectTables
  readonly #feeds: Pick<RevocationFeeds, 'mark'>
  #telling: Promise<void> | null = null

  constructor(tables: SubjectTables, feeds: Pick<RevocationFeeds, 'mark'>) {
    this.#tables = tables
    this.#feeds = feeds
  }

  /** Tokens of the authorizations that match end now, or may. Tokens of the org server are verified by nobody else. */
  add(condition: string, ...values: readonly SqlStorageValue[]): void {
    const now = nowSeconds()
    this.#tables.existing()?.exec(
      `WITH ending AS (SELECT server_id, json_extract(record, '$.userId') AS user_id, tokens_until, alive_until
         FROM authorizations WHERE ended = 0 AND ${condition}),
       marked AS (SELECT server_id, user_id, coalesce(tokens_until, min(alive_until, ?)) AS until FROM ending)
       INSERT INTO marks (server_id, user_id, at, until)
       SELECT server_id, user_id, ?, max(until) FROM marked WHERE until > ? AND server_id <> ? GROUP BY server_id
       ON CONFLICT (server_id) DO UPDATE SET at = max(at, excluded.at), until = max(until, excluded.until)`,
      ...values,
      now + TOKEN_SECONDS_MAX,
      now,
      now - limits.clockSkewSeconds,
      ORG_SERVER_ID,
    )
  }

  isBehind(): boolean {
    const rows = this.#tables.existing()?.exec('SELECT 1 FROM marks LIMIT 1')
    return (rows?.toArray().length ?? 0) > 0
  }

  /** Never rejects: what could not be told is told again. */
  async tell(): Promise<void> {
    // What was marked while others were told is told in a round of its own.
    while (this.#telling !== null) await this.#telling
    this.#telling = this.#tellAll().finally(() => {
      this.#telling = null
    })
    await this.#telling
  }

  /** Returns once verifiers can hear of everything. A fault otherwise: they are told again then. */
  async heard(): Promise<void> {
    if (this.isBehind()) await this.tell()
    if (this.isBehind()) throw new StorageUnavailable('the revocation feed')
  }

  async #tellAll(): Promise<void> {
    const rows = this.#tables
      .existing()
      ?.exec<Row>('SELECT server_id, user_id, at, until FROM marks')
    await Promise.all((rows?.toArray() ?? []).map((row) => this.#tellOne(row)))
  }

  async #tellOne({ server_id: serverId, user_id: holder, at, until }: Row): Promise<void> {
    try {
      await this.#feeds.mark(serverId, [{ holder, at, until }])
    } catch (cause) {
      logFault('subject.mark', { serverId }, cause)
      return
    }
    // What was marked since has still to be told.
    this.#tables
      .existing()
      ?.exec('DELETE FROM marks WHERE server_id = ? AND at = ? AND until = ?', serverId, at, until)
  }
}
