/** Authorizations under way in a browser: a request that waits for its person to sign in or to consent. */
import { parametersOf } from '../authorize/asked.ts'
import { checkAuthorizationRequest } from '../authorize/checks.ts'
import type { AuthorizationRequest } from '../authorize/request.ts'
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { messagePage } from '../pages/message.tsx'
import { OAuthError } from '../protocol/errors.ts'
import { confirmed, type Resolved } from './confirm.ts'
import type { ProtocolContext } from './context.ts'
import {
  newTransaction,
  openTransaction,
  sealTransaction,
  type Transaction,
  type TransactionKind,
} from './transaction.ts'
import { pagePropsOf, seeOther, type Visit } from './visit.ts'

export type SignInTransaction = Transaction<AuthorizationRequest>

/** An authorization request with everything it is about. */
export interface UnderWay {
  readonly server: CompiledServer
  readonly client: Client
  /** Of the server's access tokens. */
  readonly ring: RingView | null
  readonly request: AuthorizationRequest
  /** When it came, in milliseconds. */
  readonly began: number
}

export const SIGN_IN_PATH = '/signin'
export const CONSENT_PATH = '/consent'

/** The sealed text of a transaction for what is under way, or for a sign-in for its own sake. */
export async function sealedTransaction(
  kind: Exclude<TransactionKind, 'sign-out'>,
  underWay: UnderWay | null,
  { marks, now, context }: Visit,
  sessionId: string | null = null,
): Promise<string> {
  const transaction = newTransaction<AuthorizationRequest>({
    serverId: underWay?.server.server.id ?? '',
    request: underWay?.request ?? null,
    began: underWay?.began ?? now,
    browser: marks[0],
    sessionId,
  })
  const sealed = await sealTransaction(kind, transaction, context.settings.keyEncryption)
  if (sealed === null) throw new OAuthError('authorization_request_too_large')
  return sealed
}

const PATHS = { 'sign-in': SIGN_IN_PATH, consent: CONSENT_PATH } as const

/** Sends the browser to a page of ours that goes on with what is under way. */
export async function sendTo(
  page: keyof typeof PATHS,
  underWay: UnderWay,
  visit: Visit,
): Promise<Response> {
  const transaction = await sealedTransaction(page, underWay, visit)
  return seeOther(`${visit.context.settings.origin}${PATHS[page]}?transaction=${transaction}`)
}

/** What a person sees who comes with a transaction that is over, or another browser's. */
export const expiredPage = async (visit: Visit): Promise<Response> =>
  messagePage({ ...(await pagePropsOf(visit)), message: 'EXPIRED', startUri: SIGN_IN_PATH })

/** Null for anything that is not a transaction of that kind, of this browser and in time. */
export async function transactionOf(
  kind: TransactionKind,
  text: string | null | undefined,
  { context, marks, now }: Visit,
): Promise<SignInTransaction | null> {
  if (text === null || text === undefined) return null
  const { keyEncryption } = context.settings
  return openTransaction<AuthorizationRequest>(kind, text, marks, now, keyEncryption)
}

/**
 * What a transaction is about, as it is now: a request that its client may not make any more is refused like a new one.
 * Null: a sign-in for its own sake.
 */
export async function underWayOf(
  { serverId, request, began }: Pick<SignInTransaction, 'serverId' | 'request' | 'began'>,
  context: ProtocolContext,
): Promise<UnderWay | null> {
  if (request === null) return null
  const wanted = { serverId, clientId: request.clientId, ring: accessTokenRing(serverId) }
  return confirmed(context, wanted, async (snapshot) => asOf(snapshot, { request, began }))
}

/** A request under a configuration that may be newer than the one that it was checked by. */
export function asOf(
  { server, client, ring }: Resolved,
  { request, began }: Pick<UnderWay, 'request' | 'began'>,
): UnderWay {
  const again = checkAuthorizationRequest(parametersOf(request), server, client, request.endpoint)
  // The checks refuse a request of nobody; the compiler is told so.
  if (client === null) throw new OAuthError('unknown_client')
  return { server, client, ring, request: again, began }
}
