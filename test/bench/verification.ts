/**
 * Looks at one token before the load: its signature against the published keys, its issuer, audience
 * and algorithm. An endpoint that is fast because it is wrong must not get into a table.
 */
import { createLocalJWKSet, jwtVerify } from 'jose'
import { AUDIENCE, type Algorithm, type TokenEndpoint } from './endpoints.ts'
import type { TokenRequest } from './load.ts'

export async function requestToken(request: TokenRequest): Promise<Response> {
  return fetch(request.url, {
    method: 'POST',
    headers: {
      ...(request.authorization !== '' && { authorization: request.authorization }),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: request.form,
  })
}

export async function tokenOf({ request }: Pick<TokenEndpoint, 'request'>): Promise<string> {
  const answer = await requestToken(request)
  const text = await answer.text()
  if (answer.status !== 200)
    throw new Error(`${request.url} answered ${answer.status}: ${text.slice(0, 500)}`)
  const { access_token }: { access_token: string } = JSON.parse(text)
  return access_token
}

export async function verifyToken(endpoint: TokenEndpoint, alg: Algorithm): Promise<void> {
  const { request, issuer, jwks } = endpoint
  const { payload } = await jwtVerify(await tokenOf(endpoint), createLocalJWKSet(await jwks()), {
    issuer,
    audience: AUDIENCE,
    algorithms: [alg],
    requiredClaims: ['sub', 'jti', 'iat', 'exp'],
  })
  if (payload['scope'] !== 'read' && String(payload['scp']) !== 'read')
    throw new Error(`the token of ${request.url} does not have the scope that was asked for`)
}
