/** Authorizations under way in a browser: a request that waits for its person to sign in or to consent. */
import type { AuthorizationRequest } from '../authorize/request.ts'
import type { Client } from '../domain/client.ts'
import type { RingView } from '../domain/key-rotation.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { accessTokenRing } from '../issuer/rings.ts'
import { messagePage } from '../pages/message.tsx'
import { OAuthError } from '../protocol/errors.ts'
import { ServerNotFound } from './confirm.ts'
import type { ProtocolContext } from './context.ts'
import {
  newTransaction,
  openTransaction,
  sealTransaction,
  type Transaction,
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
  underWay: UnderWay | null,
  { marks, now, context }: Visit,
): Promise<string> {
  const transaction = newTransaction<AuthorizationRequest>({
    serverId: underWay?.server.server.id ?? '',
    request: underWay?.request ?? null,
    began: underWay?.began ?? now,
    browser: marks[0],
  })
  const sealed = await sealTransaction(transaction, context.settings.keyEncryption)
  if (sealed === null) throw new OAuthError('authorization_request_too_large')
  return sealed
}

/** Sends the browser to a page of ours that goes on with what is under way. */
export async function sendTo(path: string, underWay: UnderWay, visit: Visit): Promise<Response> {
  const transaction = await sealedTransaction(underWay, visit)
  return seeOther(`${visit.context.settings.origin}${path}?transaction=${transaction}`)
}

/** What a person sees who comes with a transaction that is over, or another browser's. */
export const expiredPage = async (visit: Visit): Promise<Response> =>
  messagePage({ ...(await pagePropsOf(visit)), message: 'EXPIRED', startUri: SIGN_IN_PATH })

/** Null for anything that is not a transaction of this browser and in time. */
export async function transactionOf(
  text: string | null | undefined,
  { context, marks, now }: Visit,
): Promise<SignInTransaction | null> {
  if (text === null || text === undefined) return null
  return openTransaction<AuthorizationRequest>(text, marks, now, context.settings.keyEncryption)
}

/** What a transaction is about, as it is now. Null: a sign-in for its own sake, or the client is gone. */
export async function underWayOf(
  { serverId, request, began }: SignInTransaction,
  context: ProtocolContext,
): Promise<UnderWay | null> {
  if (request === null) return null
  const { snapshots, waitUntil } = context
  const wanted = { serverId, clientId: request.clientId, ring: accessTokenRing(serverId) }
  const { server, client, ring } = await snapshots.get(wanted, waitUntil)
  if (server?.server.status !== 'ACTIVE') throw new ServerNotFound()
  return client?.status === 'ACTIVE' ? { server, client, ring, request, began } : null
}
