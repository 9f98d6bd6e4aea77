/** Modules of what every code flow has: the happy path, the place of errors, the signature, nonce and state. */
import { describe, expect, it } from 'vitest'
import type { Plan } from './plan.ts'

export function flowModules(plan: Plan): void {
  describe.concurrent('what every flow has', () => {
    it('[OIDC-3.1.3.3] oidcc-server: a code is worth an access token and an ID token', async () => {
      const { pages, claims, tokens, userinfo } = await plan.party.complete(
        plan.party.browser(),
        plan.person,
      )
      expect(pages).toEqual(['sign-in'])
      expect([claims['sub'], tokens['scope']]).toEqual([plan.person.id, 'openid'])
      expect(userinfo).toEqual({ sub: plan.person.id })
    })

    it('[OIDC-3.1.2.1] oidcc-alternate-happy-flow: scopes and parameters in another order', async () => {
      const parameters = Object.entries(plan.party.parameters({ scope: 'email openid' }))
      const url = plan.party.url({})
      url.search = new URLSearchParams(parameters.toReversed()).toString()
      const browser = plan.party.browser()
      const page = await browser.get(url)
      const answer = await plan.party.follow(
        browser,
        plan.person,
        page,
        Object.fromEntries(parameters),
      )
      const { userinfo } = await plan.party.proceed(answer)
      expect(userinfo).toMatchObject({ email: plan.person.login, email_verified: true })
    })

    it('[RFC6749-3.1.1] oidcc-response-type-missing: the client is told so', async () => {
      const codes = ['invalid_request', 'unsupported_response_type']
      await plan.party.refused(plan.party.browser(), { response_type: '' }, ...codes)
      // No more of a type is known when it is one that does not exist.
      await plan.party.refused(plan.party.browser(), { response_type: 'none such' }, ...codes)
    })

    it('[OIDC-3.1.3.7] oidcc-idtoken-signature: without a registered algorithm it is RS256', async () => {
      const { tokens } = await plan.party.complete(plan.browser, plan.person)
      const [header = ''] = tokens['id_token'].split('.')
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({
        alg: 'RS256',
        kid: expect.any(String),
      })
    })

    it('[OIDC-2] oidcc-idtoken-unsigned: the algorithm none is not offered', () => {
      for (const [name, values] of Object.entries(plan.party.metadata))
        if (name.endsWith('_alg_values_supported'))
          expect([name, values]).not.toEqual([name, expect.arrayContaining(['none'])])
    })

    it('[OIDC-3.1.2.1] oidcc-ensure-request-without-nonce-succeeds-for-code-flow: no nonce comes', async () => {
      const { claims } = await plan.party.complete(plan.browser, plan.person, { nonce: '' })
      expect(claims).not.toHaveProperty('nonce')
    })

    it('[OIDC-3.1.2.1] a request without state has an answer without state', async () => {
      const { parameters } = await plan.party.complete(plan.browser, plan.person, {
        state: '',
      })
      expect(parameters).not.toHaveProperty('state')
    })

    it.each([
      ['of 128 characters', 'Aa0-'.repeat(32)],
      ['that is not ASCII', 'Grüße, 世界 🌍 +%2B %'],
      ['that is markup', '"><script>alert(1)</script>&amp;\'&#39;'],
    ])('[RFC6749-4.1.2] a state %s comes back as it was sent', async (_, state) => {
      const { parameters } = await plan.party.complete(plan.browser, plan.person, { state })
      expect(parameters['state']).toBe(state)
      const refused = await plan.party.refused(
        plan.party.browser(),
        { state, prompt: 'x' },
        'invalid_request',
      )
      expect(refused.parameters['state']).toBe(state)
    })
  })
}
