/** Tables policies and policy_rules, always read together. Priorities shift in the batch that writes. */
import { ALL_CLIENTS, type Policy, type Rule } from '../domain/policy.ts'
import { limits } from '../platform/limits.ts'
import { flag, json, readAll } from './database.ts'

const policyColumns =
  'id, name, description, priority, status, system, clients, created, last_updated'
const ruleColumns =
  'id, policy_id, name, priority, status, system, conditions, actions, created, last_updated, hook_id'

export interface PolicyRow {
  id: string
  name: string
  description: string
  priority: number
  status: Policy['status']
  system: number
  clients: string
  created: number
  last_updated: number
}

export interface RuleRow {
  id: string
  policy_id: string
  name: string
  priority: number
  status: Rule['status']
  system: number
  conditions: string
  actions: string
  created: number
  last_updated: number
  hook_id: string | null
}

const ruleFromRow = (row: RuleRow): Rule => ({
  id: row.id,
  policyId: row.policy_id,
  name: row.name,
  priority: row.priority,
  status: row.status,
  system: row.system === 1,
  conditions: json<Rule['conditions']>(row.conditions),
  actions: json<Rule['actions']>(row.actions),
  hookId: row.hook_id,
  created: row.created,
  lastUpdated: row.last_updated,
})

/** Policies in priority order, each with its rules in priority order. */
export function policiesFromRows(
  policies: readonly PolicyRow[],
  rules: readonly RuleRow[],
): readonly Policy[] {
  const byPolicy = Map.groupBy(rules.map(ruleFromRow), (rule) => rule.policyId)
  return policies.map((row) => ({
    id: row.id,
    name: row.name,
    description: row.description,
    priority: row.priority,
    status: row.status,
    system: row.system === 1,
    clients: json<string[]>(row.clients),
    rules: byPolicy.get(row.id) ?? [],
    created: row.created,
    lastUpdated: row.last_updated,
  }))
}

export const selectPolicies = (db: D1Database, serverId: string): D1PreparedStatement =>
  db
    .prepare(
      `SELECT ${policyColumns} FROM policies WHERE server_id = ?1 ORDER BY priority, created, id`,
    )
    .bind(serverId)

export const selectRules = (db: D1Database, serverId: string): D1PreparedStatement =>
  db
    .prepare(
      `SELECT ${ruleColumns} FROM policy_rules WHERE server_id = ?1 ORDER BY policy_id, priority, created, id`,
    )
    .bind(serverId)

/**
 * Makes room at a priority: whoever stands there or behind moves one down, but only when the place is taken. Stands
 * behind the write of the policy in its batch, and moves nobody when that changed nothing.
 */
export const shiftPolicies = (
  db: D1Database,
  serverId: string,
  policy: Pick<Policy, 'id' | 'priority'>,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policies SET priority = priority + 1 WHERE server_id = ?1 AND priority >= ?2 AND id <> ?3
       AND EXISTS (SELECT 1 FROM policies WHERE server_id = ?1 AND priority = ?2 AND id <> ?3) AND changes() > 0`,
    )
    .bind(serverId, policy.priority, policy.id)

/** {@link shiftPolicies} for the rules of a policy. */
export const shiftRules = (
  db: D1Database,
  serverId: string,
  rule: Pick<Rule, 'id' | 'policyId' | 'priority'>,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policy_rules SET priority = priority + 1
       WHERE server_id = ?1 AND policy_id = ?2 AND priority >= ?3 AND id <> ?4
       AND EXISTS (SELECT 1 FROM policy_rules WHERE server_id = ?1 AND policy_id = ?2 AND priority = ?3 AND id <> ?4)
       AND changes() > 0`,
    )
    .bind(serverId, rule.policyId, rule.priority, rule.id)

/** Clients in a JSON list that do not exist. */
const unknownOf = (list: string): string =>
  `SELECT j.value AS id FROM json_each(${list}) j WHERE j.value <> '${ALL_CLIENTS}'
   AND NOT EXISTS (SELECT 1 FROM apps WHERE client_id = j.value)`

export async function unknownClients(
  db: D1Database,
  clients: readonly string[],
): Promise<readonly string[]> {
  const statement = db.prepare(unknownOf('?1')).bind(JSON.stringify(clients))
  return (await readAll<{ id: string }>(statement)).map(({ id }) => id)
}

/**
 * Inserts nothing once the server has as many as it may have, or when a client is gone. A server that is gone is a
 * ForeignKeyViolation.
 */
export const insertPolicy = (
  db: D1Database,
  serverId: string,
  policy: Omit<Policy, 'rules'>,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO policies (server_id, ${policyColumns}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
       WHERE (SELECT count(*) FROM policies WHERE server_id = ?1) < ?11 AND NOT EXISTS (${unknownOf('?8')})`,
    )
    .bind(
      serverId,
      policy.id,
      policy.name,
      policy.description,
      policy.priority,
      policy.status,
      flag(policy.system),
      JSON.stringify(policy.clients),
      policy.created,
      policy.lastUpdated,
      limits.policiesPerServerMax,
    )

/**
 * Changes nothing when a client is gone. `priority` is null for a replacement that asks for no place, so that it keeps
 * the one it has by now.
 */
export const updatePolicy = (
  db: D1Database,
  serverId: string,
  policy: Omit<Policy, 'rules'>,
  priority: number | null,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policies SET name = ?3, description = ?4, priority = coalesce(?5, priority), status = ?6, clients = ?7,
       last_updated = ?8 WHERE server_id = ?1 AND id = ?2 AND NOT EXISTS (${unknownOf('?7')})`,
    )
    .bind(
      serverId,
      policy.id,
      policy.name,
      policy.description,
      priority,
      policy.status,
      JSON.stringify(policy.clients),
      policy.lastUpdated,
    )

/** Changes nothing when the policy has the status already. */
export const setPolicyStatus = (
  db: D1Database,
  serverId: string,
  id: string,
  status: Policy['status'],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policies SET status = ?3, last_updated = ?4
       WHERE server_id = ?1 AND id = ?2 AND status <> ?3`,
    )
    .bind(serverId, id, status, now)

/**
 * Inserts nothing once the policy or its server has as many as it may have. A policy or a hook that is gone is a
 * ForeignKeyViolation.
 */
export const insertRule = (db: D1Database, serverId: string, rule: Rule): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO policy_rules (server_id, ${ruleColumns})
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
       WHERE (SELECT count(*) FROM policy_rules WHERE server_id = ?1 AND policy_id = ?3) < ?13
       AND (SELECT count(*) FROM policy_rules WHERE server_id = ?1) < ?14`,
    )
    .bind(
      serverId,
      rule.id,
      rule.policyId,
      rule.name,
      rule.priority,
      rule.status,
      flag(rule.system),
      JSON.stringify(rule.conditions),
      JSON.stringify(rule.actions),
      rule.created,
      rule.lastUpdated,
      rule.hookId,
      limits.rulesPerPolicyMax,
      limits.rulesPerServerMax,
    )

/** `priority` as in {@link updatePolicy}. A hook that is gone is a ForeignKeyViolation. */
export const updateRule = (
  db: D1Database,
  serverId: string,
  rule: Rule,
  priority: number | null,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policy_rules SET name = ?4, priority = coalesce(?5, priority), status = ?6, conditions = ?7, actions = ?8,
       last_updated = ?9, hook_id = ?10 WHERE server_id = ?1 AND policy_id = ?2 AND id = ?3`,
    )
    .bind(
      serverId,
      rule.policyId,
      rule.id,
      rule.name,
      priority,
      rule.status,
      JSON.stringify(rule.conditions),
      JSON.stringify(rule.actions),
      rule.lastUpdated,
      rule.hookId,
    )

/** Changes nothing when the rule has the status already. */
export const setRuleStatus = (
  db: D1Database,
  serverId: string,
  { id, policyId }: Pick<Rule, 'id' | 'policyId'>,
  status: Rule['status'],
  now: number,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policy_rules SET status = ?4, last_updated = ?5
       WHERE server_id = ?1 AND policy_id = ?2 AND id = ?3 AND status <> ?4`,
    )
    .bind(serverId, policyId, id, status, now)

export const deletePolicy = (db: D1Database, serverId: string, id: string): D1PreparedStatement =>
  db.prepare('DELETE FROM policies WHERE server_id = ?1 AND id = ?2').bind(serverId, id)

export const deleteRule = (
  db: D1Database,
  serverId: string,
  policyId: string,
  id: string,
): D1PreparedStatement =>
  db
    .prepare('DELETE FROM policy_rules WHERE server_id = ?1 AND policy_id = ?2 AND id = ?3')
    .bind(serverId, policyId, id)
