/** An issuer with keys of its own, and tokens as a custom authorization server makes them. */
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { GuardedResult } from '../../../src/platform/guarded-fetch.ts'
import type { Expected } from '../../../src/verifier/verdict.ts'

export const ISSUER = 'https://id.example/oauth2/default'
export const AUDIENCE = 'api://default'
export const NOW = 1_800_000_000
export const EXPECTED: Expected = { issuer: ISSUER, audience: AUDIENCE }

type Claims = Readonly<Record<string, unknown>>

export interface TestKey {
  readonly kid: string
  readonly jwk: JWK
  readonly sign: (payload: Claims | string, header?: Claims) => Promise<string>
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    kid,
    jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (payload, header = {}) => {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
      return new CompactSign(new TextEncoder().encode(text))
        .setProtectedHeader({ kid, alg, ...header })
        .sign(privateKey)
    },
  }
}

/** Okta's form of a person's token; `undefined` takes a claim away. */
export const claims = (changes: Claims = {}): Claims => ({
  ver: 1,
  jti: 'AT.r4nd0m.aut1',
  iss: ISSUER,
  aud: AUDIENCE,
  iat: NOW - 100,
  exp: NOW + 200,
  cid: '0oaClient',
  uid: '00uPerson',
  scp: ['read', 'write'],
  auth_time: NOW - 500,
  acr: 'urn:okta:loa:1fa:pwd',
  sub: 'ann@example.com',
  ...changes,
})

const AT_JWT = { typ: 'at+jwt' }

/** The same by RFC 9068. */
export const profiled = (changes: Claims = {}): readonly [Claims, Claims] => [
  claims({
    cid: undefined,
    scp: undefined,
    client_id: '0oaClient',
    scope: 'read write',
    ...changes,
  }),
  AT_JWT,
]

export const answered = (document: unknown, status = 200): GuardedResult => ({
  outcome: 'answered',
  status,
  isJson: true,
  body: typeof document === 'string' ? document : JSON.stringify(document),
})
