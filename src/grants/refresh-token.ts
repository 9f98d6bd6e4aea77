/**
 * RFC 6749 §6 and RFC 9700 §4.14: a refresh token is good for what was granted or less of it, and rotates as the app
 * says. The rule that decided at the beginning goes on deciding as long as it is in force.
 */
import { readArtefact } from '../domain/artefact.ts'
import { OAuthError } from '../protocol/errors.ts'
import { askedApp, type PersonGrant } from './grant.ts'
import { refusalOf, requestedScopes, required } from './requested.ts'

export const refreshToken: PersonGrant = {
  of: 'person',
  grantType: 'refresh_token',
  publicClients: 'allowed',
  async redeem(form, { server, client, keyEncryption, subjects, attempt, nowMillis }) {
    const scopes = requestedScopes(form)
    const token = await readArtefact(
      'refresh-token',
      required(form, 'refresh_token'),
      keyEncryption,
    )
    if (token === null || token.serverId !== server.server.id)
      throw new OAuthError('invalid_refresh_token')
    const outcome = await subjects.refresh({
      userId: token.userId,
      authorizationId: token.id,
      generation: token.generation,
      secret: token.secret,
      serverId: server.server.id,
      clientId: client.clientId,
      notBefore: client.tokensNotBefore,
      app: askedApp(client),
      scopes,
      ruleIds: server.ruleIds,
      hookedRuleIds: [...server.hooks.keys()],
      rotation: client.flows.refreshRotation,
      leewaySeconds: client.flows.refreshLeewaySeconds,
      attempt,
      now: Math.floor(nowMillis / 1000),
    })
    if (outcome.outcome === 'refused') throw refusalOf(outcome, 'refresh-token', token)
    return { by: 'record', ...outcome, scopes: scopes ?? outcome.record.scopes, isFirst: false }
  },
}
