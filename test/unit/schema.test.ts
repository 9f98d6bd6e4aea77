/**
 * The schema: the migrations lead to it, foreign keys hold, and no statement of the store reads a growing table from
 * end to end. Statements are collected by calling the store with a database that only records.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { currentEvent } from '../../src/domain/log-event.ts'
import { SystemLogEvent } from '../../src/domain/system-log.ts'
import { writeEvents } from '../../src/store/system-log.ts'
import { anEvent } from './support/builders.ts'
import { recordingD1 } from './support/recording-d1.ts'
import { filesUnder, ROOT } from './support/source.ts'
import { storeStatements } from './support/store-statements.ts'

const read = (path: string): string => readFileSync(ROOT + path, 'utf8')

const migrations = (folder: string): readonly string[] =>
  readdirSync(ROOT + folder)
    .toSorted()
    .map((name) => read(folder + name))

const CONFIGURATION = 'src/store/migrations/'
const LOG = 'src/store/log-migrations/'

function database(statements: readonly string[]): DatabaseSync {
  const db = new DatabaseSync(':memory:', { enableForeignKeyConstraints: true })
  for (const text of statements) db.exec(text)
  return db
}

const migrated = database(migrations(CONFIGURATION))
const log = database(migrations(LOG))

interface Master {
  readonly type: string
  readonly name: string
  readonly tbl_name: string
  readonly sql: string
}

const rows = <Row>(db: DatabaseSync, sql: string, ...values: readonly string[]): readonly Row[] =>
  db.prepare(sql).all(...values) as unknown as readonly Row[]

/** The schema as SQLite keeps it, without comments and layout. */
const schemaOf = (db: DatabaseSync): readonly Master[] =>
  rows<Master>(
    db,
    "SELECT type, name, tbl_name, coalesce(sql, '') AS sql FROM sqlite_master ORDER BY type, name",
  ).map((entry) => ({
    ...entry,
    sql: entry.sql
      .replaceAll(/--[^\n]*/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/\s*([(),])\s*/g, '$1')
      .trim(),
  }))

describe('migrations', () => {
  it('applied in order to an empty database give exactly schema.sql', () => {
    expect(schemaOf(migrated)).toEqual(schemaOf(database([read('schema.sql')])))
  })

  it('are numbered without a gap, and the database knows how many it has seen', () => {
    for (const folder of [CONFIGURATION, LOG])
      for (const [at, name] of readdirSync(ROOT + folder)
        .toSorted()
        .entries())
        expect(name).toMatch(new RegExp(`^${String(at + 1).padStart(4, '0')}_[a-z0-9_]+\\.sql$`))
    const versions = rows<{ version: number }>(migrated, 'SELECT version FROM schema_version')
    expect(versions.map(({ version }) => version)).toEqual(migrations(CONFIGURATION).map((_, at) => at + 1)) // prettier-ignore
  })

  it('hold nothing that a remote migration cannot run', () => {
    for (const text of [...migrations(CONFIGURATION), ...migrations(LOG), read('schema.sql')]) {
      const code = text.replaceAll(/--[^\n]*/g, '')
      expect(code).not.toMatch(
        /\b(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|TRIGGER|PRAGMA|ATTACH|VACUUM)\b/i,
      )
    }
  })

  it('declare every table without a hidden row id unless its key is an integer', () => {
    const tables = [...schemaOf(migrated), ...schemaOf(log)].filter(
      ({ type, name }) => type === 'table' && !name.startsWith('sqlite_'),
    )
    for (const { name, sql } of tables)
      expect(`${name} ${/WITHOUT ROWID$|INTEGER PRIMARY KEY/.test(sql)}`).toBe(`${name} true`)
  })
})

describe('foreign keys', () => {
  const tables = schemaOf(migrated).filter(({ type }) => type === 'table')

  it('are enforced, and what hangs on a server goes with it', () => {
    const db = database(migrations(CONFIGURATION))
    const insertScope = db.prepare(
      `INSERT INTO scopes (id, server_id, name, consent, optional, is_default, metadata_publish, system)
       VALUES ('s', 'aus1', 'read', 'IMPLICIT', 0, 0, 'NO_CLIENTS', 0)`,
    )
    expect(() => insertScope.run()).toThrow('FOREIGN KEY')
    db.exec(
      `INSERT INTO authorization_servers (id, name, audience, issuer_mode, status, is_default, rotation_mode,
       signing_alg, version, created, last_updated) VALUES ('aus1', 'n', 'a', 'ORG_URL', 'ACTIVE', 0, 'AUTO', 'RS256',
       1, 1, 1)`,
    )
    insertScope.run()
    db.exec(`DELETE FROM authorization_servers WHERE id = 'aus1'`)
    expect(rows(db, 'SELECT id FROM scopes')).toEqual([])
  })

  /** Without an index, removing the parent reads the whole child table. */
  const WITHOUT_INDEX: readonly string[] = []

  it('are each covered by an index of the child', () => {
    const uncovered = tables.flatMap(({ name }) => {
      const keys = Map.groupBy(
        rows<{ id: number; seq: number; from: string }>(
          migrated,
          'SELECT id, seq, "from" FROM pragma_foreign_key_list(?) ORDER BY id, seq',
          name,
        ),
        ({ id }) => id,
      )
      const indexes = rows<{ name: string }>(
        migrated,
        'SELECT name FROM pragma_index_list(?)',
        name,
      ).map((index) =>
        rows<{ name: string }>(migrated, 'SELECT name FROM pragma_index_info(?)', index.name)
          .map((column) => column.name)
          .join(' '),
      )
      return [...keys.values()]
        .map((columns) => columns.map(({ from }) => from))
        .filter(
          (columns) => !indexes.some((index) => `${index} `.startsWith(`${columns.join(' ')} `)),
        ) // prettier-ignore
        .map((columns) => `${name} (${columns.join(', ')})`)
    })
    expect(uncovered).toEqual(WITHOUT_INDEX)
  })
})

const recorded = await storeStatements()

/** Each statement once, with the database that it is for. */
const statements = [...new Map(recorded.map((one) => [one.sql, one])).values()].map((one) => ({
  ...one,
  db: one.isOfLog ? log : migrated,
  name: one.sql.replaceAll(/\s+/g, ' ').slice(0, 110),
}))

interface PlanRow {
  readonly detail: string
}

const plan = (db: DatabaseSync, sql: string): readonly string[] =>
  rows<PlanRow>(db, `EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => detail)

describe('statements of the store', () => {
  it('are all looked at here: every one that the source begins', () => {
    const beginnings = filesUnder('src/store', '.ts').flatMap(({ path, code }) =>
      [...code.matchAll(/['"`]((?:SELECT|INSERT|UPDATE|DELETE) [^'"`$]*)/g)].map(([, begins]) => ({
        path,
        begins: begins!,
      })),
    )
    const unseen = beginnings.filter(
      ({ begins }) => !recorded.some(({ sql }) => sql.includes(begins)),
    )
    expect(unseen).toEqual([])
    expect(beginnings.length).toBeGreaterThan(40)
  })

  it.each(statements)('fit the schema and their bindings: $name', ({ db, sql, bindings }) => {
    const places = new Set(sql.match(/\?\d+/g) ?? [])
    expect(bindings).toHaveLength(places.size)
    expect(() => db.prepare(sql)).not.toThrow()
  })

  /** What may be walked through: one row or one a migration, fifty hooks, values, members of a bound JSON value, and what a subquery
   * found or a walk along an index gathers, whose own steps are looked at. */
  const SMALL =
    /^SCAN (meta|schema_version|profile_attributes|inline_hooks|linked_object_definitions|\(subquery-\d+\)|held|CONSTANT ROW|\d+ CONSTANT ROWS|\w+( EXISTS)? VIRTUAL TABLE)(\b|$)/

  /** Statements that look through a table on purpose, by the table and what is in none but them. */
  const ON_PURPOSE: readonly (readonly [table: string, part: string])[] = [
    // Whether a policy names the client of an app: asked only when an app is deleted.
    ['policies', 'EXISTS (SELECT 1 FROM json_each(clients) WHERE value = ?1)'],
    // The apps of one user, of each group no more than a page.
    ['few', 'FROM group_members m, json_each('],
    // Whether a rule names a group: asked only when a group is deleted.
    ['policy_rules', "json_tree(conditions, '$.people.groups') WHERE atom = ?1"],
    ['policy_rules', "json_tree(conditions, '$.people.users') WHERE atom = ?1"],
    // How many there are: no more than the bound that is being kept.
    ['trusted_origins', '(SELECT count(*) FROM trusted_origins) < ?8'],
  ]

  it.each(statements)('read no table from end to end: $name', ({ db, sql }) => {
    const scans = plan(db, sql)
      .filter((step) => step.startsWith('SCAN') && !SMALL.test(step))
      .filter(
        (step) =>
          !ON_PURPOSE.some(
            ([table, part]) => step.startsWith(`SCAN ${table}`) && sql.includes(part),
          ),
      )
    expect(scans).toEqual([])
  })

  it('walk what people hold along an index, unsorted, and what one person holds along theirs', () => {
    const pages = statements.filter(({ sql }) => / FROM (refresh_tokens t|consents c) .* ORDER BY [tc]\.id LIMIT/s.test(sql)) // prettier-ignore
    expect(pages).toHaveLength(6)
    for (const { sql } of pages) {
      const steps = plan(migrated, sql).join('; ')
      expect(steps).not.toContain('TEMP B-TREE')
      if (sql.includes('.user_id = ?4')) expect(steps).toMatch(/ (refresh_tokens|consents)_user /)
    }
  })

  it('of the log write an event once, with what it is about', async () => {
    const { db, recorded: written } = recordingD1()
    const target = ['aus1', 'scp1', 'aus1'].map((id) => ({ ...anEvent().target[0]!, id }))
    await writeEvents(db, [{ ...anEvent(), target }])
    for (const { sql, bindings } of [...written, ...written])
      log.prepare(sql).run(...(bindings as string[]))
    expect(rows(log, 'SELECT position FROM events')).toEqual([{ position: 1 }])
    expect(rows(log, 'SELECT target_id FROM event_targets')).toEqual([
      { target_id: 'aus1' },
      { target_id: 'scp1' },
    ])
  })

  it('of the log find events by their index, in the order of time without sorting', () => {
    const found = statements.filter(({ isOfLog, sql }) => isOfLog && sql.includes('AS place'))
    const steps = found.flatMap(({ sql }) => plan(log, sql))
    expect(steps.filter((step) => step.includes('TEMP B-TREE'))).toEqual([])
    const searches = new Set(steps.map((step) => step.replace(/ \(.*/, '')))
    expect([...searches].toSorted()).toEqual([
      'SEARCH events USING INTEGER PRIMARY KEY',
      'SEARCH place USING COVERING INDEX events_actor',
      'SEARCH place USING COVERING INDEX events_outcome',
      'SEARCH place USING COVERING INDEX events_published',
      'SEARCH place USING COVERING INDEX events_type',
      'SEARCH place USING INDEX sqlite_autoindex_events_1',
      'SEARCH place USING PRIMARY KEY',
    ])
  })
})

describe('the migration of the log', () => {
  it('keeps what older code wrote, in milliseconds and with all members', () => {
    const [first, ...others] = migrations(LOG)
    const db = database([first!])
    const target = [{ id: 'aus1', type: 'T', alternateId: null, displayName: 'one' }]
    const older = {
      uuid: 'u1',
      published: 1_760_000_000,
      eventType: 'oauth2.as.created',
      displayMessage: 'made',
      actor: { id: '00u1', type: 'User', alternateId: 'a', displayName: 'a' },
      outcome: { result: 'SUCCESS', reason: null },
      target,
      requestId: 'req1',
    }
    const insert = `INSERT INTO events (id, published, event_type, outcome, actor_id, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`
    const values = [older.uuid, older.published, older.eventType, 'SUCCESS', '00u1', JSON.stringify(older)] // prettier-ignore
    db.prepare(insert).run(...values)
    for (const text of others) db.exec(text)
    const stored = rows<{ published: number; document: string }>(
      db,
      'SELECT published, document FROM events',
    )
    const event = SystemLogEvent.parse(JSON.parse(stored[0]!.document))
    expect(stored[0]!.published).toBe(1_760_000_000_000)
    expect(event).toEqual(JSON.parse(stored[0]!.document))
    expect(event).toMatchObject({ uuid: 'u1', published: '2025-10-09T08:53:20.000Z', transaction: { id: 'req1' } }) // prettier-ignore
    expect(currentEvent(older as never)).toMatchObject({ ...event, debugContext: {} })
    expect(rows(db, 'SELECT target_id FROM event_targets')).toEqual([{ target_id: 'aus1' }])
    // A release before it counts in seconds: its event is refused, and waits in the outbox for this one.
    expect(() => db.prepare(insert).run('u2', ...values.slice(1))).toThrow('CHECK')
  })
})
