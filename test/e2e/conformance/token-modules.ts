/** Modules of the token endpoint: codes that are used twice, challenges, refresh tokens. oauth4webapi asks. */
import * as oauth from 'oauth4webapi'
import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../json.ts'
import { expectTokenError } from './checker.ts'
import { CALLBACK } from './deployment.ts'
import type { Plan } from './plan.ts'
import { refusalOf, type Answer, type RelyingParty } from './relying-party.ts'

/** Redeems the code of an answer again, as oauth4webapi does. */
function redeemedAgain(party: RelyingParty, answer: Answer): Promise<Response> {
  const callback = oauth.validateAuthResponse(
    party.metadata as oauth.AuthorizationServer,
    { client_id: party.app.clientId },
    new URLSearchParams(answer.parameters),
    answer.asked.state ?? oauth.expectNoState,
  )
  return oauth.authorizationCodeGrantRequest(
    party.metadata as oauth.AuthorizationServer,
    { client_id: party.app.clientId },
    oauth.ClientSecretBasic(party.app.secret),
    callback,
    CALLBACK,
    oauth.nopkce,
    { [oauth.customFetch]: (url, init) => party.send(url, init as RequestInit) },
  )
}

const refreshed = (
  party: RelyingParty,
  token: string,
  additionalParameters: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  oauth.refreshTokenGrantRequest(
    party.metadata as oauth.AuthorizationServer,
    { client_id: party.app.clientId },
    oauth.ClientSecretBasic(party.app.secret),
    token,
    {
      additionalParameters,
      [oauth.customFetch]: (url, init) => party.send(url, init as RequestInit),
    },
  )

export function tokenModules(plan: Plan): void {
  describe.concurrent('codes', () => {
    it('[RFC6749-4.1.2] oidcc-codereuse: a code is good once', async () => {
      const answer = await plan.party.ask(plan.browser, plan.person)
      await plan.party.redeem(answer)
      await expectTokenError(await redeemedAgain(plan.party, answer), 400, 'invalid_grant')
    })

    it('[RFC6749-4.1.2] oidcc-codereuse-30seconds: what the code was worth is lost with its second use', async () => {
      const answer = await plan.party.ask(plan.browser, plan.person, {
        scope: 'openid offline_access',
        prompt: 'consent',
      })
      const { tokens } = await plan.party.proceed(answer)
      await expectTokenError(await redeemedAgain(plan.party, answer), 400, 'invalid_grant')
      const userinfo = await plan.party.send(plan.party.metadata.userinfo_endpoint!, {
        headers: { authorization: `Bearer ${tokens['access_token']}` },
      })
      expect(userinfo.status).toBe(401)
      expect(userinfo.headers.get('www-authenticate')).toContain('error="invalid_token"')
      await expectTokenError(
        await refreshed(plan.party, tokens['refresh_token']),
        400,
        'invalid_grant',
      )
    })

    it('[RFC6749-5.2] a code is of no use to another client', async () => {
      const answer = await plan.party.ask(plan.browser, plan.person)
      await expectTokenError(await redeemedAgain(plan.other, answer), 400, 'invalid_grant')
      await plan.party.redeem(answer)
    })

    it('[RFC7636-4.6] oidcc-ensure-request-with-valid-pkce-succeeds: its verifier redeems a code', async () => {
      const verifier = client.randomPKCECodeVerifier()
      const challenge = {
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      await plan.party.complete(plan.browser, plan.person, challenge, verifier)
      for (const wrong of [null, client.randomPKCECodeVerifier()]) {
        const answer = await plan.party.ask(plan.browser, plan.person, challenge, wrong)
        expect(await refusalOf(plan.party.redeem(answer))).toMatchObject({ error: 'invalid_grant' })
      }
      await plan.party.refused(
        plan.party.browser(),
        { ...challenge, code_challenge_method: 'plain' },
        'invalid_request',
      )
    })
  })

  describe.concurrent('refresh tokens', () => {
    const offline = { scope: 'openid email offline_access', prompt: 'consent' }

    /** A refreshed token response with an ID token of the same sign-in, OpenID Connect Core §12.2. */
    const expectSameSignIn = (first: Json, second: Json): void => {
      for (const name of ['iss', 'sub', 'aud', 'azp', 'auth_time'])
        expect([name, second[name]]).toEqual([name, first[name]])
      expect(second['iat']).toBeGreaterThanOrEqual(first['iat'])
    }

    it('[OIDC-12.1] oidcc-refresh-token: narrower scopes, the same scopes, and for nobody else', async () => {
      expect(plan.party.metadata.scopes_supported).toContain('offline_access')
      const mine = await plan.party.complete(plan.browser, plan.person, offline)
      const theirs = await plan.other.complete(plan.browser, plan.person, offline)

      const narrow = await refreshed(plan.party, mine.tokens['refresh_token'], { scope: 'openid' })
      const narrowed = await plan.party.redeemed(narrow, { nonce: null, scopes: ['openid'] })
      expectSameSignIn(mine.claims, narrowed.claims)
      expect(narrowed.tokens['scope']).toBe('openid')
      expect(await plan.party.userinfo(narrowed)).toEqual({ sub: plan.person.id })

      const whole = await refreshed(plan.other, theirs.tokens['refresh_token'])
      const same = await plan.other.redeemed(whole, {
        nonce: null,
        scopes: offline.scope.split(' '),
      })
      expectSameSignIn(theirs.claims, same.claims)
      expect(same.tokens['scope'].split(' ').sort()).toEqual(offline.scope.split(' ').sort())
      expect(await plan.other.userinfo(same)).toMatchObject({ email: plan.person.login })

      const foreign = await refreshed(plan.party, theirs.tokens['refresh_token'])
      await expectTokenError(foreign, 400, 'invalid_grant')
      await plan.other.redeemed(await refreshed(plan.other, theirs.tokens['refresh_token']), {
        nonce: null,
        scopes: offline.scope.split(' '),
      })
    })

    it('[RFC6749-6] a refresh gives no scope that was not granted', async () => {
      const { tokens } = await plan.party.complete(plan.browser, plan.person, offline)
      const wider = await refreshed(plan.party, tokens['refresh_token'], { scope: 'openid phone' })
      // In Okta's word for it.
      await expectTokenError(wider, 400, 'access_denied')
    })

    it('[OIDC-11] without offline_access there is none', async () => {
      const { tokens } = await plan.party.complete(plan.browser, plan.person)
      expect(tokens).not.toHaveProperty('refresh_token')
    })
  })
}
