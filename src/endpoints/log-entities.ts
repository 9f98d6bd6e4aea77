/** Clients, servers, policies and tokens as the system log names them. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Person } from '../domain/person.ts'
import type { SystemLogEntity } from '../domain/system-log.ts'
import { displayNameOf } from '../domain/user.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { limits } from '../platform/limits.ts'
import type { Decision, Miss } from '../policy/evaluate.ts'

/** Event types begin differently on the two kinds of server. */
export const prefixOf = (serverId: string): string =>
  serverId === ORG_SERVER_ID ? 'app.oauth2' : 'app.oauth2.as'

const UNKNOWN_CLIENT: SystemLogEntity = {
  id: 'unknown',
  type: 'PublicClientApp',
  alternateId: 'unknown',
  displayName: 'unknown',
}

export const clientEntity = (client: Client | null): SystemLogEntity =>
  client === null
    ? UNKNOWN_CLIENT
    : {
        id: client.clientId,
        type: 'PublicClientApp',
        alternateId: client.clientId,
        displayName: client.label,
      }

/** The org server is not a resource that could be a target. */
export const serverEntities = (server: CompiledServer | null): readonly SystemLogEntity[] =>
  server === null || server.server.kind === 'org'
    ? []
    : [
        {
          id: server.server.id,
          type: 'AuthorizationServer',
          alternateId: null,
          displayName: server.server.name,
        },
      ]

/** The policy and the rule that let a request through. */
export function decidingEntities(
  decision: Decision | null,
  server: CompiledServer,
): readonly SystemLogEntity[] {
  if (decision?.effect !== 'allow') return []
  const { policyId, rule } = decision
  const policy = server.policies.find(({ id }) => id === policyId)
  return [
    {
      id: policyId,
      type: 'PolicyEntity',
      alternateId: null,
      displayName: policy?.name ?? null,
    },
    { id: rule.id, type: 'PolicyRule', alternateId: null, displayName: rule.name },
  ]
}

/** Two places of a bounded list are for how many there were and how it ended. */
const MISSES_SHOWN = limits.logListMembersMax - 2

const missed = ({ policyId, ruleId, condition }: Miss): string =>
  `${ruleId === null ? policyId : `${policyId}/${ruleId}`} missed on ${condition}`

/** What a policy decision looked at, in order, and how it ended. */
export function trailOf(decision: Decision | null): Readonly<Record<string, unknown>> {
  if (decision === null) return {}
  const { effect, trail } = decision
  const shown = trail.slice(0, MISSES_SHOWN).map(missed)
  const more = trail.length - shown.length
  const end =
    effect === 'allow' ? `${decision.policyId}/${decision.rule.id} matched` : 'nothing matched'
  const policyTrail = [...shown, ...(more > 0 ? [`${more} more missed`] : []), end]
  return { policyDecision: effect, policyTrail }
}

export const personEntity = (person: Person): SystemLogEntity => ({
  id: person.id,
  type: 'User',
  alternateId: String(person.profile['login'] ?? ''),
  displayName: displayNameOf(person),
})

export const refreshTokenEntity = ({ id }: Pick<AuthorizationRecord, 'id'>): SystemLogEntity => ({
  id,
  type: 'refresh_token',
  alternateId: null,
  displayName: 'Refresh Token',
})

export const tokenEntity = (jti: string): SystemLogEntity => ({
  id: jti,
  type: 'access_token',
  alternateId: null,
  displayName: 'Access Token',
})
