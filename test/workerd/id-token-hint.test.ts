/** Authorization requests that say whom they expect: id_token_hint, at whatever age, OpenID Connect Core §3.1.2.1. */
import { beforeAll, describe, expect, it } from 'vitest'
import { ORG_SERVER_ID } from '../../src/domain/authorization-server.ts'
import { answerOf, type Browser } from './browser.ts'
import { nowSeconds } from './held-support.ts'
import { issuedAt } from './hint-support.ts'
import {
  aPersonWithPassword,
  aSignInApp,
  authorizeUrl,
  ORG_BASE,
  redeem,
  signedIn,
  type SignInApp,
  type TestPerson,
} from './sign-in-support.ts'
import { type Json } from './support.ts'
import { aPeopleServer } from './token-support.ts'

let app: SignInApp
let person: TestPerson
const bases = { org: ORG_BASE, custom: '' }
const serverIds = { org: ORG_SERVER_ID, custom: '' }
type Kind = keyof typeof bases

beforeAll(async () => {
  app = await aSignInApp()
  person = await aPersonWithPassword()
  const server = await aPeopleServer()
  bases.custom = server.issuer
  serverIds.custom = server.id
})

/** A browser in which somebody is signed in, and their ID token. */
async function here(
  kind: Kind,
  who: TestPerson = person,
): Promise<{ readonly browser: Browser; readonly hint: string }> {
  const { browser, answer } = await signedIn(bases[kind], app, who)
  const tokens = (await (await redeem(bases[kind], app, answer['code']!)).json()) as Json
  return { browser, hint: tokens['id_token'] }
}

/** What a silent request with a hint is answered with. */
const silent = async (kind: Kind, browser: Browser, id_token_hint: string): Promise<string> => {
  const url = authorizeUrl(bases[kind], app, { prompt: 'none', id_token_hint })
  const { code, error } = answerOf(await browser.get(url))
  return code === undefined ? error! : 'code'
}

describe.each(['org', 'custom'] as const)('a hint at the %s server', (kind) => {
  it('[OIDC-3.1.2.1] lets the person through whom it names, the second it expires and long after', async () => {
    const { browser, hint } = await here(kind)
    expect(await silent(kind, browser, hint)).toBe('code')
    for (const age of [3599, 3600, 3601, 30 * 86_400]) {
      const old = await issuedAt(nowSeconds() - age, serverIds[kind], hint)
      expect([age, await silent(kind, browser, old)]).toEqual([age, 'code'])
    }
  })

  it('[OIDC-3.1.2.2] stops everybody else, at whatever age', async () => {
    const { hint } = await here(kind)
    const { browser } = await here(kind, await aPersonWithPassword())
    for (const age of [0, 3601]) {
      const old = await issuedAt(nowSeconds() - age, serverIds[kind], hint)
      expect(await silent(kind, browser, old)).toBe('login_required')
    }
    const page = await browser.get(authorizeUrl(bases[kind], app, { id_token_hint: hint }))
    expect(page.html).toContain('id="signin-submit"')
  })

  it('[OIDC-3.1.2.2] and the subject that is asked for must be the same', async () => {
    const { browser, hint } = await here(kind)
    const asking = (value: string): string =>
      authorizeUrl(bases[kind], app, {
        id_token_hint: hint,
        claims: JSON.stringify({ id_token: { sub: { value } } }),
      })
    expect(answerOf(await browser.get(asking(person.id)))).toHaveProperty('code')
    // Whoever signs in would be wrong, so that nobody is asked to.
    expect(answerOf(await browser.get(asking('00uother')))).toMatchObject({
      error: 'login_required',
    })
  })

  it('means nobody when it is not genuine', async () => {
    const { browser, hint } = await here(kind, await aPersonWithPassword())
    const [head, body] = hint.split('.')
    const { hint: other } = await here(kind === 'org' ? 'custom' : 'org')
    for (const wrong of [`${head}.${body}.AAAA`, 'nonsense', other])
      expect(await silent(kind, browser, wrong)).toBe('code')
  })
})
