/** The only place where an ID token is made, OpenID Connect Core §2: claims of the sign-in, then of the person. */
import { SignJWT } from 'jose'
import type { AuthorizationRecord } from '../domain/authorization-record.ts'
import type { Client } from '../domain/client.ts'
import type { Assignment, Person } from '../domain/person.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import type { Signer } from '../keys/signer.ts'
import { base64url, utf8 } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import { disclosedClaims } from './claims.ts'

export interface IdTokenContent {
  readonly record: AuthorizationRecord
  readonly client: Client
  readonly person: Person
  readonly assignment: Assignment
  readonly scopes: readonly string[]
  /** Of the identity provider: the org. */
  readonly orgId: string
  /** Null where there is none or it must not be repeated, as at a refresh (§12.2). */
  readonly nonce: string | null
  /** What goes out beside the ID token, each bound to it by a hash. */
  readonly accessToken: string | null
  readonly code: string | null
  /** Only the essential claims of the person, because userinfo tells the rest. */
  readonly isThin: boolean
}

/** Of the hashes of §3.1.3.6 and §3.3.2.11, the left half of the digest that the signature algorithm uses. */
async function halfHash(value: string, algorithm: string): Promise<string> {
  const bits = /^[A-Z]S(\d+)$/.exec(algorithm)?.[1] ?? '512'
  const digest = new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, utf8(value)))
  return base64url(digest.subarray(0, digest.length / 2))
}

/** What the token says of the sign-in. */
async function signInClaims(
  { record, nonce, accessToken, code, orgId }: IdTokenContent,
  algorithm: string,
): Promise<Record<string, unknown>> {
  return {
    amr: record.amr,
    idp: orgId,
    ...(nonce !== null && { nonce }),
    auth_time: record.authTime,
    ...(record.acr !== null && { acr: record.acr }),
    ...(record.sid !== null && { sid: record.sid }),
    ...(accessToken !== null && { at_hash: await halfHash(accessToken, algorithm) }),
    ...(code !== null && { c_hash: await halfHash(code, algorithm) }),
  }
}

export async function mintIdToken(
  server: CompiledServer,
  content: IdTokenContent,
  signer: Signer,
  nowSeconds: number,
): Promise<string> {
  const { record, client, person, assignment, scopes, isThin } = content
  const names = record.claims.idToken
  const disclosure = { scopes, names, isThin }
  const millis = nowSeconds * 1000
  const payload = {
    ...disclosedClaims(server, client, person, assignment, disclosure, millis),
    sub: person.id,
    ver: 1,
    iss: server.urls.issuer,
    aud: record.clientId,
    iat: nowSeconds,
    exp: nowSeconds + limits.idTokenSeconds,
    jti: `ID.${randomToken()}.${record.id}`,
    ...(await signInClaims(content, signer.header.alg)),
  }
  return new SignJWT(payload).setProtectedHeader(signer.header).sign(signer.key)
}
