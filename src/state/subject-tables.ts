/** The tables inside the object of a user. They come with the first thing to remember. */

/** By version, the statements that lead to it. Version 1 kept a table of endings. */
const MIGRATIONS: ReadonlyMap<number, readonly string[]> = new Map([
  [
    2,
    [
      'DROP TABLE IF EXISTS endings',
      `CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, sid TEXT NOT NULL,
       secret_hash TEXT NOT NULL, amr TEXT NOT NULL, authenticated_at INTEGER NOT NULL,
       used_at INTEGER NOT NULL) WITHOUT ROWID`,
      `CREATE TABLE authorizations (id TEXT PRIMARY KEY, server_id TEXT NOT NULL, client_id TEXT NOT NULL,
       sid TEXT, created INTEGER NOT NULL, record TEXT NOT NULL, redeemed_at INTEGER, ended INTEGER NOT NULL,
       alive_until INTEGER NOT NULL, secret_hash TEXT, generation INTEGER, rotated_at INTEGER,
       leeway_seconds INTEGER, idle_expires INTEGER, absolute_expires INTEGER, used_at INTEGER,
       listing TEXT, listed_at INTEGER) WITHOUT ROWID`,
      'CREATE INDEX authorizations_listing ON authorizations (listing) WHERE listing IS NOT NULL',
      'CREATE TABLE revocations (jti TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID',
    ],
  ],
  [
    3,
    [
      `CREATE TABLE participants (sid TEXT NOT NULL, server_id TEXT NOT NULL, client_id TEXT NOT NULL,
       PRIMARY KEY (sid, server_id, client_id)) WITHOUT ROWID`,
    ],
  ],
  [
    4,
    [
      `CREATE TABLE logouts (sid TEXT NOT NULL, server_id TEXT NOT NULL, client_id TEXT NOT NULL,
       user_id TEXT NOT NULL, attempts INTEGER NOT NULL, due INTEGER NOT NULL,
       PRIMARY KEY (sid, server_id, client_id)) WITHOUT ROWID`,
    ],
  ],
  [
    5,
    [
      'ALTER TABLE authorizations ADD COLUMN tokens_until INTEGER',
      `CREATE TABLE marks (server_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, at INTEGER NOT NULL,
       until INTEGER NOT NULL) WITHOUT ROWID`,
    ],
  ],
  [6, ['ALTER TABLE authorizations ADD COLUMN attempt TEXT']],
])

export class SubjectTables {
  readonly #storage: DurableObjectStorage
  #isOpen = false

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage
  }

  /** To write. */
  open(): SqlStorage {
    const { sql } = this.#storage
    if (this.#isOpen) return sql
    this.#storage.transactionSync(() => {
      sql.exec('CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY) WITHOUT ROWID')
      const known = sql.exec('SELECT max(version) AS version FROM migrations').one()['version']
      for (const [version, statements] of MIGRATIONS) {
        if (version <= Number(known ?? 0)) continue
        for (const statement of statements) sql.exec(statement)
        sql.exec('INSERT INTO migrations (version) VALUES (?)', version)
      }
    })
    this.#isOpen = true
    return sql
  }

  /** To read: null while nothing was ever remembered. */
  existing(): SqlStorage | null {
    if (this.#isOpen) return this.#storage.sql
    const found = this.#storage.sql.exec(
      "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'authorizations'",
    )
    return found.toArray().length === 1 ? this.open() : null
  }

  /** All of it or nothing. */
  atomically<Result>(work: () => Result): Result {
    try {
      return this.#storage.transactionSync(work)
    } catch (error) {
      // The tables may have been made by what was undone.
      this.forget()
      throw error
    }
  }

  /** Deletes everything but what others still have to be told. */
  empty(): void {
    const sql = this.existing()
    for (const table of ['sessions', 'participants', 'authorizations', 'revocations'])
      sql?.exec(`DELETE FROM ${table}`)
  }

  /** Everything was deleted. */
  forget(): void {
    this.#isOpen = false
  }
}
