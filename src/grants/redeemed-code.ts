/**
 * A code is redeemed once, by the client and at the server it was made for, with PKCE (RFC 7636 §4.5), whichever way it
 * reached the client. The policies decided when the person signed in.
 */
import { readArtefact } from '../domain/artefact.ts'
import { digest } from '../platform/encoding.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Form } from '../protocol/form.ts'
import { askedApp, type Proof, type Redeeming } from './grant.ts'
import { REFUSED_CODES, refusalOf, required, type CodeKind } from './requested.ts'

/** RFC 7636 §4.1. */
const VERIFIER = /^[\w.~-]{43,128}$/

async function challengeOf(verifier: string | undefined): Promise<string | null> {
  if (verifier === undefined) return null
  if (!VERIFIER.test(verifier)) throw new OAuthError('verifier_wrong')
  return digest(verifier)
}

/** The parameters that codes come in. */
const PARAMETERS: Readonly<Record<CodeKind, string>> = {
  code: 'code',
  'interaction-code': 'interaction_code',
}

export async function redeemedCode(
  kind: CodeKind,
  form: Form,
  { server, client, keyEncryption, subjects, attempt, nowMillis }: Redeeming,
): Promise<Proof> {
  const verifierChallenge = await challengeOf(form.get('code_verifier'))
  const code = await readArtefact(kind, required(form, PARAMETERS[kind]), keyEncryption)
  if (code === null) throw new OAuthError(REFUSED_CODES[kind])
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
    attempt,
    now: Math.floor(nowMillis / 1000),
  })
  if (outcome.outcome === 'refused') throw refusalOf(outcome, kind, code)
  return { by: 'record', ...outcome, scopes: outcome.record.scopes, isFirst: true }
}
