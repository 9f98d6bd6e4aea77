/**
 * Express apps with the libraries that people use, unmodified, sign somebody in and out at the product: at the org
 * server and at `default`. One product serves them all, and each app is on a port of its own.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Json } from '../json.ts'
import { expressOpenidConnect, silentOpenidConnect } from './apps/express-openid-connect.ts'
import { oidcMiddleware } from './apps/oidc-middleware.ts'
import { passportOpenidconnect } from './apps/passport-openidconnect.ts'
import { Place, type Library, type Profile } from './apps/web-app.ts'
import type { PageView } from './conformance/browser.ts'
import { API_TOKEN, freePort, remove, startProduct, temporaryFolder, type Product } from './product.ts' // prettier-ignore
import { Visitor } from './visitor.ts'

const LIBRARIES = [expressOpenidConnect, oidcMiddleware, passportOpenidconnect]
const KINDS = ['org', 'default'] as const
type Kind = (typeof KINDS)[number]

const PATIENCE = { timeout: 20_000, interval: 50 }
const PASSWORD = 'Correct-Horse-7-battery'
const CONSENTED = 'ledger'
const SCOPES: Readonly<Record<Kind, string>> = {
  org: 'openid profile email',
  default: `openid profile email ${CONSENTED}`,
}

interface Person {
  readonly id: string
  readonly login: string
}

const stateDir = temporaryFolder()
const places = new Map<Library, Record<Kind, Place>>()
const appIds: string[] = []
let product: Product

const placeOf = (library: Library, kind: Kind): Place => places.get(library)![kind]
const issuerOf = (kind: Kind): string =>
  kind === 'org' ? product.origin : `${product.origin}/oauth2/default`

beforeAll(async () => {
  for (const library of [...LIBRARIES, silentOpenidConnect])
    places.set(library, { org: await Place.open(), default: await Place.open() })
  const all = [...places.values()].flatMap((of) => Object.values(of))
  product = await startProduct(stateDir, await freePort(), {
    OUTBOUND_ALLOWED_ORIGINS: all.map(({ baseUrl }) => baseUrl).join(),
  })
  await api('POST', '/api/v1/authorizationServers/default/scopes', {
    name: CONSENTED,
    consent: 'REQUIRED',
  })
})

afterAll(async () => {
  for (const of of places.values()) for (const place of Object.values(of)) place.close()
  await product.kill()
  remove(stateDir)
})

async function api(method: string, path: string, body: Json): Promise<Json> {
  const response = await fetch(product.origin + path, {
    method,
    headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const json = (await response.json()) as Json
  expect([response.status, json['errorCauses']]).toEqual([expect.any(Number), undefined])
  return json
}

let people = 0

/** Who was given no app. */
async function aStranger(): Promise<Person> {
  const login = `ada-${++people}@people.example`
  const { id } = await api('POST', '/api/v1/users', {
    profile: { firstName: 'Ada', lastName: 'Lovelace', login, email: login },
    credentials: { password: { value: PASSWORD } },
  })
  return { id, login }
}

/** Who was given all apps. */
async function aPerson(): Promise<Person> {
  const person = await aStranger()
  for (const appId of appIds) await api('POST', `/api/v1/apps/${appId}/users`, { id: person.id })
  return person
}

/** Registers an app with a library and serves it. */
async function open(library: Library, kind: Kind): Promise<void> {
  const { baseUrl } = placeOf(library, kind)
  const { callbackPath, signedOutPath, backChannelPath, authMethod } = library
  const app = await api('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: `${library.name} at ${kind}`,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: authMethod } },
    settings: {
      oauthClient: {
        application_type: 'web',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [baseUrl + callbackPath],
        post_logout_redirect_uris: [baseUrl + signedOutPath],
        consent_method: 'REQUIRED',
        refresh_token: { rotation_type: 'ROTATE' },
        ...(backChannelPath !== undefined && { backchannel_logout_uri: baseUrl + backChannelPath }),
      },
    },
  })
  appIds.push(app['id'])
  const { client_id: clientId, client_secret: clientSecret } = app['credentials']['oauthClient']
  const registration = { issuer: issuerOf(kind), clientId, clientSecret, baseUrl }
  placeOf(library, kind).serve(await library.app({ ...registration, scope: SCOPES[kind] }))
}

const isSignIn = ({ html }: PageView): boolean => html.includes('id="signin-submit"')
const isConsent = ({ html }: PageView): boolean => html.includes('id="consent-allow"')

const signIn = (visitor: Visitor, page: PageView, { login }: Person, password = PASSWORD) =>
  visitor.submit(page, { identifier: login, password })

const consent = (visitor: Visitor, page: PageView, decision: 'allow' | 'deny') =>
  isConsent(page) ? visitor.submit(page, { decision }) : page

/** Goes to the page of an app for whoever is signed in, through whatever is asked on the way. */
async function arrive(visitor: Visitor, baseUrl: string, person: Person): Promise<Profile> {
  let page = await visitor.get(`${baseUrl}/profile`)
  if (isSignIn(page)) page = await signIn(visitor, page, person)
  page = await consent(visitor, page, 'allow')
  expect([page.url, page.status]).toEqual([`${baseUrl}/profile`, 200])
  return JSON.parse(page.html) as Profile
}

/** By the button of the app. */
const signOut = async (visitor: Visitor, baseUrl: string): Promise<PageView> =>
  visitor.submit(await visitor.get(`${baseUrl}/`))

const userinfo = (kind: Kind, accessToken: string | undefined): Promise<Response> =>
  fetch(`${kind === 'org' ? `${product.origin}/oauth2` : issuerOf(kind)}/v1/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })

describe.each(LIBRARIES)('$name', (library) => {
  describe.each(KINDS)('at the %s server', (kind) => {
    let baseUrl: string

    beforeAll(async () => {
      ;({ baseUrl } = placeOf(library, kind))
      await open(library, kind)
    })

    it('signs somebody in, who mistook the password at first', async () => {
      const [visitor, person] = [new Visitor(), await aPerson()]
      const asked = await visitor.get(`${baseUrl}/profile`)
      expect([isSignIn(asked), new URL(asked.url).origin]).toEqual([true, product.origin])
      const again = await signIn(visitor, asked, person, 'not the password')
      expect([again.status, isSignIn(again)]).toEqual([403, true])
      expect(again.html).toContain('id="signin-error"')
      const page = await consent(visitor, await signIn(visitor, again, person), 'allow')
      expect(page.url).toBe(`${baseUrl}/profile`)
      expect(JSON.parse(page.html)).toMatchObject({ sub: person.id, name: 'Ada Lovelace' })
      expect((await new Visitor().get(`${baseUrl}/`)).html).toContain('nobody')
    })

    it('[RP-Initiated-Logout-3] signs out of the org, too, which leads back to the app', async () => {
      const [visitor, person] = [new Visitor(), await aPerson()]
      await arrive(visitor, baseUrl, person)
      const left = await signOut(visitor, baseUrl)
      expect([new URL(left.url).origin, new URL(left.url).pathname]).toEqual([baseUrl, '/'])
      expect(left.html).toContain('nobody')
      expect(isSignIn(await visitor.get(`${baseUrl}/profile`))).toBe(true)
      expect(isSignIn(await visitor.get(`${product.origin}/signin`))).toBe(true)
    })

    it.runIf(library.revokesTokens)(
      '[RFC7009-2] revokes the tokens of whoever signs out',
      async () => {
        const [visitor, person] = [new Visitor(), await aPerson()]
        const { accessToken } = await arrive(visitor, baseUrl, person)
        expect((await userinfo(kind, accessToken)).status).toBe(200)
        await signOut(visitor, baseUrl)
        expect((await userinfo(kind, accessToken)).status).toBe(401)
      },
    )

    it('[RFC6749-4.1.2.1] is told that it was refused', async () => {
      const visitor = new Visitor()
      // The org server has no scope that somebody could decline.
      const person = await (kind === 'org' ? aStranger() : aPerson())
      const next = await signIn(visitor, await visitor.get(`${baseUrl}/profile`), person)
      expect(isConsent(next)).toBe(kind === 'default')
      const page = await consent(visitor, next, 'deny')
      expect(new URL(page.url).origin).toBe(baseUrl)
      expect(page.html).toMatch(library.refusal)
      expect((await visitor.get(`${baseUrl}/`)).html).toContain('nobody')
    })
  })
})

describe.each(KINDS)('at the %s server', (kind) => {
  it('[OIDC-Back-Channel-2.5] express-openid-connect is told when somebody signs out at another app', async () => {
    const [visitor, person] = [new Visitor(), await aPerson()]
    const told = placeOf(expressOpenidConnect, kind).baseUrl
    const other = placeOf(passportOpenidconnect, kind).baseUrl
    await arrive(visitor, told, person)
    expect(isSignIn(await visitor.get(`${other}/profile`))).toBe(false)
    await arrive(visitor, other, person)
    expect((await visitor.get(`${told}/`)).html).toContain(person.id)
    await signOut(visitor, other)
    await vi.waitUntil(
      async () => (await visitor.get(`${told}/`)).html.includes('nobody'),
      PATIENCE,
    )
    expect(isSignIn(await visitor.get(`${told}/profile`))).toBe(true)
  })
})

it('[OIDC-3.1.2.1] express-openid-connect signs in silently who is signed in at the org, and leaves others alone', async () => {
  await open(silentOpenidConnect, 'org')
  const [visitor, person] = [new Visitor(), await aPerson()]
  const { baseUrl } = placeOf(silentOpenidConnect, 'org')
  const left = await new Visitor().get(`${baseUrl}/`)
  expect([new URL(left.url).origin, left.html]).toEqual([
    baseUrl,
    expect.stringContaining('nobody'),
  ])
  await arrive(visitor, placeOf(passportOpenidconnect, 'org').baseUrl, person)
  const found = await visitor.get(`${baseUrl}/`)
  expect([new URL(found.url).origin, found.html]).toEqual([
    baseUrl,
    expect.stringContaining(person.id),
  ])
})
