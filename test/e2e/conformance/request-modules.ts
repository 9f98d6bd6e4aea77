/** Modules of how a request may come: redirect URIs, POST, client authentication, request objects. */
import { SignJWT, type JWTPayload } from 'jose'
import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../json.ts'
import { expectSuccess, expectTokenError, expectTokenResponse } from './checker.ts'
import { anApp, CALLBACK } from './deployment.ts'
import type { Plan } from './plan.ts'
import { expectErrorPage, refusalOf, type RelyingParty } from './relying-party.ts'

/** A request object with all that it needs; `changes` override it. */
const requestObject = ({ app, issuer }: RelyingParty, changes: JWTPayload): Promise<string> =>
  new SignJWT({ iss: app.clientId, aud: issuer, client_id: app.clientId, ...changes })
    .setProtectedHeader({ alg: 'ES256', kid: 'requests' })
    .setIssuedAt()
    .setExpirationTime('5m')
    .setJti(crypto.randomUUID())
    .sign(app.key)

/** The same without a signature. */
const unsignedObject = ({ app, issuer }: RelyingParty, changes: JWTPayload): string =>
  `${[{ alg: 'none' }, { iss: app.clientId, aud: issuer, client_id: app.clientId, ...changes }]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')}.`

export function requestModules(plan: Plan): void {
  describe.concurrent('ways to ask', () => {
    it('[RFC6749-3.1.2.3] oidcc-ensure-registered-redirect-uri: an error page, and never a redirect', async () => {
      for (const uri of [
        `${CALLBACK}/${crypto.randomUUID()}`,
        `${CALLBACK}?x=1`,
        `${CALLBACK}#x`,
        CALLBACK.replace('rp', 'RP'),
        CALLBACK.replace('https', 'http'),
      ]) {
        const parameters = plan.party.parameters({ redirect_uri: uri })
        const page = await plan.party.browser().get(plan.party.url(parameters))
        expectErrorPage(page, 'invalid_request', 'redirect_uri')
      }
    })

    it('[RFC6749-3.1.2] oidcc-redirect-uri-query-OK, -mismatch, -added: the query is of the URI, and is kept', async () => {
      const uri = `${CALLBACK}?foo=b%20ar&x=`
      const app = await anApp(plan.deployment, 'client_secret_basic', {}, uri)
      const at = plan.party.with({ app })
      const answer = await at.ask(plan.browser, plan.person)
      expectSuccess(answer.parameters, answer.asked)
      await at.redeemed(await at.redeemCode(answer.parameters['code']!), answer.asked)
      await at.refused(at.browser(), { prompt: 'none' }, 'login_required')
      for (const redirect_uri of [
        CALLBACK,
        `${uri}&y=1`,
        uri.replace('%20', '+'),
        `${CALLBACK}?x=`,
      ]) {
        const page = await at.browser().get(at.url(at.parameters({ redirect_uri })))
        expectErrorPage(page, 'invalid_request', 'redirect_uri')
      }
    })

    it('[OAuth2-MRT-2.1] a code can come in the fragment', async () => {
      const at = plan.party.with({ mode: 'fragment' })
      const answer = await at.ask(plan.browser, plan.person, { response_mode: 'fragment' })
      expectSuccess(answer.parameters, answer.asked)
    })

    // The org server has no other scopes for everybody.
    it.runIf(plan.kind === 'custom')(
      '[RFC6749-4.1] without openid there is no ID token, and userinfo is closed',
      async () => {
        const scope = 'ledger'
        const answer = await plan.party.ask(plan.browser, plan.person, { scope, nonce: '' })
        expectSuccess(answer.parameters, answer.asked)
        const response = await plan.party.redeemCode(answer.parameters['code']!)
        const tokens = (await response.json()) as Json
        expectTokenResponse(response, tokens)
        expect(tokens['scope']).toBe(scope)
        expect(tokens).not.toHaveProperty('id_token')
        const userinfo = await plan.party.send(plan.party.metadata.userinfo_endpoint!, {
          headers: { authorization: `Bearer ${tokens['access_token']}` },
        })
        expect([userinfo.status, userinfo.headers.get('www-authenticate')]).toEqual([
          403,
          expect.stringContaining('error="insufficient_scope"'),
        ])
      },
    )

    it('[OIDC-3.1.2.1] oidcc-ensure-post-request-succeeds: a form of another site, with the session', async () => {
      const browser = plan.party.browser()
      const url = plan.party.metadata.authorization_endpoint!
      for (const pages of [['sign-in'], []]) {
        const parameters = plan.party.parameters()
        const page = await browser.postFromElsewhere(url, parameters)
        const answer = await plan.party.follow(browser, plan.person, page, parameters)
        expect(answer.pages).toEqual(pages)
        await plan.party.proceed(answer)
      }
    })

    it('[RFC6749-2.3.1] oidcc-server-client-secret-post: the secret in the body', async () => {
      const poster = plan.party.with({ app: await anApp(plan.deployment, 'client_secret_post') })
      await poster.complete(plan.browser, plan.person)
      const thief = poster.with({ app: { ...poster.app, secret: `${poster.app.secret}x` } })
      const answer = await thief.ask(plan.browser, plan.person)
      // openid-client looks at the challenge of a 401 first.
      expect(await refusalOf(thief.redeem(answer))).toMatchObject({
        status: 401,
        code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE',
      })
      await poster.redeem(answer)
    })

    it('[RFC6749-2.3.1] id and secret are encoded before they are joined, and decoded here', async () => {
      const answer = await plan.party.ask(plan.browser, plan.person)
      const { clientId, secret } = plan.party.app
      const redeem = (id: string, password: string): Promise<Response> =>
        plan.party.send(plan.party.metadata.token_endpoint!, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${id}:${password}`)}` },
          body: new URLSearchParams({
            grant_type: 'authorization_code',
            code: answer.parameters['code']!,
            redirect_uri: CALLBACK,
          }),
        })
      await expectTokenError(await redeem(clientId, secret), 401, 'invalid_client')
      const encode = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)
      expect(encode(secret)).toContain('+')
      await plan.party.redeemed(await redeem(encode(clientId), encode(secret)), answer.asked)
    })

    it('[OIDC-6.2.2] oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: rejected', async () => {
      expect(plan.party.metadata.request_uri_parameter_supported).toBe(false)
      const uri = { request_uri: 'https://rp.conformance.example/request.jwt' }
      await plan.party.refused(plan.party.browser(), uri, 'request_uri_not_supported')
    })

    it('[OIDC-6.1] oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: rejected', async () => {
      const algorithms = plan.party.metadata['request_object_signing_alg_values_supported']
      expect(algorithms).toEqual(expect.arrayContaining(['RS256', 'ES256']))
      const object = { response_type: 'code', redirect_uri: CALLBACK, scope: 'openid' }
      const request = unsignedObject(plan.party, object)
      const page = await plan.party
        .browser()
        .get(plan.party.url(plan.party.parameters({ request })))
      expectErrorPage(page, 'invalid_request_object', 'request')
    })

    it('[OIDC-6.1] a signed request object is answered, over what the query says', async () => {
      const [state, nonce] = [client.randomState(), client.randomNonce()]
      const request = await requestObject(plan.party, { scope: 'openid email', state, nonce })
      const browser = plan.party.browser()
      const sent = plan.party.parameters({ request })
      const page = await browser.get(plan.party.url(sent))
      const said = { ...sent, state, nonce, scope: 'openid email' }
      const { userinfo } = await plan.party.proceed(
        await plan.party.follow(browser, plan.person, page, said),
      )
      expect(userinfo).toMatchObject({ email: plan.person.login })
    })

    it('[OIDC-6.1] oidcc-ensure-request-object-with-redirect-uri: the inner redirect URI counts', async () => {
      const inside = await requestObject(plan.party, { redirect_uri: CALLBACK })
      const redirect_uri = `${CALLBACK}/${crypto.randomUUID()}`
      await plan.party.complete(plan.browser, plan.person, {
        request: inside,
        redirect_uri,
      })
      const outside = await requestObject(plan.party, { redirect_uri })
      const signed = await plan.party
        .browser()
        .get(plan.party.url(plan.party.parameters({ request: outside })))
      expectErrorPage(signed, 'invalid_request', 'redirect_uri')
      const request = unsignedObject(plan.party, { redirect_uri })
      const unsigned = await plan.party
        .browser()
        .get(plan.party.url(plan.party.parameters({ request })))
      expectErrorPage(unsigned, 'invalid_request_object', 'request')
    })
  })
}
