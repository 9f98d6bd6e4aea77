/** Whether a client may use a grant, RFC 6749 §5.2 `unauthorized_client`: as its app is registered. */
import type { Client } from '../domain/client.ts'
import { OAuthError, printable, reasons } from '../protocol/errors.ts'
import type { Grant } from './grant.ts'

export function grantNotEnabled({ grantTypes }: Pick<Client, 'grantTypes'>): OAuthError {
  const { description } = reasons.grant_not_enabled
  const configured = `Configured grant types: [${grantTypes.join(', ')}].`
  return new OAuthError('grant_not_enabled', printable(`${description} ${configured}`))
}

/** Throws OAuthError unless the client may. */
export function checkGrant(
  { grantType, publicClients }: Pick<Grant, 'grantType' | 'publicClients'>,
  client: Pick<Client, 'grantTypes' | 'authMethod'>,
): void {
  if (!client.grantTypes.includes(grantType)) throw grantNotEnabled(client)
  if (client.authMethod === 'none' && publicClients === 'refused')
    throw new OAuthError('confidential_client_required')
}
