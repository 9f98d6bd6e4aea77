/** [OIDC-5.3.2] Userinfo as a JWT, for an app that registered an algorithm. */
import { createLocalJWKSet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { aPersonWithPassword, aSignInApp, ORG_BASE } from './sign-in-support.ts'
import { answered, ORIGIN, send } from './support.ts'
import { aPeopleServer, tokensFor, userinfo } from './token-support.ts'

it.each(['RS256', 'ES256'])('is signed by the server with %s', async (alg) => {
  const app = await aSignInApp({ userinfo_signed_response_alg: alg })
  const person = await aPersonWithPassword()
  const { issuer } = await aPeopleServer({ alg })
  const tokens = await tokensFor(issuer, app, person, { scope: 'openid email' })
  const response = await userinfo(issuer, tokens['access_token'])
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/jwt'])
  const [, keys] = await answered(await send(`${issuer}/v1/keys`))
  const { payload, protectedHeader } = await jwtVerify(
    await response.text(),
    createLocalJWKSet(keys as never),
    { issuer, audience: app.clientId },
  )
  expect(protectedHeader.alg).toBe(alg)
  expect(payload).toEqual({
    iss: issuer,
    aud: app.clientId,
    sub: person.id,
    email: person.user['profile']['email'],
    email_verified: true,
  })
})

it('is no JWT for other apps, and an error where the server has no such key', async () => {
  const person = await aPersonWithPassword()
  const app = await aSignInApp({ userinfo_signed_response_alg: 'ES256' })
  const tokens = await tokensFor(ORG_BASE, app, person)
  const response = await userinfo(ORG_BASE, tokens['access_token'])
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([
    400,
    expect.stringContaining(`Bearer realm="${ORIGIN}", error="server_error"`),
  ])
  const other = await aSignInApp()
  const { access_token: token } = await tokensFor(ORG_BASE, other, person)
  const plain = await userinfo(ORG_BASE, token)
  expect(plain.headers.get('content-type')).toBe('application/json')
})
