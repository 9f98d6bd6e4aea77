/** A token of a server counts only as what its header says that it is, whatever it claims and whoever signed it. */
import { exportJWK, generateKeyPair } from 'jose'
import { beforeAll, expect, it } from 'vitest'
import type { RingView } from '../../../src/domain/key-rotation.ts'
import { readAccessToken } from '../../../src/issuer/access-token.ts'
import { readIdToken } from '../../../src/issuer/id-token.ts'
import { signJwt } from '../../../src/keys/sign.ts'
import { aCompiledServer } from '../support/builders.ts'

const NOW = 1_000_000
const server = aCompiledServer()
const { issuer } = server.urls

const ACCESS = {
  jti: 'AT.a.oar1',
  cid: 'app',
  scp: ['openid'],
  sub: 'ada@example.com',
  uid: '00u1',
}
const IDENTITY = { jti: 'ID.a.oar1', aud: 'app', sub: '00u1' }

let ring: RingView
let key: CryptoKey

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true })
  key = pair.privateKey
  const publicJwk = await exportJWK(pair.publicKey)
  const one = { kid: 'k1', algorithm: 'ES256', publicJwk, removeAfter: null }
  ring = { serverId: server.server.id, keys: [one] } as unknown as RingView
})

const signed = (claims: object, typ?: string): Promise<string> =>
  signJwt(
    { iss: issuer, iat: NOW, exp: NOW + 60, ...claims },
    { header: { kid: 'k1', alg: 'ES256', ...(typ !== undefined && { typ }) }, key },
  )

it('[RFC9068-4] an access token has the type at+jwt, or none in the form of Okta', async () => {
  for (const typ of [undefined, 'at+jwt'])
    expect(await readAccessToken(await signed(ACCESS, typ), server, ring, NOW)).toMatchObject(
      ACCESS,
    )
  for (const typ of ['JWT', 'logout+jwt', 'token-introspection+jwt', 'AT+JWT', ''])
    expect([typ, await readAccessToken(await signed(ACCESS, typ), server, ring, NOW)]).toEqual([
      typ,
      null,
    ])
})

it('[RFC9068-5] neither kind of token passes for the other', async () => {
  expect(await readIdToken(await signed(IDENTITY), ring, issuer, NOW)).toMatchObject(IDENTITY)
  expect(await readIdToken(await signed(IDENTITY, 'at+jwt'), ring, issuer, NOW)).toBeNull()
  for (const typ of [undefined, 'at+jwt']) {
    expect(await readAccessToken(await signed(IDENTITY, typ), server, ring, NOW)).toBeNull()
    expect(await readIdToken(await signed(ACCESS, typ), ring, issuer, NOW)).toBeNull()
  }
})

it('is over at the second of its exp, in either form', async () => {
  for (const typ of [undefined, 'at+jwt']) {
    const token = await signed(ACCESS, typ)
    expect(await readAccessToken(token, server, ring, NOW + 59)).not.toBeNull()
    expect(await readAccessToken(token, server, ring, NOW + 60)).toBeNull()
    expect(await readAccessToken(token, server, ring, NOW + 61)).toBeNull()
  }
})
