/** Rules of an access policy and their order. A rule answers only under its own policy and server. */
import type { AuthorizationServer, Status } from '../domain/authorization-server.ts'
import { RuleInput, type Policy, type Rule } from '../domain/policy.ts'
import { timestamp } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { bumpServer } from '../store/authorization-servers.ts'
import { deleteRule, putRule, shiftRules } from '../store/policies.ts'
import { serverChange, serverHref, serverOf } from './authorization-servers.ts'
import type { ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { lastPlace, policyOf, policyTarget } from './policies.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/api/v1/authorizationServers/:authServerId/policies/:policyId/rules'
const READ = 'okta.authorizationServers.read'
const MANAGE = 'okta.authorizationServers.manage'

/** Where a rule stands: on which server, in which policy. */
interface Place {
  readonly server: AuthorizationServer
  readonly policy: Policy
}

function present(rule: Rule, { server, policy }: Place, origin: string): Record<string, unknown> {
  const self = `${serverHref(origin, server)}/policies/${policy.id}/rules/${rule.id}`
  const verb = rule.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return {
    id: rule.id,
    status: rule.status,
    name: rule.name,
    priority: rule.priority,
    created: timestamp(rule.created),
    lastUpdated: timestamp(rule.lastUpdated),
    system: rule.system,
    conditions: rule.conditions,
    actions: rule.actions,
    _links: {
      [verb]: { href: `${self}/lifecycle/${verb}`, hints: { allow: ['POST'] } },
      self: { href: self, hints: { allow: ['GET', 'PUT', 'DELETE'] } },
    },
    type: 'RESOURCE_ACCESS',
  }
}

async function placeOf(params: Params, context: ManagementContext): Promise<Place> {
  const server = await serverOf(params, context)
  return { server, policy: await policyOf(params, context, server) }
}

function ruleOf(params: Params, { policy }: Place): Rule {
  const id = idParam(params, 'ruleId', 'OAuth2PolicyRule')
  const rule = policy.rules.find((one) => one.id === id)
  if (rule === undefined) throw notFound(id, 'OAuth2PolicyRule')
  return rule
}

const change = ({ server, policy }: Place, rule: Rule, verb: string) =>
  serverChange(server, `policy.rule.${verb}`, `Policy rule: ${verb}`, [
    policyTarget(policy),
    { id: rule.id, type: 'PolicyRule', alternateId: null, displayName: rule.name },
  ])

async function saved(
  rule: Rule,
  verb: 'add' | 'update',
  place: Place,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  const serverId = place.server.id
  await context.commit(
    [shiftRules(db, serverId, rule), putRule(db, serverId, rule), bumpServer(db, serverId)],
    change(place, rule, verb),
  )
  return present(rule, place, origin)
}

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${PATH}/:ruleId/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} a rule`,
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { db, nowSeconds } = context
      const place = await placeOf(params, context)
      const rule = ruleOf(params, place)
      const changed = { ...rule, status, lastUpdated: nowSeconds }
      await context.commit(
        [putRule(db, place.server.id, changed), bumpServer(db, place.server.id)],
        change(place, rule, verb),
      )
    },
  })

export const ruleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List rules',
    scope: READ,
    async handle({ params }, context) {
      const place = await placeOf(params, context)
      const rules = place.policy.rules.map((rule) => present(rule, place, context.origin))
      return new ListAnswer(whole(rules))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create a rule',
    scope: MANAGE,
    body: RuleInput,
    subject: 'policyRule',
    status: 201,
    async handle({ params, body }, context) {
      const { nowSeconds } = context
      const place = await placeOf(params, context)
      const { rules } = place.policy
      if (rules.length >= limits.rulesPerPolicyMax)
        throw invalid('policyRule', `rule: A policy has at most ${limits.rulesPerPolicyMax} rules`)
      const rule: Rule = {
        id: randomId('0pr'),
        policyId: place.policy.id,
        name: body.name,
        priority: body.priority ?? lastPlace(rules),
        status: body.status,
        system: false,
        conditions: body.conditions,
        actions: body.actions,
        created: nowSeconds,
        lastUpdated: nowSeconds,
      }
      return saved(rule, 'add', place, context)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:ruleId`,
    summary: 'Retrieve a rule',
    scope: READ,
    async handle({ params }, context) {
      const place = await placeOf(params, context)
      return present(ruleOf(params, place), place, context.origin)
    },
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:ruleId`,
    summary: 'Replace a rule',
    scope: MANAGE,
    body: RuleInput,
    subject: 'policyRule',
    async handle({ params, body }, context) {
      const place = await placeOf(params, context)
      const rule = ruleOf(params, place)
      const changed: Rule = {
        ...rule,
        name: body.name,
        priority: body.priority ?? rule.priority,
        status: body.status,
        conditions: body.conditions,
        actions: body.actions,
        lastUpdated: context.nowSeconds,
      }
      return saved(changed, 'update', place, context)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:ruleId`,
    summary: 'Delete a rule',
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { db } = context
      const place = await placeOf(params, context)
      const rule = ruleOf(params, place)
      const { id: serverId } = place.server
      await context.commit(
        [deleteRule(db, serverId, place.policy.id, rule.id), bumpServer(db, serverId)],
        change(place, rule, 'delete'),
      )
    },
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
