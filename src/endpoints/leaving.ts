/** Sign-outs under way in a browser: where they lead once the person said so. */
import { OAuthError } from '../protocol/errors.ts'
import { newTransaction, openTransaction, sealTransaction } from './transaction.ts'
import type { Visit } from './visit.ts'

export const SIGN_OUT_PATH = '/signout'

/** What a sign-out leads to; sealed while the person is asked. */
export interface Leaving {
  readonly uri: string | null
  readonly state: string | null
}

export async function sealedLeaving(
  leaving: Leaving,
  { context, now, marks }: Pick<Visit, 'context' | 'now' | 'marks'>,
): Promise<string> {
  const transaction = newTransaction<Leaving>({
    serverId: '',
    request: leaving,
    began: now,
    browser: marks[0],
    sessionId: null,
  })
  const sealed = await sealTransaction('sign-out', transaction, context.settings.keyEncryption)
  // What a client registered and a state within its bound fit.
  if (sealed === null) throw new OAuthError('invalid_request')
  return sealed
}

/** Null for anything that is not a sign-out of this browser and in time. */
export async function leavingOf(
  text: string,
  { context, now, marks }: Visit,
): Promise<Leaving | null> {
  const { keyEncryption } = context.settings
  return (
    (await openTransaction<Leaving>('sign-out', text, marks, now, keyEncryption))?.request ?? null
  )
}
