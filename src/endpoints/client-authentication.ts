/** Client authentication as every endpoint uses it, and the spending of the assertion that was presented. */
import { authenticateClient, type Authenticated } from '../clients/authenticate.ts'
import type { AssertionUse } from '../clients/assertion.ts'
import { presentedCredentials, type Presented } from '../clients/presented.ts'
import { assertionLedger } from '../issuer/ledger-names.ts'
import { onceHere, type Eventual } from '../platform/eventual.ts'
import { logFault } from '../platform/log.ts'
import { OAuthError, type ReasonName } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import type { Resolved } from './confirm.ts'
import type { ProtocolContext } from './context.ts'

export type EndpointName = 'token' | 'introspect' | 'revoke' | 'interact'

/** What the request presents. A broken Authorization header is answered with a challenge. */
export const presentedBy = (request: Request, form: Form): Presented =>
  presentedCredentials(request, form)

/** The issuer, the token endpoint and the invoked endpoint all mean this server in an assertion's `aud`. */
export function authenticate(
  presented: Presented,
  { server, client }: Resolved,
  endpoint: EndpointName,
  { settings, progress }: ProtocolContext,
  nowSeconds: number,
): Eventual<Authenticated> {
  const { issuer, token } = server.urls
  progress.server = server
  progress.client = client
  progress.isAuthenticated = false
  const authenticated = authenticateClient(presented, client, {
    keyEncryption: settings.keyEncryption,
    outboundAllowedOrigins: settings.outboundAllowedOrigins,
    nowSeconds,
    audiences: [issuer, token, server.urls[endpoint]],
  })
  return onceHere(authenticated, (proved) => {
    // A public client only names itself.
    progress.isAuthenticated = proved.client.authMethod !== 'none'
    return proved
  })
}

/** Spends the one-time id of something signed; durable before it returns. Of many that present it one succeeds. */
export async function spend(
  assertion: AssertionUse | null,
  clientId: string,
  { ledgers }: ProtocolContext,
  replayed: ReasonName = 'assertion_replayed',
): Promise<void> {
  if (assertion === null) return
  const { idHash, expires } = assertion
  let isNew: boolean
  try {
    isNew = await ledgers.enter(assertionLedger(clientId, idHash), idHash, expires)
  } catch (cause) {
    logFault('assertion.spend', { clientId }, cause)
    throw new OAuthError('temporarily_unavailable')
  }
  if (!isNew) throw new OAuthError(replayed)
}
