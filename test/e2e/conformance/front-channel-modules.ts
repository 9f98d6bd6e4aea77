/**
 * The modules in which the implicit and hybrid plans differ from the basic one: tokens that come through the browser,
 * each bound to its ID token by a hash, and a nonce that must be there. In every mode that can carry them, Okta's
 * message between windows included.
 */
import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../json.ts'
import { isSignIn } from './browser.ts'
import { expectError, expectIdToken, expectSuccess, SCOPE_CLAIMS } from './checker.ts'
import { CALLBACK, type Deployment, type Kind } from './deployment.ts'
import { planOf } from './plan.ts'
import type { Answer, Parameters } from './relying-party.ts'

const RESPONSE_TYPES = [
  'id_token',
  'id_token token',
  'code id_token',
  'code token',
  'code id_token token',
] as const

/** Hybrid types before implicit ones, RFC 6749 and OpenID Connect Core §3. */
const sectionOf = (type: string): string => (type.includes('code') ? 'OIDC-3.3' : 'OIDC-3.2')

export function frontChannelModules(deployed: () => Deployment, kind: Kind): void {
  const plan = planOf(deployed, kind, 'fragment')

  /** Checks what came through the browser. Returns the claims of its ID token, if it has one. */
  async function frontChannel({ parameters, asked }: Answer): Promise<Json | null> {
    expectSuccess(parameters, asked)
    const { id_token: idToken, code, access_token: accessToken } = parameters
    if (idToken === undefined) return null
    return expectIdToken(idToken, {
      ...plan.party.facts(asked),
      beside: {
        ...(code !== undefined && { code }),
        ...(accessToken !== undefined && { accessToken }),
      },
    })
  }

  describe.concurrent.each(['fragment', 'form_post'] as const)('with response_mode %s', (mode) => {
    it.each(RESPONSE_TYPES.map((type) => [sectionOf(type), type] as const))(
      '[%s.2.5] oidcc-server (%s): what the type names comes, bound by its hashes',
      async (_, type) => {
        const at = plan.party.with({ mode })
        const answer = await at.ask(at.browser(), plan.person, { response_type: type })
        const claims = await frontChannel(answer)
        expect(claims?.['sub'] ?? plan.person.id).toBe(plan.person.id)
        const { code, access_token: token } = answer.parameters
        if (token !== undefined)
          expect(
            await at.userinfo({ tokens: { access_token: token }, claims: { sub: plan.person.id } }),
          ).toEqual({ sub: plan.person.id })
        if (code === undefined) return
        const redeemed = await at.redeemed(await at.redeemCode(code), answer.asked)
        expect(redeemed.claims['sub']).toBe(plan.person.id)
        // OpenID Connect Core §3.3.3.6: both ID tokens say the same of the sign-in.
        if (claims !== null)
          for (const name of ['iss', 'sub', 'aud', 'nonce', 'auth_time'])
            expect([name, redeemed.claims[name]]).toEqual([name, claims[name]])
      },
    )

    it.each(
      RESPONSE_TYPES.filter((type) => type.includes('id_token')).map(
        (type) => [sectionOf(type), type] as const,
      ),
    )(
      '[%s.2.1] oidcc-ensure-request-without-nonce-fails (%s): the client is told so',
      async (_, type) => {
        const at = plan.party.with({ mode })
        const without = { response_type: type, nonce: '' }
        await at.refused(at.browser(), without, 'invalid_request')
      },
    )

    it('[OIDC-3.3.2.11] oidcc-ensure-request-without-nonce-succeeds-for-code-flow (code token)', async () => {
      const at = plan.party.with({ mode })
      const without = { response_type: 'code token', nonce: '' }
      const answer = await at.ask(plan.browser, plan.person, without)
      await frontChannel(answer)
      const { claims } = await at.redeemed(
        await at.redeemCode(answer.parameters['code']!),
        answer.asked,
      )
      expect(claims).not.toHaveProperty('nonce')
    })

    it('[OIDC-3.1.2.6] oidcc-prompt-none-not-logged-in: the client is told where it looks', async () => {
      const at = plan.party.with({ mode })
      await at.refused(
        at.browser(),
        { response_type: 'code id_token token', prompt: 'none' },
        'login_required',
      )
    })

    it('[OIDC-5.4] oidcc-scope-all (id_token): without an access token the ID token tells all', async () => {
      const at = plan.party.with({ mode })
      const scopes = Object.keys(SCOPE_CLAIMS)
      const answer = await at.ask(plan.browser, plan.person, {
        response_type: 'id_token',
        scope: ['openid', ...scopes].join(' '),
      })
      expect(Object.keys((await frontChannel(answer)) ?? {})).toEqual(
        expect.arrayContaining(scopes.flatMap((scope) => SCOPE_CLAIMS[scope] ?? [])),
      )
    })
  })

  describe.concurrent('what openid-client makes of them', () => {
    it('[OIDC-3.2.2.8] an ID token from the fragment', async () => {
      const { parameters, asked } = await plan.party.ask(plan.browser, plan.person, {
        response_type: 'id_token',
      })
      const configuration = plan.party.client()
      client.useIdTokenResponseType(configuration)
      const claims = await client.implicitAuthentication(
        configuration,
        new URL(`${CALLBACK}#${new URLSearchParams(parameters).toString()}`),
        asked.nonce!,
        { expectedState: asked.state! },
      )
      expect(claims.sub).toBe(plan.person.id)
    })

    it('[OIDC-3.3.3] a code with an ID token from the fragment', async () => {
      const answer = await plan.party.ask(plan.browser, plan.person, {
        response_type: 'code id_token',
      })
      const configuration = plan.party.client()
      client.useCodeIdTokenResponseType(configuration)
      const tokens = await client.authorizationCodeGrant(
        configuration,
        plan.party.callback(answer),
        {
          expectedState: answer.asked.state!,
          expectedNonce: answer.asked.nonce!,
        },
      )
      expect(tokens.claims()?.sub).toBe(plan.person.id)
    })
  })

  describe.concurrent('where tokens may not go', () => {
    it.each(RESPONSE_TYPES)('[OAuth2-MRT-5] %s is not answered in a query', async (type) => {
      await plan.party.refused(
        plan.party.browser(),
        { response_type: type, response_mode: 'query' },
        'unsupported_response_mode',
      )
    })

    it('[OIDC-3.2.2.1] scopes without openid are worth no ID token', async () => {
      const without = { response_type: 'id_token', scope: 'email' }
      await plan.party.refused(plan.party.browser(), without, 'invalid_scope')
    })
  })

  describe.concurrent('messages between windows', () => {
    const answerOf = (html: string): Json =>
      JSON.parse(/<script type="application\/json"[^>]*>([^<]*)<\/script>/.exec(html)?.[1] ?? '')

    const posted = async (changes: Parameters): Promise<Answer> => {
      const browser = plan.party.browser()
      const parameters = plan.party.parameters({ response_mode: 'okta_post_message', ...changes })
      let page = await browser.get(plan.party.url(parameters))
      if (isSignIn(page)) page = await browser.signIn(page, plan.person)
      expect([page.status, page.location]).toEqual([200, null])
      expect(page.headers.get('cache-control')).toContain('no-store')
      const { origin, data } = answerOf(page.html)
      const policy = page.headers.get('content-security-policy')
      // Nobody else gets the message, or may frame the page.
      expect([origin, policy]).toEqual([
        new URL(CALLBACK).origin,
        expect.stringContaining(`frame-ancestors ${new URL(CALLBACK).origin};`),
      ])
      const asked = {
        issuer: plan.party.issuer,
        types: parameters['response_type']!.split(' '),
        state: parameters['state']!,
        nonce: parameters['nonce']!,
        scopes: ['openid'],
        named: [],
        maxAge: null,
        verifier: null,
      }
      return { asked, pages: [], at: 'query', parameters: data, page }
    }

    it('[Okta] okta_post_message: tokens in a message to the origin of the redirect URI', async () => {
      const claims = await frontChannel(await posted({ response_type: 'id_token token' }))
      expect(claims?.['sub']).toBe(plan.person.id)
    })

    it('[Okta] okta_post_message: a code with a challenge, which its verifier redeems', async () => {
      const verifier = client.randomPKCECodeVerifier()
      const answer = await posted({
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      await plan.party.redeem({ ...answer, asked: { ...answer.asked, verifier } })
    })

    it('[Okta] okta_post_message: an error in a message too', async () => {
      const { parameters, asked } = await posted({ response_type: 'id_token', prompt: 'none' })
      expectError(parameters, ['login_required'], asked)
    })

    it('[Okta] okta_post_message: no code without a challenge', async () => {
      const { parameters, asked } = await posted({})
      expectError(parameters, ['unsupported_response_mode'], asked)
    })
  })
}
