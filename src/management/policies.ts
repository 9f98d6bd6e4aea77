/** Access policies of an authorization server and their order. */
import * as z from 'zod'
import type { AuthorizationServer, Status } from '../domain/authorization-server.ts'
import { ALL_CLIENTS, PolicyInput, PolicyOutput, type Policy } from '../domain/policy.ts'
import { timestamp } from '../platform/clock.ts'
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { bumpServer } from '../store/authorization-servers.ts'
import { readBatch } from '../store/database.ts'
import {
  deletePolicy,
  insertPolicy,
  policiesFromRows,
  selectPolicies,
  selectRules,
  setPolicyStatus,
  shiftPolicies,
  unknownClients,
  updatePolicy,
  type PolicyRow,
  type RuleRow,
} from '../store/policies.ts'
import { changedServer, serverChange, serverHref, serverOf } from './server-resource.ts'
import type { ManagementContext } from './context.ts'
import { Overtaken } from './overtaken.ts'
import { whole } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/api/v1/authorizationServers/:authServerId/policies'
const READ = 'okta.authorizationServers.read'
const MANAGE = 'okta.authorizationServers.manage'

type Fields = Omit<Policy, 'rules'>

function present(policy: Fields, serverUrl: string): Record<string, unknown> {
  const self = `${serverUrl}/policies/${policy.id}`
  const verb = policy.status === 'ACTIVE' ? 'deactivate' : 'activate'
  return {
    id: policy.id,
    status: policy.status,
    name: policy.name,
    description: policy.description,
    priority: policy.priority,
    system: policy.system,
    conditions: { clients: { include: policy.clients } },
    created: timestamp(policy.created),
    lastUpdated: timestamp(policy.lastUpdated),
    _links: {
      [verb]: { href: `${self}/lifecycle/${verb}`, hints: { allow: ['POST'] } },
      rules: { href: `${self}/rules`, hints: { allow: ['GET'] } },
      self: { href: self, hints: { allow: ['GET', 'PUT', 'DELETE'] } },
    },
    type: 'OAUTH_AUTHORIZATION_POLICY',
  }
}

export async function policiesOf(
  { db }: ManagementContext,
  server: AuthorizationServer,
): Promise<readonly Policy[]> {
  const [policies, rules] = await readBatch(db, [
    selectPolicies(db, server.id),
    selectRules(db, server.id),
  ])
  return policiesFromRows(
    (policies?.results ?? []) as unknown as PolicyRow[],
    (rules?.results ?? []) as unknown as RuleRow[],
  )
}

/** The policy that a path means, on the server that it means. */
export async function policyOf(
  params: Params,
  context: ManagementContext,
  server: AuthorizationServer,
): Promise<Policy> {
  const id = idParam(params, 'policyId', 'OAuth2Policy')
  const policy = (await policiesOf(context, server)).find((one) => one.id === id)
  if (policy === undefined) throw notFound(id, 'OAuth2Policy')
  return policy
}

/** The priority behind the last one, for whoever does not ask for a place. */
export const lastPlace = (entries: readonly { readonly priority: number }[]): number =>
  Math.max(0, ...entries.map((entry) => entry.priority)) + 1

export const policyTarget = ({ id, name }: Fields) =>
  ({ id, type: 'PolicyEntity', alternateId: null, displayName: name }) as const

const change = (server: AuthorizationServer, policy: Fields, verb: string) =>
  serverChange(server, `policy.lifecycle.${verb}`, `Policy: ${verb}`, [policyTarget(policy)])

/** Whoever may choose a client_id could otherwise step into a place that was kept for nobody. Throws E0000001. */
async function clientsOf(
  { conditions }: PolicyInput,
  { db }: ManagementContext,
): Promise<readonly string[]> {
  const include = [...new Set(conditions.clients.include)]
  const clients = include.includes(ALL_CLIENTS) ? [ALL_CLIENTS] : include
  if (utf8(JSON.stringify(clients)).length > limits.policyBytesMax)
    throw invalid(
      'conditions',
      `conditions.clients: may have at most ${limits.policyBytesMax} bytes`,
    )
  const unknown = await unknownClients(db, clients)
  if (unknown.length > 0)
    throw invalid(
      'conditions',
      ...unknown
        .slice(0, limits.causesMax)
        .map((id) => `conditions.clients: '${id}' does not exist`),
    )
  return clients
}

/** The policy that an input makes, behind the others unless it says where. Throws E0000001. */
export const newPolicy = async (
  input: PolicyInput,
  existing: readonly Policy[],
  context: ManagementContext,
): Promise<Fields> => ({
  id: randomId('00p'),
  name: input.name,
  description: input.description,
  priority: input.priority ?? lastPlace(existing),
  status: input.status,
  system: false,
  clients: await clientsOf(input, context),
  created: context.nowSeconds,
  lastUpdated: context.nowSeconds,
})

/** What an input makes of a policy. Throws E0000001. */
export const changedPolicy = async (
  policy: Fields,
  input: PolicyInput,
  context: ManagementContext,
): Promise<Fields> => ({
  ...policy,
  name: input.name,
  description: input.description,
  priority: input.priority ?? policy.priority,
  status: input.status,
  clients: await clientsOf(input, context),
  lastUpdated: context.nowSeconds,
})

async function created(
  input: PolicyInput,
  server: AuthorizationServer,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  const existing = await policiesOf(context, server)
  if (existing.length >= limits.policiesPerServerMax)
    throw invalid('policy', `policy: A server has at most ${limits.policiesPerServerMax} policies`)
  const policy = await newPolicy(input, existing, context)
  await context.commitOr(
    new Overtaken('authorization server'),
    [insertPolicy(db, server.id, policy)],
    change(server, policy, 'create'),
    [bumpServer(db, server.id), shiftPolicies(db, server.id, policy)],
  )
  return present(policy, serverHref(origin, server))
}

async function replaced(
  policy: Fields,
  input: PolicyInput,
  server: AuthorizationServer,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  const place = input.priority ?? null
  const changed = await changedPolicy(policy, input, context)
  await context.commitOr(
    new Overtaken('policy'),
    [updatePolicy(db, server.id, changed, place)],
    change(server, changed, 'update'),
    [bumpServer(db, server.id), ...(place === null ? [] : [shiftPolicies(db, server.id, changed)])],
  )
  return present(changed, serverHref(origin, server))
}

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${PATH}/:policyId/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} a policy`,
    scope: MANAGE,
    status: 204,
    handle: ({ params }, context) =>
      changedServer(params, context, async (server) => {
        const { db, nowSeconds } = context
        const policy = await policyOf(params, context, server)
        if (policy.status === status) return
        await context.commitOr(
          new Overtaken('policy'),
          [setPolicyStatus(db, server.id, policy.id, status, nowSeconds)],
          change(server, policy, verb),
          [bumpServer(db, server.id)],
        )
      }),
  })

export const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List policies',
    scope: READ,
    output: z.array(PolicyOutput),
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      const url = serverHref(context.origin, server)
      const policies = await policiesOf(context, server)
      return new ListAnswer(whole(policies.map((policy) => present(policy, url))))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create a policy',
    scope: MANAGE,
    body: PolicyInput,
    subject: 'policy',
    status: 201,
    output: PolicyOutput,
    handle: ({ params, body }, context) =>
      changedServer(params, context, (server) => created(body, server, context)),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:policyId`,
    summary: 'Retrieve a policy',
    scope: READ,
    output: PolicyOutput,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      return present(await policyOf(params, context, server), serverHref(context.origin, server))
    },
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:policyId`,
    summary: 'Replace a policy',
    scope: MANAGE,
    body: PolicyInput,
    subject: 'policy',
    output: PolicyOutput,
    handle: ({ params, body }, context) =>
      changedServer(params, context, async (server) =>
        replaced(await policyOf(params, context, server), body, server, context),
      ),
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:policyId`,
    summary: 'Delete a policy',
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { db } = context
      const server = await serverOf(params, context)
      const policy = await policyOf(params, context, server)
      await context.commitOr(
        notFound(policy.id, 'OAuth2Policy'),
        [deletePolicy(db, server.id, policy.id)],
        change(server, policy, 'delete'),
        [bumpServer(db, server.id)],
      )
    },
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
