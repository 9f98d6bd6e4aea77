/** The only place a token is made. Access tokens have Okta's form: header kid and alg, claims in Okta's order. */
import { SignJWT } from 'jose'
import type { Client } from '../domain/client.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Signer } from '../keys/signer.ts'
import { randomToken } from '../platform/random.ts'
import { formatScope } from '../protocol/scope.ts'
import type { Access } from './access.ts'
import { encrypted, type Encrypter } from './encryption.ts'

/** RFC 6749 §5.1. */
export interface TokenResponse {
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly access_token: string
  readonly scope: string
}

/** What was made, and by which id its token is known. */
export interface Minted {
  readonly jti: string
  readonly response: TokenResponse
}

export async function mint(
  server: CompiledServer,
  client: Client,
  access: Access,
  signer: Signer,
  encrypter: Encrypter | null,
  nowSeconds: number,
): Promise<Minted> {
  const { scopes, lifetimeSeconds, subject, claims } = access
  const jti = `AT.${randomToken()}`
  const payload: Record<string, unknown> = {
    ver: 1,
    jti,
    iss: server.urls.issuer,
    aud: server.server.audience,
    iat: nowSeconds,
    exp: nowSeconds + lifetimeSeconds,
    cid: client.clientId,
    scp: scopes,
    sub: subject,
  }
  // A name that is already there belongs to the server, whatever a stored claim says.
  for (const [name, value] of claims) if (!Object.hasOwn(payload, name)) payload[name] = value
  const signed = await new SignJWT(payload).setProtectedHeader(signer.header).sign(signer.key)
  const accessToken = server.encryption === null ? signed : await encrypted(signed, encrypter)
  const response: TokenResponse = {
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    access_token: accessToken,
    scope: formatScope(scopes),
  }
  return { jti, response }
}
