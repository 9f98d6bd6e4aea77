/**
 * The end of an authorization request, RFC 6749 §4.1.2 and §4.2.2, OpenID Connect Core §3.1.2.5, §3.2.2.5 and §3.3.2.5:
 * the authorization is stored with the person, and what the response type names goes to the client.
 */
import { authorizationRecord } from '../authorize/record.ts'
import { targetOf, type AuthorizationRequest } from '../authorize/request.ts'
import { writeArtefact } from '../domain/artefact.ts'
import type { Epoch } from '../domain/ending.ts'
import type { SignedIn } from '../domain/session.ts'
import { askedApp } from '../grants/grant.ts'
import type { Access } from '../mint/access.ts'
import { tokensOfBrowser } from '../mint/person-drafts.ts'
import { recordedAccess, type Holder } from '../mint/recorded-access.ts'
import { OAuthError } from '../protocol/errors.ts'
import { answerClient } from './authorization-answer.ts'
import { Authorized } from './authorize-log.ts'
import type { ProtocolContext } from './context.ts'
import { browserOccasion, type Occasion } from './hooked-drafts.ts'
import { issueTokens, type Grantee } from './issue.ts'
import type { UnderWay } from './under-way.ts'
import type { Visit } from './visit.ts'

/** Who is signed in and has the app. */
export interface Authorizing extends Holder {
  readonly session: SignedIn['session']
  /** In which they were found signed in. */
  readonly epoch: Epoch | undefined
}

/** The authorization is stored by then. */
interface Stored {
  readonly grantee: Grantee
  /** That the client redeems; null: none was asked for. */
  readonly code: string | null
}

async function stored(
  underWay: UnderWay,
  authorizing: Authorizing,
  access: Access,
  { context, now }: Visit,
): Promise<Stored> {
  const { server, client, ring } = underWay
  const record = authorizationRecord(underWay, authorizing, access, now)
  if (!(await context.subjects.authorize(record, askedApp(client), authorizing.epoch)))
    throw new OAuthError('login_required')
  const grantee: Grantee = { ...authorizing, server, client, record, ring }
  return { grantee, code: await codeOf(grantee, context) }
}

/** A code is good at the grant that it was made for, and at no other. */
async function codeOf(
  { record }: Pick<Grantee, 'record'>,
  { settings }: ProtocolContext,
): Promise<string | null> {
  if (record.code === null) return null
  const kind = record.grantType === 'interaction_code' ? 'interaction-code' : 'code'
  const { userId, id, serverId } = record
  const artefact = { userId, id, serverId, generation: 0, secret: record.code.secret }
  return writeArtefact(kind, artefact, settings.keyEncryption)
}

/** The code for a page of the app that asked the person itself. */
export async function interactionCode(
  underWay: UnderWay,
  authorizing: Authorizing,
  access: Access,
  visit: Visit,
): Promise<string> {
  const { context } = visit
  const { grantee, code } = await stored(underWay, authorizing, access, visit)
  // Such a request asks for a code and nothing else; this tells the compiler so.
  if (code === null) throw new OAuthError('temporarily_unavailable')
  const told = new Authorized(grantee, access.decision, ['interaction_code'])
  context.log.push(told, context, context.waitUntil)
  return code
}

/** `access` holds the scopes that are granted in the end. */
export async function completed(
  underWay: UnderWay,
  authorizing: Authorizing,
  access: Access,
  visit: Visit,
): Promise<Response> {
  const { server, request } = underWay
  const { context } = visit
  const { grantee, code } = await stored(underWay, authorizing, access, visit)
  const { decision } = access
  const occasion = browserOccasion(request, authorizing.session)
  const tokens = await frontChannelTokens(grantee, request, occasion, code, visit)
  const given = GIVEN.filter((one) => one in tokens || (one === 'code' && code !== null))
  context.log.push(new Authorized(grantee, decision, given), context, context.waitUntil)
  const parameters = { ...tokens, ...(code !== null && { code }) }
  return answerClient(targetOf(request), parameters, server.urls.issuer, visit)
}

const GIVEN = ['code', 'access_token', 'id_token'] as const

/** The tokens that go through the browser, with the parameters around them. */
async function frontChannelTokens(
  grantee: Grantee,
  { responseTypes, nonce }: AuthorizationRequest,
  occasion: Occasion,
  code: string | null,
  { context, now }: Visit,
): Promise<Readonly<Record<string, string>>> {
  const { server, client, record } = grantee
  const access = recordedAccess(server, client, record, grantee, record.scopes, now)
  const seconds = Math.floor(now / 1000)
  const asked = tokensOfBrowser(responseTypes, nonce)
  const issued = await issueTokens(grantee, access, asked, occasion, code, context, seconds)
  const { access: minted, idToken } = issued
  return {
    ...(minted !== null && {
      access_token: minted.response.access_token,
      token_type: minted.response.token_type,
      expires_in: String(minted.response.expires_in),
      scope: minted.response.scope,
    }),
    ...(idToken !== null && { id_token: idToken }),
  }
}
