/**
 * Where recoveries begin at the authentication API. No mail is sent, so that a token reaches people only by a back end
 * that administers users; anybody else is refused before it is looked up who is meant.
 */
import * as z from 'zod'
import type { AskedRecovery } from '../domain/recovery.ts'
import { limits } from '../platform/limits.ts'
import { ApiError, type ErrorCode } from '../protocol/api-errors.ts'
import type { ProtocolContext } from './context.ts'
import { jsonObject, parsed } from './json-body.ts'
import { recoveryBegun } from './recovery-answers.ts'

const Start = z.object({
  username: z.string().min(1),
  /** By which Okta would send it. */
  factorType: z.string().nullish(),
  relayState: z.string().max(limits.uriCharactersMax).nullish(),
})

const REFUSED: Readonly<Record<AskedRecovery['type'], ErrorCode>> = {
  PASSWORD: 'E0000034',
  UNLOCK: 'E0000032',
}

const start =
  (type: AskedRecovery['type']) =>
  async (request: Request, context: ProtocolContext): Promise<Response> => {
    const sent = parsed(Start, await jsonObject(request), 'recovery')
    const { username: login, factorType = null, relayState = null } = sent
    if (!request.headers.has('authorization') || factorType !== null)
      throw new ApiError(REFUSED[type])
    return recoveryBegun(
      await context.trustedApps.beginRecovery({ login, type, relayState }, context),
      context,
    )
  }

export const startPasswordRecovery = start('PASSWORD')
export const startUnlock = start('UNLOCK')
