/** Token endpoint, RFC 6749 §3.2. Every grant takes this one path; none can skip a step. */
import { accessTokenRing } from '../issuer/rings.ts'
import { checkGrant } from '../grants/allowed.ts'
import { grants } from '../grants/index.ts'
import type { Grant } from '../grants/grant.ts'
import { signerOf } from '../keys/signer.ts'
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { decideAccess, type Access } from '../mint/access.ts'
import type { TokenDraft } from '../mint/draft.ts'
import { decidedOf } from '../mint/recorded-access.ts'
import { encrypterOf } from '../mint/encryption.ts'
import { draftAccessToken, signAccessToken } from '../mint/access-token.ts'
import { nowSeconds } from '../platform/clock.ts'
import { onceHere, type Eventual } from '../platform/eventual.ts'
import { OAuthError, printable, reasons } from '../protocol/errors.ts'
import { readForm, type Form } from '../protocol/form.ts'
import { authenticate, presentedBy, spend } from './client-authentication.ts'
import { confirmed } from './confirm.ts'
import type { ProtocolContext } from './context.ts'
import { hookedDrafts, readyToAsk, tokenOccasion } from './hooked-drafts.ts'
import { tokensOfPerson } from './person-tokens.ts'
import { beginPublishedRing } from './issue.ts'
import { jsonAnswer } from './responses.ts'
import { Granted, grantedToken } from './token-log.ts'

export async function token(request: Request, context: ProtocolContext): Promise<Response> {
  const form = await readForm(request)
  const grant = grantOf(form)
  const { origin, settings, progress, waitUntil } = context
  progress.grantType = grant.grantType
  progress.scope = form.get('scope') ?? ''
  const presented = presentedBy(request, form)
  // Only a flow with a code verifier is safe to run inside a page of another origin.
  if (origin !== null && origin !== settings.origin && presented.by !== 'none')
    throw new OAuthError('browser_request')

  const ring = accessTokenRing(context.serverId)
  const wanted = { serverId: context.serverId, clientId: presented.clientId, ring }
  const now = nowSeconds()
  if (grant.of === 'person') beginPublishedRing(context)
  const allowed = await confirmed(context, wanted, (snapshot) =>
    onceHere(authenticate(presented, snapshot, 'token', context, now), ({ client, assertion }) => {
      checkGrant(grant, client)
      const next =
        grant.of === 'client'
          ? { access: decideAccess(snapshot.server, client, grant.redeem(form), now * 1000) }
          : { grant }
      const { server, ring } = snapshot
      return { server, ring, client, assertion, next }
    }),
  )
  const { server, client, next } = allowed
  if (allowed.ring === null) throw new OAuthError('temporarily_unavailable')
  if ('grant' in next) {
    await spend(allowed.assertion, client.clientId, context)
    return jsonAnswer(origin, await tokensOfPerson(next.grant, form, allowed, context))
  }

  const { access } = next
  const signer = await signerOf(allowed.ring, settings.keyEncryption)
  const encrypter = await encrypterOf(server, settings)
  await readyToAsk(server, settings)
  await spend(allowed.assertion, client.clientId, context)
  const draft = await draftOfClient(server, client, access, form, context)
  const minted = await signAccessToken(draft, access, server, signer, encrypter, now)
  const granted = new Granted(server, client, progress, access, grantedToken(minted, now))
  context.log.push(granted, context, waitUntil)
  return jsonAnswer(origin, minted.response)
}

/** The access token of a client that asks for itself, as it is signed; at once where no hook can be asked. */
function draftOfClient(
  server: CompiledServer,
  client: Client,
  access: Access,
  form: Form,
  context: ProtocolContext,
): Eventual<TokenDraft> {
  const draft = draftAccessToken(server, client, access, null)
  if (server.hooks.size === 0) return draft
  return hookedDraftOfClient(draft, { server, client }, access, form, context)
}

async function hookedDraftOfClient(
  draft: TokenDraft,
  { server, client }: { readonly server: CompiledServer; readonly client: Client },
  access: Access,
  form: Form,
  context: ProtocolContext,
): Promise<TokenDraft> {
  const decided = { ...decidedOf(access, server), scopes: access.scopes }
  const drafts = { access: draft, identity: null }
  const occasion = tokenOccasion(form, 'none')
  const hooked = await hookedDrafts(drafts, { server, client }, decided, null, occasion, context)
  return hooked.access ?? draft
}

function grantOf(form: Form): Grant {
  const name = form.get('grant_type')
  if (name === undefined) throw new OAuthError('missing_grant_type')
  const grant = grants.get(name)
  if (grant === undefined)
    throw new OAuthError(
      'unsupported_grant_type',
      printable(
        `${reasons.unsupported_grant_type.description} Configured grant types: [${[...grants.keys()].join(', ')}].`,
      ),
    )
  return grant
}
