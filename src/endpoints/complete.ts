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

/** `access` holds the scopes that are granted in the end. */
export async function completed(
  underWay: UnderWay,
  authorizing: Authorizing,
  access: Access,
  visit: Visit,
): Promise<Response> {
  const { server, client, ring, request } = underWay
  const { context, now } = visit
  const record = authorizationRecord(underWay, authorizing, access, now)
  if (!(await context.subjects.authorize(record, askedApp(client), authorizing.epoch)))
    throw new OAuthError('login_required')
  const grantee: Grantee = { ...authorizing, server, client, record, ring }
  const { decision } = access
  const { settings } = context
  const code =
    record.code === null
      ? null
      : await writeArtefact(
          'code',
          {
            userId: record.userId,
            id: record.id,
            serverId: record.serverId,
            generation: 0,
            secret: record.code.secret,
          },
          settings.keyEncryption,
        )
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
