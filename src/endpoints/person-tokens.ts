/**
 * The token endpoint after a grant was proved that a person stands behind. Where the policies have not decided yet they
 * are asked now, and what they decide becomes an authorization that everything issued names.
 */
import { scopesUnasked } from '../authorize/consent.ts'
import type { Client } from '../domain/client.ts'
import { UnansweredGrant, type RefreshHandle, type Undelivered } from '../domain/subjects.ts'
import { askedApp, type PersonGrant, type Proof } from '../grants/grant.ts'
import { ReuseDetected } from '../grants/reuse.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { decideAccess, type Access } from '../mint/access.ts'
import type { TokenResponse } from '../mint/access-token.ts'
import { tokensOfGrant } from '../mint/person-drafts.ts'
import { recordOf } from '../mint/record.ts'
import { authorizingUser, givenAccess, recordedAccess } from '../mint/recorded-access.ts'
import { nowMillis, pause } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'
import { logFault } from '../platform/log.ts'
import { randomToken } from '../platform/random.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import { confirmed, type Resolved } from './confirm.ts'
import type { ProtocolContext } from './context.ts'
import { addressOf, consentQuestion, rolesFor } from './people.ts'
import { issueTokens, readyToIssue, refreshTokenOf, tellGranted, type Grantee } from './issue.ts'
import { tokenOccasion, type Occasion } from './hooked-drafts.ts'
import { reuseDetected } from './reuse-log.ts'
import { eventOf } from './sign-in-log.ts'
import { grantedToken, type TokenKind } from './token-log.ts'

interface Granting {
  readonly grantee: Grantee
  readonly access: Access
  readonly refresh: RefreshHandle | null
  readonly nonce: string | null
  readonly occasion: Occasion
}

export async function tokensOfPerson(
  grant: PersonGrant,
  form: Form,
  { server, client, ring }: Resolved & { readonly client: Client },
  context: ProtocolContext,
): Promise<TokenResponse> {
  // Whatever is missing to issue tokens is found missing before the grant is used up.
  await readyToIssue({ server, ring }, context)
  const millis = nowMillis()
  const now = Math.floor(millis / 1000)
  const redeeming = {
    server,
    client,
    keyEncryption: context.settings.keyEncryption,
    subjects: context.subjects,
    directory: context.directory,
    throttle: context.throttle,
    address: addressOf(context.request),
    attempt: randomToken(),
    nowMillis: millis,
  }
  const proof = await grant.redeem(form, redeeming).catch(async (error: unknown) => {
    if (error instanceof UnansweredGrant) await takeBack(error.undelivered, context)
    // Durable before the answer, which a thief may be waiting for.
    if (error instanceof ReuseDetected)
      await context.directory.record(
        eventOf(reuseDetected(error.reused, server, client), context, millis),
      )
    throw error
  })
  if (proof.by === 'record') {
    const { attempt } = redeeming
    return delivered({ ...proof, attempt }, context, now, async () =>
      issued(recorded(proof, form, { server, client, ring }, millis), context, now),
    )
  }
  const granting = await authorized(grant, proof, form, { server, client }, context, now)
  const { record } = granting.grantee
  const stored = { record, refresh: granting.refresh, isNew: true, isFirst: false }
  return delivered(stored, context, now, () => issued(granting, context, now))
}

/** What is stored by now, and of which attempt to use something up. */
interface Stored extends Pick<
  Extract<Proof, { by: 'record' }>,
  'record' | 'refresh' | 'isNew' | 'isFirst'
> {
  readonly attempt?: string
}

/**
 * What was stored and then does not go out must not cost the client the refresh token that it has: used once more, that
 * would be taken for stolen. A fault does not cost it the code either, which a refusal does.
 */
async function delivered(
  { record, refresh, isNew, isFirst, attempt }: Stored,
  context: ProtocolContext,
  now: number,
  work: () => Promise<TokenResponse>,
): Promise<TokenResponse> {
  try {
    return await work()
  } catch (error) {
    const isFault = !(error instanceof OAuthError) || error.status === 503
    const { userId, id: authorizationId } = record
    const given = { userId, authorizationId, generation: refresh?.generation ?? 0, now }
    if (isFault && attempt !== undefined && (isFirst || isNew === true))
      await takeBack({ ...given, attempt }, context)
    else if (refresh !== null && isNew === true)
      await takeBack(
        { ...given, ...(attempt !== undefined && { attempt, refused: true }) },
        context,
      )
    throw error
  }
}

/** Also after the answer, while the object cannot be told. */
async function takeBack(
  given: Undelivered,
  { serverId, subjects, waitUntil }: ProtocolContext,
): Promise<void> {
  const isTold = async (): Promise<boolean> => {
    try {
      await subjects.undelivered(given)
      return true
    } catch (cause) {
      logFault('grant.undelivered', { serverId }, cause)
      return false
    }
  }
  const later = async (): Promise<void> => {
    for (const millis of limits.lostAnswerMillis.untold) {
      await pause(millis)
      if (await isTold()) return
    }
  }
  if (!(await isTold())) waitUntil(later())
}

function recorded(
  proof: Extract<Proof, { by: 'record' }>,
  form: Form,
  resolved: Pick<Grantee, 'server' | 'client' | 'ring'>,
  millis: number,
): Granting {
  const { record, scopes, refresh, isFirst } = proof
  const { server, client } = resolved
  return {
    grantee: { ...resolved, ...proof },
    access: recordedAccess(server, client, record, proof, scopes, millis),
    refresh,
    nonce: isFirst ? record.nonce : null,
    occasion: tokenOccasion(form, isFirst ? given(refresh) : 'used'),
  }
}

const given = (refresh: RefreshHandle | null): 'given' | 'none' =>
  refresh === null ? 'none' : 'given'

/** The newest configuration decides, as it does for a client that asks for itself. */
async function authorized(
  grant: PersonGrant,
  proof: Extract<Proof, { by: 'person' }>,
  form: Form,
  asked: Pick<Grantee, 'server' | 'client'>,
  context: ProtocolContext,
  now: number,
): Promise<Granting> {
  const { person, assignment, requestedScopes, amr, epoch } = proof
  const { clientId } = asked.client
  const roles = await rolesFor(person.id, requestedScopes, asked.server, context)
  const user = authorizingUser(proof, amr, roles)
  const authorization = { grantType: grant.grantType, user, requestedScopes }
  const ring = accessTokenRing(context.serverId)
  const wanted = { serverId: context.serverId, clientId, ring }
  const decided = await confirmed(context, wanted, async (snapshot) => {
    const { server, client } = snapshot
    if (client === null) throw new OAuthError('unknown_client')
    const access = decideAccess(server, client, authorization, now * 1000)
    const { scopes: allowed } = access
    const asked = { server, client, scopes: allowed, request: { prompts: [] } }
    const scopes = scopesUnasked(await consentQuestion(asked, person.id, context))
    const how = { grantType: grant.grantType, amr }
    const given = givenAccess(server, client, access, proof, how, scopes, now * 1000)
    return { ...snapshot, client, access: given }
  })
  const { server, client, access } = decided
  const record = recordOf(server, client, person, access, {
    grantType: grant.grantType,
    amr,
    authTime: now,
    created: now,
  })
  const mayRefresh = client.grantTypes.includes('refresh_token')
  const app = askedApp(client)
  const begun = await context.subjects.authorizeDirectly(record, app, mayRefresh, epoch)
  if (begun === null) throw new OAuthError('sign_in_ended')
  const grantee = { server, client, ring: decided.ring, record, person, assignment }
  const { refresh } = begun
  return { grantee, access, refresh, nonce: null, occasion: tokenOccasion(form, given(refresh)) }
}

async function issued(
  { grantee, access, refresh, nonce, occasion }: Granting,
  context: ProtocolContext,
  now: number,
): Promise<TokenResponse> {
  const asked = tokensOfGrant(grantee.server, grantee.record, nonce)
  const issuing = await issueTokens(grantee, access, asked, occasion, null, context, now)
  const { access: minted, idToken } = issuing
  // It was asked for; this tells the compiler so.
  if (minted === null) throw new OAuthError('temporarily_unavailable')
  const { response } = minted
  const refreshToken = refresh === null ? null : await refreshTokenOf(grantee, refresh, context)
  const kinds: readonly TokenKind[] = [
    'access_token',
    ...(idToken === null ? [] : (['id_token'] as const)),
    ...(refreshToken === null ? [] : (['refresh_token'] as const)),
  ]
  tellGranted(grantee, access, grantedToken(minted, now), kinds, context)
  return {
    ...response,
    ...(refreshToken !== null && { refresh_token: refreshToken }),
    ...(idToken !== null && { id_token: idToken }),
  }
}
