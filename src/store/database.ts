/**
 * How the store talks to D1: batches are the only transactions, and faults of storage are told apart from answers.
 * A write is one batch of the change, the version bump of what it belongs to, and its outbox rows.
 */
import type { OutboxEntry } from '../domain/outbox.ts'
import { nowSeconds } from '../platform/clock.ts'
import { within } from '../platform/in-time.ts'
import { limits } from '../platform/limits.ts'
import { SchemaMismatch, StorageUnavailable } from '../platform/storage-errors.ts'

/** A unique name is taken. `constraint` is the column list as SQLite names it: `table.column, table.column`. */
export class UniqueViolation extends Error {
  readonly constraint: string

  constructor(constraint: string) {
    super(`UNIQUE ${constraint}`)
    this.constraint = constraint
  }
}

/** What a new row hangs on is gone. */
export class ForeignKeyViolation extends Error {}

const UNIQUE = /UNIQUE constraint failed: ([^:]+?)(?::|$)/

/** Translates what D1 throws. */
export function storageError(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : ''
  const unique = UNIQUE.exec(message)
  if (unique !== null) return new UniqueViolation(unique[1]!.trim())
  if (message.includes('FOREIGN KEY constraint failed'))
    return new ForeignKeyViolation('what a row refers to is gone', { cause })
  if (message.includes('no such table') || message.includes('no such column'))
    return new SchemaMismatch('the migrations have not been applied', cause)
  return new StorageUnavailable('D1', cause)
}

export async function readBatch(
  db: D1Database,
  statements: readonly D1PreparedStatement[],
): Promise<readonly D1Result[]> {
  try {
    const reading = db.withSession('first-primary').batch([...statements])
    return await within(reading, limits.storageMillis.database)
  } catch (cause) {
    throw storageError(cause)
  }
}

export async function readAll<Row>(statement: D1PreparedStatement): Promise<readonly Row[]> {
  try {
    return (await within(statement.all<Row>(), limits.storageMillis.database)).results
  } catch (cause) {
    throw storageError(cause)
  }
}

export async function readFirst<Row>(statement: D1PreparedStatement): Promise<Row | null> {
  return (await readAll<Row>(statement))[0] ?? null
}

/**
 * Commits a change in one transaction: its statements, of which the last one decides, its outbox rows, and what follows
 * from it. Each row is there only when the statement before it changed something (a batch runs on one connection, so
 * that changes() speaks of that statement), and whatever follows may ask the same way. True when the change happened;
 * without statements it has happened elsewhere.
 */
export const commit = async (
  db: D1Database,
  statements: readonly D1PreparedStatement[],
  outbox: readonly OutboxEntry[] = [],
  following: readonly D1PreparedStatement[] = [],
): Promise<boolean> => (await commitCounted(db, statements, outbox, following)).at(-1) !== 0

/** The same, and how many rows each of the statements changed. */
export async function commitCounted(
  db: D1Database,
  statements: readonly D1PreparedStatement[],
  outbox: readonly OutboxEntry[],
  following: readonly D1PreparedStatement[],
): Promise<readonly number[]> {
  const unconditional = flag(statements.length === 0)
  const rows = outbox.map((entry) =>
    db
      .prepare(
        `INSERT INTO outbox (id, kind, subject, payload, created)
         SELECT ?1, ?2, ?3, ?4, ?5 WHERE changes() > 0 OR ?6 = 1`,
      )
      .bind(
        entry.id,
        entry.kind,
        entry.subject,
        JSON.stringify(entry.payload),
        nowSeconds(),
        unconditional,
      ),
  )
  const results = await written(db, [...statements, ...rows, ...following])
  return results.slice(0, statements.length).map(({ meta }) => meta.changes)
}

/** Writes in one transaction. Who does not hear of it in time may have written all the same. */
export async function written(
  db: D1Database,
  statements: readonly D1PreparedStatement[],
): Promise<readonly D1Result[]> {
  try {
    return await within(db.batch([...statements]), limits.storageMillis.database)
  } catch (cause) {
    throw storageError(cause)
  }
}

/** A column of JSON text that this code wrote. */
export const json = <T>(text: string): T => JSON.parse(text) as T

export const flag = (value: boolean): 0 | 1 => (value ? 1 : 0)
