/** Claims of an authorization server. Expressions are parsed when a claim is saved, so that a bad one never mints. */
import * as z from 'zod'
import { unslashed } from '../claims/expression/arguments.ts'
import type { DefinedNames } from '../claims/expression/defined.ts'
import { compilePattern } from '../claims/expression/pattern/compile.ts'
import { parseExpression } from '../claims/expression/parser.ts'
import type { AuthorizationServer } from '../domain/authorization-server.ts'
import {
  ClaimInput,
  ClaimOutput,
  isReservedName,
  SUBJECT_EXPRESSION,
  systemClaims,
  type Claim,
} from '../domain/claim.ts'
import { utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import { bumpServer } from '../store/authorization-servers.ts'
import {
  claimsFromRows,
  deleteClaim,
  insertClaim,
  overrideClaim,
  selectClaims,
  updateClaim,
  type ClaimRow,
} from '../store/claims.ts'
import { readAll } from '../store/database.ts'
import { changedServer, serverChange, serverHref, serverOf } from './server-resource.ts'
import type { ManagementContext } from './context.ts'
import { definedNames } from './defined-names.ts'
import { Overtaken } from './overtaken.ts'
import { whole } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = '/api/v1/authorizationServers/:authServerId/claims'
const READ = 'okta.authorizationServers.read'
const MANAGE = 'okta.authorizationServers.manage'

const present = (claim: Claim, serverUrl: string): Record<string, unknown> => ({
  id: claim.id,
  name: claim.name,
  status: claim.status,
  claimType: claim.claimType,
  valueType: claim.valueType,
  ...(claim.value !== null && { value: claim.value }),
  conditions: { scopes: claim.scopes },
  system: claim.system,
  alwaysIncludeInToken: claim.alwaysIncludeInToken,
  apiResourceId: null,
  ...(claim.groupFilterType !== null && { group_filter_type: claim.groupFilterType }),
  _links: {
    self: {
      href: `${serverUrl}/claims/${claim.id}`,
      hints: { allow: ['GET', 'PUT', 'DELETE'] },
    },
  },
})

const claimsOf = async (
  { db }: ManagementContext,
  server: AuthorizationServer,
): Promise<readonly Claim[]> =>
  claimsFromRows(server.id, await readAll<ClaimRow>(selectClaims(db, server.id)))

async function claimOf(
  params: Params,
  context: ManagementContext,
  server: AuthorizationServer,
): Promise<Claim> {
  const id = idParam(params, 'claimId', 'OAuth2Claim')
  const claim = (await claimsOf(context, server)).find((one) => one.id === id)
  if (claim === undefined) throw notFound(id, 'OAuth2Claim')
  return claim
}

/**
 * Throws E0000001 with the position of what is wrong. `defined` is null for an expression that is there already, which
 * may name what has gone since.
 */
export function checkExpression(value: string, defined: DefinedNames | null): void {
  const parsed = parseExpression(value, defined)
  if (parsed.outcome === 'error')
    throw invalid(
      'value',
      `value: ${parsed.error.message} (at position ${parsed.error.at + 1} of the expression)`,
    )
}

/** Throws E0000001 for a filter that could never be applied. */
export function checkGroupFilter(type: Claim['groupFilterType'], value: string): void {
  if (type === null) throw invalid('group_filter_type', 'group_filter_type: The field is missing')
  if (type !== 'REGEX') return
  const compiled = compilePattern(unslashed(value))
  if (compiled.outcome === 'refused') throw invalid('value', `value: ${compiled.message}`)
}

/** The scopes that a claim asks for. Throws E0000001 for more than a server full of such claims could hold. */
function scopesOf({ conditions }: ClaimInput): readonly string[] {
  const scopes = [...new Set(conditions?.scopes ?? [])]
  if (utf8(JSON.stringify(scopes)).length > limits.claimScopesBytesMax)
    throw invalid(
      'conditions',
      `conditions.scopes: may have at most ${limits.claimScopesBytesMax} bytes`,
    )
  return scopes
}

/** The fields of a custom claim, checked against each other. */
function fields(
  input: ClaimInput,
  serverId: string,
  defined: DefinedNames | null,
): Omit<Claim, 'id' | 'system'> {
  const { name, claimType, valueType } = input
  const value = input.value ?? ''
  const groupFilterType = input.group_filter_type ?? null
  if (systemClaims(serverId).some((one) => one.name === name && one.claimType === claimType))
    throw invalid('name', 'name: An object with this field already exists')
  if (isReservedName(name, claimType)) throw invalid('name', `name: '${name}' is a reserved name`)
  if (valueType === 'SYSTEM')
    throw invalid('valueType', 'valueType: Only system claims have the value type SYSTEM')
  if (value === '') throw invalid('value', 'value: The field cannot be left blank')
  if (valueType === 'EXPRESSION') checkExpression(value, defined)
  if (valueType === 'GROUPS') checkGroupFilter(groupFilterType, value)
  return {
    name,
    status: input.status,
    claimType,
    valueType,
    value,
    scopes: scopesOf(input),
    alwaysIncludeInToken: claimType === 'RESOURCE' || input.alwaysIncludeInToken,
    groupFilterType: valueType === 'GROUPS' ? groupFilterType : null,
  }
}

/** Of `sub` only the expression may change, of the other system claims only whether they are always included. */
function systemFields(claim: Claim, input: ClaimInput, defined: DefinedNames | null): Claim {
  for (const member of ['name', 'claimType', 'valueType', 'status'] as const)
    if (input[member] !== claim[member])
      throw invalid(member, `${member}: cannot be changed in a system claim`)
  if (claim.valueType === 'SYSTEM')
    return { ...claim, alwaysIncludeInToken: input.alwaysIncludeInToken }
  const value = input.value ?? ''
  if (value === '') throw invalid('value', 'value: The field cannot be left blank')
  if (value !== SUBJECT_EXPRESSION) checkExpression(value, defined)
  return { ...claim, value }
}

/** The claim that an input makes. Throws E0000001. */
export const newClaim = (input: ClaimInput, serverId: string, defined: DefinedNames): Claim => ({
  id: randomId('ocl'),
  system: false,
  ...fields(input, serverId, defined),
})

/** What an input makes of a claim. Throws E0000001. */
export function changedClaim(
  claim: Claim,
  input: ClaimInput,
  serverId: string,
  defined: DefinedNames,
): Claim {
  const named = input.value === claim.value ? null : defined
  return claim.system
    ? systemFields(claim, input, named)
    : { ...claim, ...fields(input, serverId, named) }
}

const change = (server: AuthorizationServer, claim: Claim, verb: string) =>
  serverChange(server, `oauth2.claim.${verb}`, `OAuth2 claim is ${verb}`, [
    { id: claim.id, type: 'OAuth2Claim', alternateId: null, displayName: claim.name },
  ])

async function saved(
  claim: Claim,
  verb: 'created' | 'updated',
  server: AuthorizationServer,
  context: ManagementContext,
): Promise<unknown> {
  const { db, origin } = context
  const isNew = verb === 'created'
  const statement = isNew ? insertClaim : claim.system ? overrideClaim : updateClaim
  await context.commitOr(
    isNew ? new Overtaken('authorization server') : notFound(claim.id, 'OAuth2Claim'),
    [statement(db, server.id, claim)],
    change(server, claim, verb),
    [bumpServer(db, server.id)],
  )
  return present(claim, serverHref(origin, server))
}

export const claimRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: PATH,
    summary: 'List claims',
    scope: READ,
    output: z.array(ClaimOutput),
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      const url = serverHref(context.origin, server)
      const claims = await claimsOf(context, server)
      return new ListAnswer(whole(claims.map((claim) => present(claim, url))))
    },
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Create a claim',
    scope: MANAGE,
    body: ClaimInput,
    subject: 'claim',
    status: 201,
    output: ClaimOutput,
    handle: ({ params, body }, context) =>
      changedServer(params, context, async (server) => {
        if ((await claimsOf(context, server)).length >= limits.claimsPerServerMax)
          throw invalid('claim', `claim: A server has at most ${limits.claimsPerServerMax} claims`)
        const claim = newClaim(body, server.id, await definedNames(context))
        return saved(claim, 'created', server, context)
      }),
  }),
  route({
    method: 'GET',
    path: `${PATH}/:claimId`,
    summary: 'Retrieve a claim',
    scope: READ,
    output: ClaimOutput,
    async handle({ params }, context) {
      const server = await serverOf(params, context)
      const claim = await claimOf(params, context, server)
      return present(claim, serverHref(context.origin, server))
    },
  }),
  route({
    method: 'PUT',
    path: `${PATH}/:claimId`,
    summary: 'Replace a claim',
    scope: MANAGE,
    body: ClaimInput,
    subject: 'claim',
    output: ClaimOutput,
    async handle({ params, body }, context) {
      const server = await serverOf(params, context)
      const claim = await claimOf(params, context, server)
      const changed = changedClaim(claim, body, server.id, await definedNames(context))
      return saved(changed, 'updated', server, context)
    },
  }),
  route({
    method: 'DELETE',
    path: `${PATH}/:claimId`,
    summary: 'Delete a claim',
    scope: MANAGE,
    status: 204,
    async handle({ params }, context) {
      const { db } = context
      const server = await serverOf(params, context)
      const claim = await claimOf(params, context, server)
      if (claim.system) throw invalid('claim', 'id: A system claim cannot be deleted')
      await context.commitOr(
        notFound(claim.id, 'OAuth2Claim'),
        [deleteClaim(db, server.id, claim.id)],
        change(server, claim, 'deleted'),
        [bumpServer(db, server.id)],
      )
    },
  }),
]
