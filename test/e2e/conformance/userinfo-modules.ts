/** Modules of userinfo: each way to ask, the claims of each scope, and those that are asked for by their names. */
import * as client from 'openid-client'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../json.ts'
import { SCOPE_CLAIMS } from './checker.ts'
import { anApp } from './deployment.ts'
import type { Plan } from './plan.ts'

const EVERY_SCOPE = 'openid profile email address phone'

export function userinfoModules(plan: Plan): void {
  describe.concurrent('userinfo', () => {
    const read = async (response: Response): Promise<Json> => {
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
      return (await response.json()) as Json
    }
    const asked = async (): Promise<readonly [url: string, token: string]> => {
      const { tokens } = await plan.party.redeem(await plan.party.ask(plan.browser, plan.person))
      return [plan.party.metadata.userinfo_endpoint!, tokens['access_token']]
    }

    it('[OIDC-5.3.1] oidcc-userinfo-get: by GET with the token in the header', async () => {
      const [url, token] = await asked()
      const headers = { authorization: `Bearer ${token}` }
      expect(await read(await plan.party.send(url, { headers }))).toEqual({ sub: plan.person.id })
      const refused = await plan.party.send(url)
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^Bearer /),
      ])
    })

    it('[OIDC-5.3.1] oidcc-userinfo-post-header: by POST with the token in the header', async () => {
      const [url, token] = await asked()
      const headers = { authorization: `Bearer ${token}` }
      const told = await read(await plan.party.send(url, { method: 'POST', headers }))
      expect(told).toEqual({ sub: plan.person.id })
    })

    it('[OIDC-5.3.1] oidcc-userinfo-post-body: by POST with the token in a form', async () => {
      const [url, token] = await asked()
      const body = new URLSearchParams({ access_token: token })
      expect(await read(await plan.party.send(url, { method: 'POST', body }))).toEqual({
        sub: plan.person.id,
      })
      const wrong = new URLSearchParams({ access_token: `${token.slice(0, -4)}AAAA` })
      expect((await plan.party.send(url, { method: 'POST', body: wrong })).status).toBe(401)
    })
  })

  describe.concurrent('userinfo that is signed', () => {
    it('[OIDC-5.3.2] oidcc-userinfo-rs256: for whom registered it', async () => {
      const algorithm = { userinfo_signed_response_alg: 'RS256' }
      const app = await anApp(plan.deployment, 'client_secret_basic', algorithm)
      const signed = plan.party.with({ app })
      const answer = await signed.ask(plan.browser, plan.person, { scope: 'openid email' })
      const { tokens } = await signed.redeem(answer)
      const response = await signed.send(signed.metadata.userinfo_endpoint!, {
        headers: { authorization: `Bearer ${tokens['access_token']}` },
      })
      expect(response.headers.get('content-type')).toMatch(/^application\/jwt\b/)
      // openid-client checks the signature, the issuer and the audience.
      const told = await client.fetchUserInfo(
        signed.client(algorithm),
        tokens['access_token'],
        plan.person.id,
      )
      expect(told).toMatchObject({ sub: plan.person.id, email: plan.person.login })
    })
  })

  describe.concurrent('scopes and claims', () => {
    const values = (): Json => ({
      name: 'Ada Lovelace',
      family_name: 'Lovelace',
      given_name: 'Ada',
      middle_name: 'Augusta',
      nickname: 'Countess',
      preferred_username: plan.person.login,
      profile: 'https://people.example/ada',
      picture: 'https://people.example/ada.png',
      website: 'https://ada.example',
      gender: 'female',
      birthdate: '1815-12-10',
      zoneinfo: 'Europe/London',
      locale: 'en-GB',
      updated_at: expect.any(Number),
      email: plan.person.login,
      email_verified: true,
      phone_number: '+44 20 7946 0000',
      phone_number_verified: expect.any(Boolean),
      address: {
        street_address: '12 St James’s Square',
        locality: 'London',
        region: 'Greater London',
        postal_code: 'SW1Y 4JH',
        country: 'GB',
      },
    })
    const valuesOf = (...scopes: readonly string[]): Json => {
      const names = scopes.flatMap((scope) => SCOPE_CLAIMS[scope] ?? [])
      return {
        sub: plan.person.id,
        ...Object.fromEntries(names.map((name) => [name, values()[name]])),
      }
    }

    it.each(Object.keys(SCOPE_CLAIMS))(
      '[OIDC-5.4] oidcc-scope-%s: userinfo tells each of its claims and no other',
      async (scope) => {
        expect(plan.party.metadata.scopes_supported).toContain(scope)
        const { userinfo } = await plan.party.complete(plan.browser, plan.person, {
          scope: `openid ${scope}`,
        })
        expect(userinfo).toEqual(valuesOf(scope))
      },
    )

    it('[OIDC-5.4] oidcc-scope-all: userinfo tells the claims of all scopes', async () => {
      const { userinfo } = await plan.party.complete(plan.browser, plan.person, {
        scope: EVERY_SCOPE,
      })
      expect(userinfo).toEqual(valuesOf(...Object.keys(SCOPE_CLAIMS)))
    })

    it('[OIDC-5.5] a claim comes in the ID token that was asked for there by its name', async () => {
      const claims = JSON.stringify({ id_token: { nickname: null, email: { essential: true } } })
      const told = await plan.party.complete(plan.browser, plan.person, { claims })
      expect(told.claims).toMatchObject({ nickname: 'Countess', email: plan.person.login })
      expect(told.userinfo).toEqual({ sub: plan.person.id })
    })

    it('[OIDC-5.5] oidcc-claims-essential: a claim is told that was asked for by its name', async () => {
      const claims = JSON.stringify({ userinfo: { name: { essential: true } } })
      const { userinfo } = await plan.party.complete(plan.browser, plan.person, { claims })
      expect(userinfo).toEqual({ sub: plan.person.id, name: 'Ada Lovelace' })
      await plan.party.refused(plan.party.browser(), { claims: '[]' }, 'invalid_request')
    })
  })
}
