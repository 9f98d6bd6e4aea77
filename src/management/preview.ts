/**
 * Token Preview: what a client would get, decided by the functions that issue tokens, with the trail of what decided
 * it. Ours. Nothing is minted; configuration is read from the primary, so that it is that of now.
 */
import { PreviewInput, PreviewOutput } from '../domain/preview.ts'
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import type { ServerConfiguration } from '../domain/snapshot.ts'
import { askedApp } from '../grants/grant.ts'
import { compileServer, type CompiledServer } from '../issuer/compile.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { nowMillis } from '../platform/clock.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import type { PreviewedPerson } from '../preview/flows.ts'
import { withHook, type Asker, type HookStanding } from '../preview/hooks.ts'
import { unnameable, withUnsaved, type Unsaved } from '../preview/overlay.ts'
import { preview } from '../preview/preview.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import type { Form } from '../protocol/form.ts'
import { readConfiguration } from '../store/configuration.ts'
import { findInlineHook } from '../store/inline-hooks.ts'
import { assignmentOf, readPerson } from '../store/person.ts'
import { decidedScopes } from '../store/skipped-scopes.ts'
import { findUser } from '../store/users.ts'
import { allows, authorize } from './access.ts'
import { changedClaim, newClaim } from './claims.ts'
import type { ManagementContext } from './context.ts'
import { definedNames } from './defined-names.ts'
import { hookChange } from './inline-hook-presentation.ts'
import { changedPolicy, newPolicy } from './policies.ts'
import { presentPreview } from './preview-presentation.ts'
import { route, type Params, type Route } from './route.ts'
import { changedRule, newRule } from './rules.ts'
import { SERVER_PATH, SERVERS_READ, serverIdParam } from './server-resource.ts'

const HOOKS_READ = 'okta.inlineHooks.read'
const HOOKS_MANAGE = 'okta.inlineHooks.manage'

/** What a preview shows beside the server, each of which a caller must be allowed to read. */
const SHOWN = { client: 'okta.apps.read', person: 'okta.users.read', groups: 'okta.groups.read' }

const mustRead = ({ principal }: ManagementContext, ...scopes: readonly string[]): void =>
  scopes.forEach((scope) => authorize(principal, { scope, permission: scope }))

async function previewed(
  input: PreviewInput,
  params: Params,
  context: ManagementContext,
): Promise<PreviewOutput> {
  mustRead(context, SHOWN.client)
  if (input.userId != null) mustRead(context, SHOWN.person, SHOWN.groups)
  const { origin } = context
  const read = await configurationOf(input, params, context)
  const { client } = read
  const configuration = await asUnsaved(read.configuration, input, context)
  const server = compileServer(configuration, { origin, orgName: read.orgName })
  const person = await personOf(input, { server, client }, context)
  const asked = {
    server,
    client,
    grantType: input.grantType,
    parameters: parametersOf(input, client),
    person,
    orgId: read.orgId,
    nowMillis: nowMillis(),
  }
  const ring = await ringOf(server, context)
  const asker = input.includeHook ? askerOf(context) : null
  const hooked = await withHook(preview(asked, configuration), asked, asker)
  for (const one of hooked.hooks) if (one.result !== 'NOT_CALLED') await tellAsked(one, context)
  const showsHooks = allows(context.principal, { scope: HOOKS_READ, permission: HOOKS_READ })
  return presentPreview(hooked, { ...asked, showsHooks }, ring)
}

/** Whatever is told of a person to an endpoint outside is in the log, as when the hook is executed. */
async function tellAsked(
  { hook, result, reason }: HookStanding,
  context: ManagementContext,
): Promise<void> {
  const failure = result === 'REFUSED' ? 'the endpoint answered with an error' : reason
  await context.commit([], {
    ...hookChange(hook, 'executed'),
    ...(failure !== null && { outcome: { result: 'FAILURE', reason: failure } }),
  })
}

/** A hook is called as whoever administers hooks may call it. */
function askerOf(context: ManagementContext): Asker {
  authorize(context.principal, { scope: HOOKS_MANAGE, permission: HOOKS_MANAGE })
  const { id, caller } = context.occasion.transaction
  return { id, ipAddress: caller?.ipAddress ?? null, outbound: context.ports.settings }
}

interface Read {
  readonly configuration: ServerConfiguration
  readonly client: Client
  readonly orgName: string | null
  readonly orgId: string
}

async function configurationOf(
  { clientId }: PreviewInput,
  params: Params,
  { db }: ManagementContext,
): Promise<Read> {
  const serverId = serverIdParam(params)
  const { server, client, orgName, orgId } = await readConfiguration(db, { serverId, clientId })
  if (server === null) throw notFound(params['authServerId'] ?? '', 'AuthorizationServer')
  if (client === null) throw invalid('clientId', `clientId: '${clientId}' does not exist`)
  if (orgId === null) throw new StorageUnavailable('the org is gone')
  return { configuration: server, client, orgName, orgId }
}

/** The configuration with what the caller has not saved, checked as it would be when it is saved. */
async function asUnsaved(
  configuration: ServerConfiguration,
  input: PreviewInput,
  context: ManagementContext,
): Promise<ServerConfiguration> {
  const unsaved: Unsaved = {
    claim: await claimOf(configuration, input, context),
    policy: await policyOf(configuration, input, context),
    rule: await ruleOf(configuration, input, context),
  }
  const unnamed = unnameable(configuration, unsaved)
  if (unnamed !== null)
    throw invalid(unnamed, `${unnamed}.name: An object with this name already exists`)
  const hookId = unsaved.rule?.hookId ?? null
  const hook = hookId === null ? null : await findInlineHook(context.db, hookId)
  const hooks = hook?.status === 'ACTIVE' ? [...configuration.hooks, hook] : configuration.hooks
  return withUnsaved({ ...configuration, hooks }, unsaved)
}

/** Throws E0000001 for an id that names nothing. */
function found<Kind extends { readonly id: string }>(
  all: readonly Kind[],
  id: string,
  member: string,
): Kind {
  const one = all.find((other) => other.id === id)
  if (one === undefined) throw invalid(member, `${member}: '${id}' does not exist`)
  return one
}

async function claimOf(
  { claims, server }: ServerConfiguration,
  { claim }: PreviewInput,
  context: ManagementContext,
) {
  if (claim == null) return null
  const { id, ...input } = claim
  const defined = await definedNames(context)
  return id === undefined
    ? newClaim(input, server.id, defined)
    : changedClaim(found(claims, id, 'claim.id'), input, server.id, defined)
}

function policyOf(
  { policies }: ServerConfiguration,
  { policy }: PreviewInput,
  context: ManagementContext,
) {
  if (policy == null) return null
  const { id, ...input } = policy
  return id === undefined
    ? newPolicy(input, policies, context)
    : changedPolicy(found(policies, id, 'policy.id'), input, context)
}

function ruleOf(
  { policies }: ServerConfiguration,
  { rule }: PreviewInput,
  context: ManagementContext,
) {
  if (rule == null) return null
  const { id, policyId, ...input } = rule
  const policy = found(policies, policyId, 'rule.policyId')
  return id === undefined
    ? newRule(input, policy, context)
    : changedRule(found(policy.rules, id, 'rule.id'), input, context)
}

/** The person with what they have of the app, and what they decided about scopes before. */
async function personOf(
  { userId, grantType }: PreviewInput,
  { server, client }: { readonly server: CompiledServer; readonly client: Client },
  { db }: ManagementContext,
): Promise<PreviewedPerson | null> {
  if (grantType === 'client_credentials') {
    if (userId != null) throw invalid('userId', 'userId: A client acts for itself with this grant')
    return null
  }
  if (userId == null) throw invalid('userId', 'userId: The field is missing')
  const id = (await findUser(db, userId))?.id
  const read = id === undefined ? null : await readPerson(db, id, client.id)
  if (read === null) throw invalid('userId', `userId: '${userId}' does not exist`)
  const { person } = read.user
  const key = { userId: person.id, clientId: client.clientId, serverId: server.server.id }
  return {
    person,
    assignment: assignmentOf(read.user, read.assignment, askedApp(client)),
    decided: await decidedScopes(db, key),
  }
}

/** A nonce and a code challenge, where the request needs one and the caller does not mind which. */
const ANY_NONCE = 'preview'
const ANY_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** The request that a client would send. */
function parametersOf(input: PreviewInput, { clientId, flows }: Client): Form {
  const { grantType, scopes, responseType, nonce, acr_values: acrValues, claims } = input
  const types = (responseType ?? (grantType === 'implicit' ? 'id_token token' : 'code')).split(' ')
  const hasCode = types.includes('code')
  const isFit =
    grantType === 'interaction_code'
      ? types.join() === 'code'
      : hasCode !== (grantType === 'implicit')
  if (!isFit)
    throw invalid('responseType', `responseType: is not one of the grant type '${grantType}'`)
  const ofAuthorize = {
    client_id: clientId,
    response_type: types.join(' '),
    redirect_uri: flows.redirectUris[0] ?? '',
    nonce: nonce ?? (types.includes('id_token') ? ANY_NONCE : ''),
    code_challenge: hasCode ? ANY_CHALLENGE : '',
    code_challenge_method: hasCode ? 'S256' : '',
    acr_values: acrValues ?? '',
    claims: claims ?? '',
  }
  const isAuthorize = grantType !== 'password' && grantType !== 'client_credentials'
  const all = { scope: scopes.join(' '), ...(isAuthorize && ofAuthorize) }
  return new Map(Object.entries(all).filter(([, value]) => value !== ''))
}

async function ringOf(
  { server }: CompiledServer,
  { ports: { snapshots, waitUntil } }: ManagementContext,
): Promise<RingView> {
  const wanted = { serverId: server.id, clientId: null, ring: accessTokenRing(server.id) }
  const { ring } = await snapshots.get(wanted, waitUntil)
  if (ring === null) throw new StorageUnavailable('the key ring cannot be read')
  return ring
}

export const previewRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${SERVER_PATH}/preview`,
    summary: 'Preview tokens',
    scope: SERVERS_READ,
    body: PreviewInput,
    subject: 'preview',
    output: PreviewOutput,
    handle: ({ params, body }, context) => previewed(body, params, context),
  }),
]
