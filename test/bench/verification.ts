/**
 * Looks at one token before the load: its signature against the published keys, its issuer, audience
 * and algorithm. An endpoint that is fast because it is wrong must not get into a table.
 */
import { createLocalJWKSet, jwtVerify, type JWTPayload } from 'jose'
import type { Algorithm, TokenEndpoint } from './endpoints.ts'
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

/** The signature of a token, by the published keys, its issuer, audience and algorithm. */
export async function verifySignature(
  { issuer, audience, jwks }: Omit<TokenEndpoint, 'request'>,
  alg: Algorithm,
  token: string,
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, createLocalJWKSet(await jwks()), {
    issuer,
    audience,
    algorithms: [alg],
    requiredClaims: ['sub', 'exp'],
  })
  return payload
}

/** The same, and what else the product's tokens and those of the ceiling have. */
export async function verifyToken(endpoint: TokenEndpoint, alg: Algorithm): Promise<void> {
  const { jti, iat, scope, scp } = await verifySignature(endpoint, alg, await tokenOf(endpoint))
  if (jti === undefined || iat === undefined || (scope !== 'read' && String(scp) !== 'read'))
    throw new Error(`the token of ${endpoint.request.url} lacks jti, iat or the scope asked for`)
}
