/** Rules of an access policy and their order. A rule answers only under its own policy and server. */
import * as z from 'zod'
import type { AuthorizationServer, Status } from '../domain/authorization-server.ts'
import { RuleInput, RuleOutput, type Policy, type Rule } from '../domain/policy.ts'
import { timestamp } from '../platform/clock.ts'
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { bumpServer } from '../store/authorization-servers.ts'
import { findInlineHook } from '../store/inline-hooks.ts'
import { deleteRule, insertRule, setRuleStatus, shiftRules, updateRule } from '../store/policies.ts'
import { serverChange, serverHref, serverOf } from './server-resource.ts'
import type { ManagementContext } from './context.ts'
import { whole } from './page.ts'
import { Overtaken, untilFirst } from './overtaken.ts'
import { lastPlace, policiesOf, policyTarget } from './policies.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'
import { checkPeople } from './rule-people.ts'

const PATH = '/api/v1/authorizationServers/:authServerId/policies/:policyId/rules'
const READ = 'okta.authorizationServers.read'
const MANAGE = 'okta.authorizationServers.manage'

/** Where a rule stands: on which server, in which policy. */
interface Place {
  readonly server: AuthorizationServer
  readonly policy: Policy
  /** How many rules all policies of the server have. */
  readonly rulesOfServer: number
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
    actions: {
      token: {
        ...rule.actions.token,
        ...(rule.hookId !== null && { inlineHook: { id: rule.hookId } }),
      },
    },
    _links: {
      [verb]: { href: `${self}/lifecycle/${verb}`, hints: { allow: ['POST'] } },
      self: { href: self, hints: { allow: ['GET', 'PUT', 'DELETE'] } },
    },
    type: 'RESOURCE_ACCESS',
  }
}

async function placeOf(params: Params, context: ManagementContext): Promise<Place> {
  const server = await serverOf(params, context)
  const id = idParam(params, 'policyId', 'OAuth2Policy')
  const policies = await policiesOf(context, server)
  const policy = policies.find((one) => one.id === id)
  if (policy === undefined) throw notFound(id, 'OAuth2Policy')
  const rulesOfServer = policies.reduce((sum, { rules }) => sum + rules.length, 0)
  return { server, policy, rulesOfServer }
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

/**
 * What decides, and what follows from it. Throws E0000001 for more than a server full of such rules could hold, for
 * people who do not exist and for a hook that does not.
 */
async function decisionOf(
  input: RuleInput,
  before: Rule | null,
  context: ManagementContext,
): Promise<Pick<Rule, 'conditions' | 'actions' | 'hookId'>> {
  const { conditions, actions } = input
  if (utf8(JSON.stringify([conditions, actions])).length > limits.ruleBytesMax)
    throw invalid(
      'conditions',
      `conditions: Conditions and actions may have at most ${limits.ruleBytesMax} bytes`,
    )
  await checkPeople(input, before, context)
  const { inlineHook, ...token } = actions.token
  const hookId = inlineHook?.id ?? null
  if (hookId !== null && (await findInlineHook(context.db, hookId)) === null)
    throw invalid('actions', `actions.token.inlineHook.id: '${hookId}' does not exist`)
  return { conditions, actions: { token }, hookId }
}

/** The rule that an input makes, behind the others unless it says where. Throws E0000001. */
export const newRule = async (
  input: RuleInput,
  { id: policyId, rules }: Policy,
  context: ManagementContext,
): Promise<Rule> => ({
  id: randomId('0pr'),
  policyId,
  name: input.name,
  priority: input.priority ?? lastPlace(rules),
  status: input.status,
  system: false,
  ...(await decisionOf(input, null, context)),
  created: context.nowSeconds,
  lastUpdated: context.nowSeconds,
})

/** What an input makes of a rule. Throws E0000001. */
export const changedRule = async (
  rule: Rule,
  input: RuleInput,
  context: ManagementContext,
): Promise<Rule> => ({
  ...rule,
  name: input.name,
  priority: input.priority ?? rule.priority,
  status: input.status,
  ...(await decisionOf(input, rule, context)),
  lastUpdated: context.nowSeconds,
})

async function created(
  input: RuleInput,
  place: Place,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  const { server, policy, rulesOfServer } = place
  if (policy.rules.length >= limits.rulesPerPolicyMax)
    throw invalid('policyRule', `rule: A policy has at most ${limits.rulesPerPolicyMax} rules`)
  if (rulesOfServer >= limits.rulesPerServerMax)
    throw invalid('policyRule', `rule: A server has at most ${limits.rulesPerServerMax} rules`)
  const rule = await newRule(input, policy, context)
  await context.commitOr(
    new Overtaken('policy'),
    [insertRule(db, server.id, rule)],
    change(place, rule, 'add'),
    [bumpServer(db, server.id), shiftRules(db, server.id, rule)],
  )
  return present(rule, place, origin)
}

async function replaced(
  rule: Rule,
  input: RuleInput,
  place: Place,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  const { id: serverId } = place.server
  const priority = input.priority ?? null
  const changed = await changedRule(rule, input, context)
  await context.commitOr(
    new Overtaken('rule'),
    [updateRule(db, serverId, changed, priority)],
    change(place, changed, 'update'),
    [bumpServer(db, serverId), ...(priority === null ? [] : [shiftRules(db, serverId, changed)])],
  )
  return present(changed, place, origin)
}

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${PATH}/:ruleId/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} a rule`,
    scope: MANAGE,
    status: 204,
    handle: ({ params }, context) =>
      untilFirst(limits.writeAttemptsMax, async () => {
        const { db, nowSeconds } = context
        const place = await placeOf(params, context)
        const rule = ruleOf(params, place)
        if (rule.status === status) return
        const { id: serverId } = place.server
        await context.commitOr(
          new Overtaken('rule'),
          [setRuleStatus(db, serverId, rule, status, nowSeconds)],
          change(place, rule, verb),
          [bumpServer(db, serverId)],
        )
      }),
  })

export const ruleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List rules',
    scope: READ,
    output: z.array(RuleOutput),
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
    output: RuleOutput,
    handle: ({ params, body }, context) =>
      untilFirst(limits.writeAttemptsMax, async () =>
        created(body, await placeOf(params, context), context),
      ),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:ruleId`,
    summary: 'Retrieve a rule',
    scope: READ,
    output: RuleOutput,
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
    output: RuleOutput,
    handle: ({ params, body }, context) =>
      untilFirst(limits.writeAttemptsMax, async () => {
        const place = await placeOf(params, context)
        return replaced(ruleOf(params, place), body, place, context)
      }),
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
      if (rule.system) throw invalid('policyRule', 'id: A system rule cannot be deleted')
      const { id: serverId } = place.server
      await context.commitOr(
        notFound(rule.id, 'OAuth2PolicyRule'),
        [deleteRule(db, serverId, place.policy.id, rule.id)],
        change(place, rule, 'delete'),
        [bumpServer(db, serverId)],
      )
    },
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
