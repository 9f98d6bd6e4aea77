/** Tokens of a person at either endpoint that gives them out: access token, ID token and refresh token together. */
import { writeArtefact } from '../domain/artefact.ts'
import type { RingView } from '../domain/key-rotation.ts'
import type { RefreshHandle } from '../domain/subjects.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { accessTokenRing, publishedRing } from '../issuer/rings.ts'
import { signerOf, type Signer } from '../keys/signer.ts'
import type { Access } from '../mint/access.ts'
import { encrypterOf, type Encrypter } from '../mint/encryption.ts'
import { signAccessToken, type Minted } from '../mint/access-token.ts'
import type { TokenDraft, TokenDrafts } from '../mint/draft.ts'
import { signIdToken, type IdTokenSubject } from '../mint/id-token.ts'
import { draftTokens, type AskedTokens } from '../mint/person-drafts.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ProtocolContext } from './context.ts'
import { hookedDrafts, readyToAsk, type Occasion } from './hooked-drafts.ts'
import { Granted, type GrantedToken, type TokenKind } from './token-log.ts'

/** To whom, and of what. */
export interface Grantee extends IdTokenSubject {
  /** The ring of the server's access tokens, as far as it was read. */
  readonly ring: RingView | null
}

/** The published ring of a server. `ring` is that of its access tokens, as far as it was read. */
export async function publishedRingOf(
  serverId: string,
  ring: RingView | null,
  { snapshots, waitUntil }: ProtocolContext,
): Promise<RingView> {
  const name = publishedRing(serverId)
  const published =
    name === accessTokenRing(serverId)
      ? ring
      : (await snapshots.get({ serverId, clientId: null, ring: name }, waitUntil)).ring
  if (published === null) throw new OAuthError('temporarily_unavailable')
  return published
}

/**
 * Begins to read the published ring, where it is another than that of access tokens, beside what is read anyway. What
 * comes of it is seen where it is needed.
 */
export function beginPublishedRing({ serverId, snapshots, waitUntil }: ProtocolContext): void {
  const ring = publishedRing(serverId)
  if (ring === accessTokenRing(serverId)) return
  const begun = snapshots.get({ serverId: null, clientId: null, ring }, waitUntil)
  if (begun instanceof Promise) begun.catch(() => undefined)
}

/** The key that signs a server's ID tokens: the published one. The org server has another for access tokens. */
export const idTokenSigner = async (
  { server }: CompiledServer,
  ring: RingView | null,
  context: ProtocolContext,
): Promise<Signer> =>
  signerOf(await publishedRingOf(server.id, ring, context), context.settings.keyEncryption)

/** Throws what would be in the way of tokens of a server: what they need is remembered from then on. */
export async function readyToIssue(
  { server, ring }: Pick<Grantee, 'server' | 'ring'>,
  context: ProtocolContext,
): Promise<void> {
  const { settings, orgId } = context
  if (ring === null) throw new OAuthError('temporarily_unavailable')
  await Promise.all([
    signerOf(ring, settings.keyEncryption),
    idTokenSigner(server, ring, context),
    encrypterOf(server, settings),
    readyToAsk(server, settings),
    orgId(),
  ])
}

/** What goes out beside a code or a refresh token. */
export interface Issued {
  readonly access: Minted | null
  readonly idToken: string | null
}

/** Drafts the tokens that go out together, asks the hook about them, and signs them; `code` beside them. */
export async function issueTokens(
  grantee: Grantee,
  access: Access,
  asked: AskedTokens,
  occasion: Occasion,
  code: string | null,
  context: ProtocolContext,
  nowSeconds: number,
): Promise<Issued> {
  const orgId = await context.orgId()
  const drafted = draftTokens(grantee, access, asked, orgId, nowSeconds * 1000)
  const signing = await signingOf(grantee, drafted, context)
  const { scopes } = access
  const { policyId, ruleId } = grantee.record.access
  const decided = { policyId, ruleId, scopes }
  const drafts = await hookedDrafts(drafted, grantee, decided, grantee, occasion, context)
  const minted =
    drafts.access && (await signedAccessToken(drafts.access, access, grantee, signing, nowSeconds))
  if (drafts.identity === null || signing.identity === null)
    return { access: minted, idToken: null }
  const beside = { accessToken: minted?.response.access_token ?? null, code }
  const idToken = await signIdToken(drafts.identity, beside, signing.identity, nowSeconds)
  return { access: minted, idToken }
}

/** What tokens are signed and encrypted with, as far as there are such tokens. */
interface Signing {
  readonly access: Signer | null
  readonly encrypter: Encrypter | null
  readonly identity: Signer | null
}

/** Nobody outside is asked about tokens that then could not be made. Throws OAuthError. */
async function signingOf(
  { server, ring }: Pick<Grantee, 'server' | 'ring'>,
  { access, identity }: TokenDrafts,
  context: ProtocolContext,
): Promise<Signing> {
  const { settings } = context
  if (access !== null && ring === null) throw new OAuthError('temporarily_unavailable')
  return {
    access: access && ring && (await signerOf(ring, settings.keyEncryption)),
    encrypter: access && (await encrypterOf(server, settings)),
    identity: identity && (await idTokenSigner(server, ring, context)),
  }
}

async function signedAccessToken(
  draft: TokenDraft,
  access: Access,
  { server }: Pick<Grantee, 'server'>,
  { access: signer, encrypter }: Signing,
  nowSeconds: number,
): Promise<Minted> {
  // Where there is a token, there is what signs it; this tells the compiler so.
  if (signer === null) throw new OAuthError('temporarily_unavailable')
  return signAccessToken(draft, access, server, signer, encrypter, nowSeconds)
}

export const refreshTokenOf = async (
  { record }: Pick<Grantee, 'record'>,
  refresh: RefreshHandle,
  { settings }: ProtocolContext,
): Promise<string> =>
  writeArtefact(
    'refresh-token',
    {
      userId: record.userId,
      id: record.id,
      serverId: record.serverId,
      generation: refresh.generation,
      secret: refresh.secret,
    },
    settings.keyEncryption,
  )

/** Tells the log what went out. */
export function tellGranted(
  grantee: Grantee,
  access: Access,
  token: GrantedToken,
  kinds: readonly TokenKind[],
  context: ProtocolContext,
): void {
  const { server, client, record, person } = grantee
  const to = { record, person, kinds }
  const granted = new Granted(server, client, context.progress, access, token, to)
  context.log.push(granted, context, context.waitUntil)
}
