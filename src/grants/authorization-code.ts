/**
 * RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.5): a code is redeemed once, by the client and at the server it was made for.
 * The policies decided when the person signed in.
 */
import { readArtefact } from '../domain/artefact.ts'
import { digest } from '../platform/encoding.ts'
import { OAuthError } from '../protocol/errors.ts'
import { askedApp, type PersonGrant } from './grant.ts'
import { refusalOf, required } from './requested.ts'

/** RFC 7636 §4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/

async function challengeOf(verifier: string | undefined): Promise<string | null> {
  if (verifier === undefined) return null
  if (!VERIFIER.test(verifier)) throw new OAuthError('verifier_wrong')
  return digest(verifier)
}

export const authorizationCode: PersonGrant = {
  of: 'person',
  grantType: 'authorization_code',
  publicClients: 'allowed',
  async redeem(form, { server, client, keyEncryption, subjects, nowMillis }) {
    const verifierChallenge = await challengeOf(form.get('code_verifier'))
    const code = await readArtefact('code', required(form, 'code'), keyEncryption)
    if (code === null) throw new OAuthError('invalid_code')
    if (code.serverId !== server.server.id) throw new OAuthError('mismatched_server')
    if (client.flows.pkceRequired && verifierChallenge === null)
      throw new OAuthError('verifier_missing')
    const outcome = await subjects.redeem({
      userId: code.userId,
      authorizationId: code.id,
      secret: code.secret,
      serverId: server.server.id,
      clientId: client.clientId,
      notBefore: client.tokensNotBefore,
      app: askedApp(client),
      redirectUri: form.get('redirect_uri') ?? null,
      verifierChallenge,
      ruleIds: server.ruleIds,
      hookedRuleIds: [...server.hooks.keys()],
      mayRefresh: client.grantTypes.includes('refresh_token'),
      now: Math.floor(nowMillis / 1000),
    })
    if (outcome.outcome === 'refused') throw refusalOf(outcome, 'code', code)
    return { by: 'record', ...outcome, scopes: outcome.record.scopes, isFirst: true }
  },
}
