/**
 * A sign-in under way: the request it is for, sealed, so that it waits in the browser and not with us, and can be read
 * and changed by nobody. It is bound to the browser that began it, which makes it the proof against forged requests
 * of every form that carries it.
 */
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { readSealed, writeSealed } from './sealed.ts'

/** What a transaction is good for, and nothing else: one page each, or its form. */
export type TransactionKind = 'sign-in' | 'consent' | 'decision' | 'sign-out'

export interface Transaction<Request> {
  /** Used up once somebody has signed in with it. */
  readonly id: string
  /** The server it is for; empty: a sign-in for its own sake. */
  readonly serverId: string
  readonly request: Request | null
  /** When the request came, in milliseconds: what has to be done anew has to be done since. */
  readonly began: number
  readonly browser: string
  /** The session in which a decision was asked for; null for every other kind. */
  readonly sessionId: string | null
}

const PURPOSE = 'transaction'

export const newTransaction = <Request>(
  content: Omit<Transaction<Request>, 'id'>,
): Transaction<Request> => ({ id: randomToken(), ...content })

/** Null: it is longer than a browser carries in an address. */
export async function sealTransaction(
  kind: TransactionKind,
  transaction: Transaction<unknown>,
  keys: KeyEncryption,
): Promise<string | null> {
  const text = await writeSealed(PURPOSE, kind, transaction, keys)
  return text.length > limits.transactionCharactersMax ? null : text
}

/** Null for anything that was not sealed here as that kind, is over, or belongs to another browser. */
export async function openTransaction<Request>(
  kind: TransactionKind,
  text: string,
  marks: readonly string[],
  nowMillis: number,
  keys: KeyEncryption,
): Promise<Transaction<Request> | null> {
  const transaction = await readSealed<Transaction<Request>>(PURPOSE, kind, text, keys)
  if (transaction === null) return null
  const isOver = nowMillis >= transaction.began + limits.transactionSeconds * 1000
  return isOver || !marks.includes(transaction.browser) ? null : transaction
}

/** What names a transaction in the set of those that are used up. */
export const transactionLedger = ({ id }: Pick<Transaction<unknown>, 'id'>): string =>
  `transaction ${id.slice(0, 1)}`
