/** A D1Database over SQLite in memory, for what statements find. Batches are transactions, as D1's are. */
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { ROOT } from './source.ts'

class Statement {
  readonly #sqlite: DatabaseSync
  readonly sql: string
  readonly bindings: readonly SQLInputValue[]

  constructor(sqlite: DatabaseSync, sql: string, bindings: readonly SQLInputValue[] = []) {
    this.#sqlite = sqlite
    this.sql = sql
    this.bindings = bindings
  }

  bind(...bindings: readonly SQLInputValue[]): Statement {
    return new Statement(this.#sqlite, this.sql, bindings)
  }

  run(): { results: unknown[]; meta: { changes: number } } {
    const results = this.#sqlite.prepare(this.sql).all(...this.bindings)
    const { changes } = this.#sqlite.prepare('SELECT changes() AS changes').get() as {
      changes: number
    }
    return { results, meta: { changes } }
  }

  async all(): Promise<{ results: unknown[] }> {
    return this.run()
  }
}

/** With the schema of the configuration database. */
export function sqliteD1(): { readonly db: D1Database; readonly sqlite: DatabaseSync } {
  const sqlite = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true })
  const folder = `${ROOT}src/store/migrations/`
  for (const name of readdirSync(folder).toSorted())
    sqlite.exec(readFileSync(folder + name, 'utf8'))
  const db = {
    prepare: (sql: string) => new Statement(sqlite, sql),
    withSession: () => db,
    async batch(statements: readonly Statement[]) {
      sqlite.exec('BEGIN')
      try {
        const results = statements.map((one) => one.run())
        sqlite.exec('COMMIT')
        return results
      } catch (error) {
        sqlite.exec('ROLLBACK')
        throw error
      }
    },
  }
  return { db: db as unknown as D1Database, sqlite }
}
