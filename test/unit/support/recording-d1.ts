/** A D1Database that runs nothing: it records each statement with its bindings and answers with no rows. */

export interface Recorded {
  readonly sql: string
  readonly bindings: readonly unknown[]
}

/** `given` answers the statements it knows; all others find nothing. */
export function recordingD1(given: (sql: string) => readonly object[] = () => []): {
  readonly db: D1Database
  readonly recorded: Recorded[]
} {
  const recorded: Recorded[] = []

  class Statement {
    readonly sql: string
    readonly bindings: readonly unknown[]

    constructor(sql: string, bindings: readonly unknown[] = []) {
      this.sql = sql
      this.bindings = bindings
    }

    bind(...bindings: readonly unknown[]): Statement {
      return new Statement(this.sql, bindings)
    }

    async all(): Promise<{ readonly results: readonly object[]; readonly meta: object }> {
      recorded.push({ sql: this.sql, bindings: this.bindings })
      return { results: given(this.sql), meta: { changes: 1, size_after: Number.MAX_SAFE_INTEGER } }
    }

    run(): Promise<unknown> {
      return this.all()
    }
  }

  const db = {
    prepare: (sql: string) => new Statement(sql),
    batch: (statements: readonly Statement[]) => Promise.all(statements.map((one) => one.all())),
    withSession: () => db,
  }
  return { db: db as unknown as D1Database, recorded }
}
