/**
 * How the store talks to D1: batches are the only transactions, and faults of storage are told apart from answers.
 * A write is one batch of the change, the version bump of what it belongs to, and its outbox rows.
 */
import type { OutboxEntry } from '../domain/outbox.ts'
import { nowSeconds } from '../platform/clock.ts'
import { SchemaMismatch, StorageUnavailable } from '../platform/storage-errors.ts'

/** A unique name is taken. `constraint` is the column list as SQLite names it: `table.column, table.column`. */
export class UniqueViolation extends Error {
  readonly constraint: string

  constructor(constraint: string) {
    super(`UNIQUE ${constraint}`)
    this.constraint = constraint
  }
}

const UNIQUE = /UNIQUE constraint failed: ([^:]+?)(?::|$)/

/** Translates what D1 throws. */
export function storageError(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : ''
  const unique = UNIQUE.exec(message)
  if (unique !== null) return new UniqueViolation(unique[1]!.trim())
  if (message.includes('no such table') || message.includes('no such column'))
    return new SchemaMismatch('the migrations have not been applied', cause)
  return new StorageUnavailable('D1', cause)
}

export async function readBatch(
  db: D1Database,
  statements: readonly D1PreparedStatement[],
): Promise<readonly D1Result[]> {
  try {
    return await db.withSession('first-primary').batch([...statements])
  } catch (cause) {
    throw storageError(cause)
  }
}

export async function readAll<Row>(statement: D1PreparedStatement): Promise<readonly Row[]> {
  try {
    return (await statement.all<Row>()).results
  } catch (cause) {
    throw storageError(cause)
  }
}

export async function readFirst<Row>(statement: D1PreparedStatement): Promise<Row | null> {
  return (await readAll<Row>(statement))[0] ?? null
}

/** Commits statements with their outbox rows in one transaction. Returns the results of the statements. */
export async function commit(
  db: D1Database,
  statements: readonly D1PreparedStatement[],
  outbox: readonly OutboxEntry[] = [],
): Promise<readonly D1Result[]> {
  const rows = outbox.map((entry) =>
    db
      .prepare(
        'INSERT INTO outbox (id, kind, subject, payload, created) VALUES (?1, ?2, ?3, ?4, ?5)',
      )
      .bind(entry.id, entry.kind, entry.subject, JSON.stringify(entry.payload), nowSeconds()),
  )
  try {
    return (await db.batch([...statements, ...rows])).slice(0, statements.length)
  } catch (cause) {
    throw storageError(cause)
  }
}

/** A column of JSON text that this code wrote. */
export const json = <T>(text: string): T => JSON.parse(text) as T

export const flag = (value: boolean): 0 | 1 => (value ? 1 : 0)
