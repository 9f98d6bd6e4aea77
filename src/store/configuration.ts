/**
 * The one cold read of the token path: a server with everything below it and a client, in one batch on the primary,
 * together with whether the database is seeded, of which schema version it is, and what the org calls itself.
 */
import type { ConfigurationRead, ServerConfiguration } from '../domain/snapshot.ts'
import { selectServer, serverFromRow, type ServerRow } from './authorization-servers.ts'
import { claimsFromRows, selectClaims, type ClaimRow } from './claims.ts'
import { SchemaMismatch } from '../platform/storage-errors.ts'
import { CLIENT_STATEMENTS, clientFromResults, selectClient } from './clients.ts'
import { readBatch } from './database.ts'
import { hookFromRow, selectServerHooks, type InlineHookRow } from './inline-hooks.ts'
import {
  policiesFromRows,
  selectPolicies,
  selectRules,
  type PolicyRow,
  type RuleRow,
} from './policies.ts'
import { scopesFromRows, selectScopes, type ScopeRow } from './scopes.ts'

/** What one batch says. `orgId` is null while the database is empty. */
export interface StoredConfiguration extends ConfigurationRead {
  readonly orgId: string | null
}

/**
 * Schema versions that this code works with: its own, and the next one, since migrations are applied before the code
 * that needs them and only expand.
 */
const SCHEMA_VERSIONS = { from: 5, to: 6 } as const

const SERVER_STATEMENTS = 6

interface StateRow {
  version: number | null
  org_id: string | null
  org_name: string | null
}

export async function readConfiguration(
  db: D1Database,
  wanted: { readonly serverId: string | null; readonly clientId: string | null },
): Promise<StoredConfiguration> {
  const statements = [
    db.prepare(
      `SELECT (SELECT max(version) FROM schema_version) AS version, (SELECT org_id FROM meta) AS org_id,
       (SELECT json_extract(document, '$.companyName') FROM org_settings WHERE id = 1) AS org_name`,
    ),
    ...(wanted.serverId === null ? [] : selectServerWhole(db, wanted.serverId)),
    ...(wanted.clientId === null ? [] : selectClient(db, wanted.clientId)),
  ]
  const results = await readBatch(db, statements)
  const state = results[0]?.results[0] as StateRow
  const version = state.version ?? 0
  if (version < SCHEMA_VERSIONS.from || version > SCHEMA_VERSIONS.to)
    throw new SchemaMismatch(`the database has schema version ${version}`)
  const serverResults = wanted.serverId === null ? [] : results.slice(1, 1 + SERVER_STATEMENTS)
  return {
    orgId: state.org_id,
    orgName: state.org_name,
    server: wanted.serverId === null ? null : serverFromResults(serverResults),
    client: wanted.clientId === null ? null : clientFromResults(results.slice(-CLIENT_STATEMENTS)),
  }
}

const selectServerWhole = (db: D1Database, serverId: string): readonly D1PreparedStatement[] => [
  selectServer(db, serverId),
  selectScopes(db, serverId),
  selectClaims(db, serverId),
  selectPolicies(db, serverId),
  selectRules(db, serverId),
  selectServerHooks(db, serverId),
]

function serverFromResults(results: readonly D1Result[]): ServerConfiguration | null {
  const [servers, scopes, claims, policies, rules, hooks] = results.map((result) => result.results)
  const row = servers?.[0] as ServerRow | undefined
  if (row === undefined) return null
  return {
    server: serverFromRow(row),
    version: row.version,
    scopes: scopesFromRows(row.id, scopes as ScopeRow[]),
    claims: claimsFromRows(row.id, claims as ClaimRow[]),
    policies: policiesFromRows(policies as PolicyRow[], rules as RuleRow[]),
    hooks: (hooks as InlineHookRow[]).map(hookFromRow),
  }
}
