/** Tables policies and policy_rules, always read together. Priorities shift in the statement that writes. */
import type { Policy, Rule } from '../domain/policy.ts'
import { flag, json } from './database.ts'

const policyColumns =
  'id, name, description, priority, status, system, clients, created, last_updated'
const ruleColumns =
  'id, policy_id, name, priority, status, system, conditions, actions, created, last_updated'

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

/** Makes room at a priority: whoever stands there or behind moves one down, but only when the place is taken. */
export const shiftPolicies = (
  db: D1Database,
  serverId: string,
  policy: Pick<Policy, 'id' | 'priority'>,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policies SET priority = priority + 1 WHERE server_id = ?1 AND priority >= ?2 AND id <> ?3
       AND EXISTS (SELECT 1 FROM policies WHERE server_id = ?1 AND priority = ?2 AND id <> ?3)`,
    )
    .bind(serverId, policy.priority, policy.id)

export const shiftRules = (
  db: D1Database,
  serverId: string,
  rule: Pick<Rule, 'id' | 'policyId' | 'priority'>,
): D1PreparedStatement =>
  db
    .prepare(
      `UPDATE policy_rules SET priority = priority + 1
       WHERE server_id = ?1 AND policy_id = ?2 AND priority >= ?3 AND id <> ?4
       AND EXISTS (SELECT 1 FROM policy_rules WHERE server_id = ?1 AND policy_id = ?2 AND priority = ?3 AND id <> ?4)`,
    )
    .bind(serverId, rule.policyId, rule.priority, rule.id)

/** Inserts a policy, or writes over the one with its id. */
export const putPolicy = (
  db: D1Database,
  serverId: string,
  policy: Omit<Policy, 'rules'>,
): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO policies (server_id, ${policyColumns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
       ON CONFLICT (server_id, id) DO UPDATE SET name = ?3, description = ?4, priority = ?5, status = ?6, clients = ?8,
       last_updated = ?10`,
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
    )

/** Inserts a rule, or writes over the one with its id. */
export const putRule = (db: D1Database, serverId: string, rule: Rule): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO policy_rules (server_id, ${ruleColumns})
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
       ON CONFLICT (server_id, policy_id, id) DO UPDATE SET name = ?4, priority = ?5, status = ?6, conditions = ?8,
       actions = ?9, last_updated = ?11`,
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
    )

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
