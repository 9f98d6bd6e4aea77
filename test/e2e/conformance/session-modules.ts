/** Modules of the person: what the sign-in page is told, when it is shown again, and what is consented to. */
import { describe, expect, it } from 'vitest'
import { isSignIn } from './browser.ts'
import { expectError } from './checker.ts'
import { anApp, aPerson, ORIGIN } from './deployment.ts'
import type { Plan } from './plan.ts'

const seconds = (count: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, count * 1000))

export function sessionModules(plan: Plan): void {
  describe.concurrent('what the sign-in page is told', () => {
    it.each([
      ['OIDC-3.1.2.1', 'oidcc-display-page', { display: 'page' }],
      ['OIDC-3.1.2.1', 'oidcc-display-popup', { display: 'popup' }],
      ['OIDC-3.1.2.1', 'oidcc-login-hint', { login_hint: `buffy@${new URL(ORIGIN).host}` }],
      ['OIDC-3.1.2.1', 'oidcc-ui-locales', { ui_locales: 'se' }],
      ['OIDC-5.2', 'oidcc-claims-locales', { claims_locales: 'se' }],
      ['OIDC-3.1.2.1', 'oidcc-ensure-request-with-unknown-parameter-succeeds', { extra: 'foobar' }],
    ] as readonly (readonly [string, string, Record<string, string>])[])(
      '[%s] %s: the request is answered as any other',
      async (_, __, changes) => {
        const browser = plan.party.browser()
        const parameters = plan.party.parameters(changes)
        const page = await browser.get(plan.party.url(parameters))
        expect(isSignIn(page)).toBe(true)
        if ('login_hint' in changes) expect(page.html).toContain(`value="${changes['login_hint']}"`)
        await plan.party.proceed(await plan.party.follow(browser, plan.person, page, parameters))
      },
    )

    it('[OIDC-3.1.2.1] ui_locales choose the language of the page, as far as there is one', async () => {
      for (const [ui_locales, lang] of [
        ['de', 'de'],
        ['se de-AT', 'de'],
        ['se', 'en'],
      ] as const) {
        const page = await plan.party
          .browser()
          .get(plan.party.url(plan.party.parameters({ ui_locales })))
        expect([ui_locales, page.html]).toEqual([
          ui_locales,
          expect.stringContaining(`<html lang="${lang}"`),
        ])
      }
    })

    it('[OIDC-3.1.2.1] oidcc-ensure-request-with-acr-values-succeeds: one of the wanted is met', async () => {
      const supported = plan.party.metadata.acr_values_supported as readonly string[]
      const wanted = await plan.party.complete(plan.party.browser(), plan.person, {
        acr_values: supported.join(' '),
      })
      expect(supported).toContain(wanted.claims['acr'])
      const unknown = await plan.party.complete(plan.party.browser(), plan.person, {
        acr_values: '1 2',
      })
      expect(unknown.claims).not.toHaveProperty('acr')
    })
  })

  describe.concurrent('claims that are conditions', () => {
    const claims = (members: unknown): string => JSON.stringify({ id_token: members })

    it('[OIDC-5.5.1.1] an essential acr is met, and told, or the client is told that it is not', async () => {
      const { acr_values_supported: supported = [] } = plan.party.metadata
      const [level] = supported.slice(-1)
      const asked = claims({ acr: { essential: true, values: ['urn:none:such', level] } })
      const met = await plan.party.complete(plan.browser, plan.person, { claims: asked })
      expect(met.claims['acr']).toBe(level)
      await plan.party.refused(
        plan.browser,
        { claims: claims({ acr: { essential: true, values: ['urn:none:such'] } }) },
        'unmet_authentication_requirements',
      )
    })

    it('[OIDC-3.1.2.2] an ID token of somebody else is not given', async () => {
      const mine = { claims: claims({ sub: { value: plan.person.id } }), prompt: 'none' }
      const answer = await plan.party.complete(plan.browser, plan.person, mine)
      expect([answer.pages, answer.claims['sub']]).toEqual([[], plan.person.id])
      const other = await aPerson(plan.deployment)
      const theirs = { claims: claims({ sub: { value: other.id } }) }
      await plan.party.refused(plan.browser, { ...theirs, prompt: 'none' }, 'login_required')
      const browser = plan.party.browser()
      await plan.party.complete(browser, plan.person)
      const second = await plan.party.complete(browser, other, theirs)
      expect([second.pages, second.claims['sub']]).toEqual([['sign-in'], other.id])
    })
  })

  describe.concurrent('who is signed in already', () => {
    it('[OIDC-3.1.2.1] oidcc-prompt-login: the person signs in again, which is told', async () => {
      const browser = plan.party.browser()
      const first = await plan.party.complete(browser, plan.person)
      await seconds(1.1)
      const second = await plan.party.complete(browser, plan.person, { prompt: 'login' })
      expect(second.pages).toEqual(['sign-in'])
      expect(second.claims['sub']).toBe(first.claims['sub'])
      expect(second.claims['auth_time']).toBeGreaterThan(first.claims['auth_time'])
    })

    it('[OIDC-3.1.2.6] oidcc-prompt-none-not-logged-in: the client is told, and no page is shown', async () => {
      await plan.party.refused(plan.party.browser(), { prompt: 'none' }, 'login_required')
    })

    it('[OIDC-3.1.2.1] oidcc-prompt-none-logged-in: nobody is asked, and it is the same sign-in', async () => {
      const browser = plan.party.browser()
      const first = await plan.party.complete(browser, plan.person)
      const second = await plan.party.complete(browser, plan.person, { prompt: 'none' })
      expect(second.pages).toEqual([])
      expect(second.claims).toMatchObject({
        sub: first.claims['sub'],
        auth_time: first.claims['auth_time'],
      })
    })

    it('[OIDC-3.1.2.1] oidcc-max-age-1: an older sign-in is not enough', async () => {
      const browser = plan.party.browser()
      const first = await plan.party.complete(browser, plan.person)
      await seconds(2.1)
      const second = await plan.party.complete(browser, plan.person, { max_age: '1' })
      expect(second.pages).toEqual(['sign-in'])
      expect(second.claims['sub']).toBe(first.claims['sub'])
      expect(second.claims['auth_time']).toBeGreaterThan(first.claims['auth_time'])
    })

    it('[OIDC-3.1.2.1] max_age=0: the person signs in, once', async () => {
      const browser = plan.party.browser()
      await plan.party.complete(browser, plan.person)
      const second = await plan.party.complete(browser, plan.person, { max_age: '0' })
      expect(second.pages).toEqual(['sign-in'])
    })

    it('[OIDC-3.1.2.1] oidcc-max-age-10000: a younger one is, and its time is told', async () => {
      const browser = plan.party.browser()
      const first = await plan.party.complete(browser, plan.person, { max_age: '15000' })
      const second = await plan.party.complete(browser, plan.person, { max_age: '10000' })
      expect(second.pages).toEqual([])
      expect(first.claims['auth_time']).toEqual(expect.any(Number))
      expect(second.claims).toMatchObject({
        sub: first.claims['sub'],
        auth_time: first.claims['auth_time'],
      })
    })

    it('[OIDC-3.1.2.1] oidcc-id-token-hint: the person whom it names is not asked', async () => {
      const browser = plan.party.browser()
      const { tokens, claims } = await plan.party.complete(browser, plan.person)
      const hint = { prompt: 'none', id_token_hint: tokens['id_token'] }
      const second = await plan.party.complete(browser, plan.person, hint)
      expect([second.pages, second.claims['sub']]).toEqual([[], claims['sub']])
      // Somebody else is.
      const stranger = plan.party.browser()
      await plan.party.complete(stranger, await aPerson(plan.deployment))
      await plan.party.refused(stranger, hint, 'login_required')
    })
  })

  // The org server has no scopes that need it.
  describe.runIf(plan.kind === 'custom').concurrent('consent', () => {
    it('[OIDC-3.1.2.4] oidcc-prompt-none-logged-in: what was consented to is not asked again', async () => {
      const app = await anApp(plan.deployment, 'client_secret_basic', {
        consent_method: 'REQUIRED',
      })
      const asking = plan.party.with({ app })
      const browser = asking.browser()
      await asking.complete(browser, plan.person)
      const scope = 'openid ledger'
      await asking.refused(browser, { scope, prompt: 'none' }, 'consent_required')
      const first = await asking.complete(browser, plan.person, { scope })
      expect([first.pages, first.tokens['scope']]).toEqual([['consent'], scope])
      const silent = await asking.complete(browser, plan.person, { scope, prompt: 'none' })
      expect([silent.pages, silent.tokens['scope']]).toEqual([[], scope])
      const again = await asking.complete(browser, plan.person, { scope, prompt: 'consent' })
      expect(again.pages).toEqual(['consent'])
    })

    it('[OIDC-3.1.2.6] user-rejects-authentication: who declines gives nothing, and the client is told', async () => {
      const app = await anApp(plan.deployment, 'client_secret_basic', {
        consent_method: 'REQUIRED',
      })
      const asking = plan.party.with({ app })
      const parameters = asking.parameters({ scope: 'openid ledger' })
      const page = await plan.browser.get(asking.url(parameters))
      const declined = await plan.browser.consent(page, 'deny')
      const answer = await asking.follow(plan.browser, plan.person, declined, parameters)
      expectError(answer.parameters, ['access_denied'], answer.asked)
    })
  })
}
