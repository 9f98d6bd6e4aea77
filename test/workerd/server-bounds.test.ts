/** What a server may have of anything, and whom its policies may name, also while others write at the same time. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { systemClaims } from '../../src/domain/claim.ts'
import { systemScopes } from '../../src/domain/scope.ts'
import { limits } from '../../src/platform/limits.ts'
import { refusal } from './app-support.ts'
import { during } from './meanwhile.ts'
import { aClient, aPolicy, aRule, aServer, made, unique, type Json } from './support.ts'

const { DB } = env
const SERVERS = '/api/v1/authorizationServers'
const INVALID = [400, 'E0000001'] as const

/** A kind of part: its table, how many rows of it there may be, and the columns that it needs. */
interface Kind {
  readonly table: string
  readonly most: number
  readonly columns: string
  readonly values: string
  readonly body: () => Json
}

const COMMON = `'full' || n, ?1, 'full' || n`

const kinds: Readonly<Record<string, Kind>> = {
  policies: {
    table: 'policies',
    most: limits.policiesPerServerMax,
    columns: 'description, priority, status, system, clients, created, last_updated',
    values: `'x', 1, 'ACTIVE', 0, '[]', 1, 1`,
    body: aPolicy,
  },
  rules: {
    table: 'policy_rules',
    most: limits.rulesPerPolicyMax,
    columns: 'policy_id, priority, status, system, conditions, actions, created, last_updated',
    values: `(SELECT id FROM policies WHERE server_id = ?1), 1, 'ACTIVE', 0, '{}', '{}', 1, 1`,
    body: aRule,
  },
  scopes: {
    table: 'scopes',
    most: limits.scopesPerServerMax - systemScopes('').length,
    columns: 'consent, optional, is_default, metadata_publish, system',
    values: `'IMPLICIT', 0, 0, 'NO_CLIENTS', 0`,
    body: () => ({ name: unique('scope') }),
  },
  claims: {
    table: 'claims',
    most: limits.claimsPerServerMax - systemClaims('').length,
    columns: 'status, claim_type, value_type, value, scopes, always_include, system',
    values: `'ACTIVE', 'RESOURCE', 'EXPRESSION', '1', '[]', 1, 0`,
    body: () => ({
      name: unique('claim'),
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: '1',
    }),
  },
}

describe('a server that has all but one of what it may have', () => {
  it.each(Object.entries(kinds))('gets one more of its %s, not two', async (kind, part) => {
    const { id, policyId } = await aServer({ scopes: [] })
    const { table, most, columns, values, body } = part
    const count = async (): Promise<number> =>
      (await DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE server_id = ?1`)
        .bind(id)
        .first<{ n: number }>())!.n
    await DB.prepare(
      `WITH RECURSIVE full (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM full WHERE n < ?2)
       INSERT INTO ${table} (id, server_id, name, ${columns}) SELECT ${COMMON}, ${values} FROM full`,
    )
      .bind(id, most - 1 - (await count()))
      .run()
    const path = `${SERVERS}/${id}/${kind === 'rules' ? `policies/${policyId}/rules` : kind}`
    const other = (): Promise<Json> => made(201, 'POST', path, body())
    expect(await during(other, 'POST', path, body())).toEqual(INVALID)
    expect(await count()).toBe(most)
  })
})

describe('the clients that a policy names', () => {
  const naming = (...include: readonly string[]): Json =>
    aPolicy({ conditions: { clients: { include } } })

  it('exist, so that nobody can take a client_id that is waited for', async () => {
    const { id, policyId } = await aServer()
    const at = `${SERVERS}/${id}/policies`
    for (const [method, path] of [
      ['POST', at],
      ['PUT', `${at}/${policyId}`],
    ] as const)
      expect(await refusal(method, path, naming('nobody-yet'))).toContain("'nobody-yet'")
    const { clientId } = await aClient()
    const policy = await made(201, 'POST', at, naming(clientId))
    expect(policy['conditions']['clients']['include']).toEqual([clientId])
  })

  it('are not those of an app that was deleted since the policy was read', async () => {
    const { id, policyId } = await aServer()
    const at = `${SERVERS}/${id}/policies`
    for (const [method, path] of [
      ['POST', at],
      ['PUT', `${at}/${policyId}`],
    ] as const) {
      const app = await aClient()
      await made(200, 'POST', `/api/v1/apps/${app.id}/lifecycle/deactivate`)
      const remove = (): Promise<Json> => made(204, 'DELETE', `/api/v1/apps/${app.id}`)
      const answer = await during(remove, method, path, naming(app.clientId))
      expect([method, ...answer]).toEqual([method, ...INVALID])
      expect(JSON.stringify(await made(200, 'GET', at))).not.toContain(app.clientId)
    }
  })
})
