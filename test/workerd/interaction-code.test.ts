/** Interaction codes belong to one client, server and person, are good once with their verifier, and for their grant. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { limits } from '../../src/platform/limits.ts'
import { Browser } from './browser.ts'
import { aCode, anIdxApp, anIdxServer, begun, codeOf, identified, keysOf, Page, redeemInteraction } from './idx-support.ts' // prettier-ignore
import { flushLog, logEvents } from './log-support.ts'
import { aPersonWithPassword, aSignInApp, CALLBACK, changeApp, ORG_BASE, PEOPLE_GRANTS, signedIn, type SignInApp, type TestPerson } from './sign-in-support.ts' // prettier-ignore
import { answered, basic, made, post, type Json, type TestServer } from './support.ts'
import { aPeopleServer, refusalOf } from './token-support.ts'

const INVALID = [400, 'invalid_grant', 'The interaction code is invalid or has expired.']

let app: SignInApp
let other: SignInApp
let person: TestPerson
let server: TestServer
let sibling: TestServer
const bases = { org: ORG_BASE, custom: '' }

beforeAll(async () => {
  app = await anIdxApp()
  other = await anIdxApp()
  person = await aPersonWithPassword()
  server = await anIdxServer()
  sibling = await anIdxServer()
  bases.custom = server.issuer
})

const redeemed = (
  base: string,
  { code, verifier }: { readonly code: string; readonly verifier: string },
  fields: Record<string, string> = {},
  of = app,
): Promise<Response> =>
  redeemInteraction(base, of, { interaction_code: code, code_verifier: verifier, ...fields })

describe.each(['org', 'custom'] as const)('a code of the %s server', (kind) => {
  const base = () => bases[kind]
  const elsewhere = () => (kind === 'org' ? server.issuer : sibling.issuer)

  it('is worth nothing to another client or at another server, and stays good for its own', async () => {
    const one = await aCode(base(), app, person)
    expect((await refusalOf(await redeemed(base(), one, {}, other))).slice(0, 2)).toEqual([400, 'invalid_grant']) // prettier-ignore
    for (const at of [elsewhere(), ...(kind === 'org' ? [] : [ORG_BASE])])
      expect((await refusalOf(await redeemed(at, one))).slice(0, 2)).toEqual([400, 'invalid_request']) // prettier-ignore
    expect((await redeemed(base(), one)).status).toBe(200)
  })

  it('needs the verifier, and the redirect URI where it names one', async () => {
    const one = await aCode(base(), app, person)
    const without = await redeemInteraction(base(), app, { interaction_code: one.code })
    expect((await refusalOf(without)).slice(0, 2)).toEqual([400, 'invalid_grant'])
    const foreign = (await aCode(base(), app, person)).verifier
    for (const fields of [
      { code_verifier: foreign },
      { code_verifier: 'short' },
      { redirect_uri: `${CALLBACK}/` },
    ] as Record<string, string>[])
      expect((await refusalOf(await redeemed(base(), one, fields))).slice(0, 2)).toEqual([400, 'invalid_grant']) // prettier-ignore
    expect((await redeemed(base(), one, { redirect_uri: '' })).status).toBe(200)
  })

  it('[RFC7636-4.6] needs the verifier also of an app that needs no PKCE elsewhere', async () => {
    const web = await anIdxApp(
      { application_type: 'web', grant_types: ['authorization_code', 'interaction_code'] },
      { token_endpoint_auth_method: 'client_secret_basic', pkce_required: false },
    )
    const { code, verifier } = await aCode(base(), web, person)
    const headers = { authorization: basic(web.clientId, web.secret) }
    const without = await redeemInteraction(base(), web, { interaction_code: code }, headers)
    expect((await refusalOf(without)).slice(0, 2)).toEqual([400, 'invalid_grant'])
    const fields = { interaction_code: code, code_verifier: verifier }
    // Whoever has both, but not the secret, is not the app.
    expect((await redeemInteraction(base(), web, fields)).status).toBe(401)
    expect((await redeemInteraction(base(), web, fields, headers)).status).toBe(200)
  })

  it('[RFC6749-4.1.2] is good once, and its replay ends what it gave', async () => {
    const one = await aCode(base(), app, person, { scope: 'openid offline_access' })
    const [, tokens] = await answered(await redeemed(base(), one))
    expect(await refusalOf(await redeemed(base(), one))).toEqual(INVALID)
    const again = await post(`${base()}/v1/token`, { grant_type: 'refresh_token', client_id: app.clientId, refresh_token: tokens['refresh_token'] }) // prettier-ignore
    expect((await refusalOf(again)).slice(0, 2)).toEqual([400, 'invalid_grant'])
    await flushLog()
    const prefix = kind === 'org' ? 'app.oauth2' : 'app.oauth2.as'
    const reuse = await logEvents(`eventType eq "${prefix}.token.detect_reuse" and client.id eq "${app.clientId}"`) // prettier-ignore
    expect(reuse.at(-1)).toMatchObject({ debugContext: { debugData: { credential: 'interaction_code' } } }) // prettier-ignore
  })

  it('is redeemed by one of many that come at once', async () => {
    const one = await aCode(base(), app, person)
    const all = await Promise.all(Array.from({ length: 5 }, () => redeemed(base(), one)))
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400, 400])
  })

  it('is no authorization code, and an authorization code is none of them', async () => {
    const both = await anIdxApp({ grant_types: ['authorization_code', 'interaction_code'] })
    const one = await aCode(base(), both, person)
    const asCode = await post(`${base()}/v1/token`, { grant_type: 'authorization_code', client_id: both.clientId, redirect_uri: CALLBACK, code: one.code, code_verifier: one.verifier }) // prettier-ignore
    expect((await refusalOf(asCode)).slice(0, 2)).toEqual([400, 'invalid_grant'])
    const usual = kind === 'org' ? ORG_BASE : (await aPeopleServer()).issuer
    const app2 = await aSignInApp({ grant_types: ['authorization_code', 'interaction_code'], response_types: ['code'] }) // prettier-ignore
    const { answer } = await signedIn(usual, app2, person)
    const asInteraction = await redeemInteraction(
      usual,
      app2,
      { interaction_code: answer['code']!, code_verifier: one.verifier },
      { authorization: basic(app2.clientId, app2.secret) },
    )
    expect(await refusalOf(asInteraction)).toEqual(INVALID)
    expect((await redeemed(base(), one, {}, both)).status).toBe(200)
  })

  it('is good until its second, and not in it', async () => {
    const [early, late] = [await aCode(base(), app, person), await aCode(base(), app, person)]
    try {
      // Both were made within the second that began before the last of them.
      const made = Math.floor(Date.now() / 1000) * 1000
      vi.useFakeTimers({ toFake: ['Date'], now: made + (limits.codeSeconds - 2) * 1000 })
      expect((await redeemed(base(), early)).status).toBe(200)
      vi.setSystemTime(made + limits.codeSeconds * 1000)
      expect(await refusalOf(await redeemed(base(), late))).toEqual(INVALID)
    } finally {
      vi.useRealTimers()
    }
  })

  it('of an app that lost the grant is refused', async () => {
    const lost = await anIdxApp({ grant_types: ['authorization_code', 'interaction_code'] })
    const one = await aCode(base(), lost, person)
    await changeApp(lost, { grant_types: ['authorization_code'] })
    expect((await refusalOf(await redeemed(base(), one, {}, lost))).slice(0, 2)).toEqual([400, 'unauthorized_client']) // prettier-ignore
  })

  it('is refused when its person is deactivated or signs out', async () => {
    const gone = await aPersonWithPassword()
    const page = new Page()
    const one = await aCode(base(), app, gone, {}, page)
    const two = await aCode(base(), app, gone)
    await page.browser.get('/signin')
    await made(200, 'POST', `/api/v1/users/${gone.id}/lifecycle/deactivate`)
    for (const code of [one, two]) expect(await refusalOf(await redeemed(base(), code))).toEqual(INVALID) // prettier-ignore
  })
})

describe('access policies', () => {
  it('a rule for authorization codes lets no interaction code in, and the app is told so', async () => {
    const { issuer } = await aPeopleServer({
      rule: { conditions: { grantTypes: { include: PEOPLE_GRANTS } } },
    })
    const interaction = await begun(issuer, app)
    const [status, document] = await identified(interaction, person)
    expect([status, keysOf(document), codeOf(document)]).toEqual([
      401,
      ['access_denied'],
      undefined,
    ])
    const failure: Json = document['failure']
    expect(failure['name']).toBe('failure-redirect')
    const url = new URL(failure['href'])
    expect(url.origin + url.pathname).toBe(CALLBACK)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'the state',
      iss: issuer,
    })
    // Who they are was proved all the same.
    expect([...interaction.page.browser.cookies.keys()]).toContain('__Host-edgemint_session')
  })

  it('a rule for interaction codes lets no authorization code in', async () => {
    const both = await aSignInApp({ grant_types: ['authorization_code', 'interaction_code'], response_types: ['code'] }) // prettier-ignore
    const { answer } = await signedIn(server.issuer, both, person, {}, new Browser())
    expect(answer['error']).toBe('access_denied')
  })

  it('who does not have the app gets nothing of it', async () => {
    const given = await anIdxApp()
    const now = await made(200, 'GET', `/api/v1/apps/${given.id}`)
    await made(200, 'PUT', `/api/v1/apps/${given.id}`, { ...now, settings: { ...now['settings'], implicitAssignment: false } }) // prettier-ignore
    const [status, document] = await identified(await begun(server.issuer, given), person)
    expect([status, keysOf(document)]).toEqual([400, ['idx.error.code.user_not_assigned']])
  })

  it('prompt=none is answered for who is signed in, and refused for nobody', async () => {
    const page = new Page()
    const nobody = await begun(server.issuer, app, { prompt: 'none' }, page)
    const { interactionHandle } = nobody
    const [status, document] = await page.idx('introspect', { interactionHandle })
    expect([status, keysOf(document)]).toEqual([400, ['login_required']])
    await aCode(server.issuer, app, person, {}, page)
    const silent = await begun(server.issuer, app, { prompt: 'none' }, page)
    const [done, success] = await page.idx('introspect', { interactionHandle: silent.interactionHandle }) // prettier-ignore
    expect([done, codeOf(success)]).toEqual([200, expect.any(String)])
  })
})
