/**
 * A relying party of one app at one server, which asks in one response mode: openid-client builds its requests, redeems
 * its codes and reads userinfo, and everything that comes back goes through the checker.
 */
import type { JWK } from 'jose'
import * as client from 'openid-client'
import { expect } from 'vitest'
import type { Json } from '../../json.ts'
import {
  Browser,
  formOf,
  isConsent,
  isSignIn,
  maySend,
  scriptOf,
  type PageView,
} from './browser.ts'
import {
  expectClaims,
  expectError,
  expectIdToken,
  expectKeys,
  expectMetadata,
  expectSuccess,
  expectTokenResponse,
  type Sent,
} from './checker.ts'
import type { App, Deployment, Kind, Person } from './deployment.ts'

export type Mode = 'query' | 'fragment' | 'form_post'
export type Parameters = Readonly<Record<string, string>>

/** What one authorization request asked. */
export interface Asked extends Sent {
  readonly nonce: string | null
  readonly scopes: readonly string[]
  /** Claims that were asked for by their names, for the ID token. */
  readonly named: readonly string[]
  readonly maxAge: number | null
  readonly verifier: string | null
}

/** What came back to the redirect URI. */
export interface Answer {
  readonly asked: Asked
  /** The pages that somebody had to answer on the way. */
  readonly pages: readonly string[]
  readonly at: Mode
  readonly parameters: Parameters
  readonly page: PageView
}

/** What an ID token depends on. */
export type About = Pick<Asked, 'nonce' | 'scopes'> & Partial<Pick<Asked, 'named'>>

export interface Redeemed {
  readonly tokens: Json
  /** Claims of the ID token. */
  readonly claims: Json
}

const PAGES_MAX = 3

const AUTHENTICATIONS: Readonly<Record<App['method'], (secret: string) => client.ClientAuth>> = {
  client_secret_basic: client.ClientSecretBasic,
  client_secret_post: client.ClientSecretPost,
}

const namedIn = (claims: string | undefined): readonly string[] =>
  Object.keys((JSON.parse(claims ?? '{}') as Json)['id_token'] ?? {})

const fieldsOf = (text: string): Parameters => Object.fromEntries(new URLSearchParams(text))

export class RelyingParty {
  readonly issuer: string
  readonly app: App
  readonly mode: Mode
  readonly metadata: client.ServerMetadata
  readonly keys: readonly JWK[]
  readonly #deployment: Deployment

  constructor(
    deployment: Deployment,
    app: App,
    mode: Mode,
    metadata: client.ServerMetadata,
    keys: readonly JWK[],
  ) {
    this.issuer = metadata.issuer
    this.metadata = metadata
    this.app = app
    this.mode = mode
    this.keys = keys
    this.#deployment = deployment
  }

  /** A client of openid-client. `registered` is what its registration says more. */
  client(registered: Partial<client.ClientMetadata> = {}): client.Configuration {
    return this.#client(registered).configuration
  }

  /** The same, with the last response that it had of each address. */
  #client(registered: Partial<client.ClientMetadata> = {}): {
    configuration: client.Configuration
    responses: ReadonlyMap<string, Response>
  } {
    const { app, metadata } = this
    const authentication = AUTHENTICATIONS[app.method](app.secret)
    const configuration = new client.Configuration(
      metadata,
      app.clientId,
      registered,
      authentication,
    )
    client.enableNonRepudiationChecks(configuration)
    const jwks = { keys: [...this.keys] } as client.ExportedJWKSCache['jwks']
    client.setJwksCache(configuration, { jwks, uat: Math.floor(Date.now() / 1000) })
    const responses = new Map<string, Response>()
    configuration[client.customFetch] = async (url, options) => {
      const response = await this.send(url, options as RequestInit)
      responses.set(url, response.clone())
      return response
    }
    return { configuration, responses }
  }

  /** By discovery, whose document and keys are checked. */
  static async discovered(
    deployment: Deployment,
    kind: Kind,
    app: App,
    mode: Mode,
  ): Promise<RelyingParty> {
    const issuer = deployment.issuers[kind]
    const read = async (url: string): Promise<Json> => {
      const response = await deployment.send(url)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
      return (await response.json()) as Json
    }
    const metadata = await read(`${issuer}/.well-known/openid-configuration`)
    expectMetadata(metadata, issuer)
    const keys = await expectKeys(await read(metadata['jwks_uri']))
    return new RelyingParty(deployment, app, mode, metadata as client.ServerMetadata, keys)
  }

  /** The same with another app or mode. */
  with({ app = this.app, mode = this.mode }: { app?: App; mode?: Mode }): RelyingParty {
    return new RelyingParty(this.#deployment, app, mode, this.metadata, this.keys)
  }

  browser(): Browser {
    return new Browser(this.#deployment)
  }

  send(url: string, init: RequestInit = {}): Promise<Response> {
    return this.#deployment.send(url, init)
  }

  /** The parameters of a request for `openid`, changed: an empty value leaves a parameter out. */
  parameters(changes: Parameters = {}): Parameters {
    const parameters = {
      client_id: this.app.clientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: this.app.redirectUri,
      state: client.randomState(),
      nonce: client.randomNonce(),
      ...(this.mode === 'form_post' && { response_mode: this.mode }),
      ...changes,
    }
    return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''))
  }

  url(parameters: Parameters): URL {
    const url = client.buildAuthorizationUrl(this.client(), { ...parameters })
    // openid-client asks for a code unless it is told otherwise.
    if (parameters['response_type'] === undefined) url.searchParams.delete('response_type')
    return url
  }

  /** Asks, answers whatever page comes, and reads the response where the mode says that it stands. */
  async ask(
    browser: Browser,
    person: Person,
    changes: Parameters = {},
    verifier: string | null = null,
  ): Promise<Answer> {
    const parameters = this.parameters(changes)
    const page = await browser.get(this.url(parameters))
    return this.follow(browser, person, page, parameters, verifier)
  }

  /** Goes on from a page. */
  async follow(
    browser: Browser,
    person: Person,
    first: PageView,
    parameters: Parameters,
    verifier: string | null = null,
  ): Promise<Answer> {
    let page = first
    const pages: string[] = []
    for (let count = 0; count < PAGES_MAX; count++) {
      if (isSignIn(page)) {
        pages.push('sign-in')
        page = await browser.signIn(page, person)
      } else if (isConsent(page)) {
        pages.push('consent')
        page = await browser.consent(page)
      } else break
    }
    const asked: Asked = {
      issuer: this.issuer,
      types: (parameters['response_type'] ?? '').split(' ').filter((type) => type !== ''),
      state: parameters['state'] ?? null,
      nonce: parameters['nonce'] ?? null,
      scopes: (parameters['scope'] ?? '').split(' '),
      named: namedIn(parameters['claims']),
      maxAge: parameters['max_age'] === undefined ? null : Number(parameters['max_age']),
      verifier,
    }
    const redirectUri = this.app.redirectUri
    return { asked, pages, page, at: this.mode, parameters: await this.#read(page, redirectUri) }
  }

  async #read(page: PageView, redirectUri: string): Promise<Parameters> {
    if (this.mode === 'form_post') return this.#posted(page, redirectUri)
    expect([page.status, page.location]).toEqual([303, expect.stringMatching(/./)])
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('cache-control')).toContain('no-store')
    const separator = this.mode === 'fragment' ? '#' : redirectUri.includes('?') ? '&' : '?'
    const start = redirectUri + separator
    expect(page.location!.slice(0, start.length)).toBe(start)
    const text = page.location!.slice(start.length)
    expect(text).not.toMatch(/[?#]/)
    return fieldsOf(text)
  }

  /** OAuth 2.0 Form Post Response Mode §2. */
  async #posted(page: PageView, redirectUri: string): Promise<Parameters> {
    expect([page.status, page.location]).toEqual([200, null])
    expect(page.headers.get('content-type')).toMatch(/^text\/html\b/)
    expect(page.headers.get('cache-control')).toContain('no-store')
    const { method, action, fields } = formOf(page)
    expect([method, action, maySend(page, action)]).toEqual(['post', redirectUri, true])
    // It is sent without anybody's doing.
    expect(await scriptOf(page)).toBe('document.forms[0].submit()')
    return fields
  }

  /** What the redirect URI is called with. */
  callback({ at, parameters }: Answer): URL | Request {
    const text = new URLSearchParams(parameters).toString()
    if (at === 'query') return new URL(`${this.app.redirectUri}?${text}`)
    if (at === 'fragment') return new URL(`${this.app.redirectUri}#${text}`)
    return new Request(this.app.redirectUri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: text,
    })
  }

  /** A token request with the credentials over Basic, as plain HTTP. */
  token(fields: Parameters): Promise<Response> {
    const credentials = [this.app.clientId, this.app.secret].map(encodeURIComponent).join(':')
    return this.send(this.metadata.token_endpoint!, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(credentials)}` },
      body: new URLSearchParams(fields),
    })
  }

  /** The same for a code. */
  redeemCode(code: string): Promise<Response> {
    const redirect_uri = this.app.redirectUri
    return this.token({ grant_type: 'authorization_code', code, redirect_uri })
  }

  /** Redeems the code of an answer to `response_type=code`. */
  async redeem(answer: Answer): Promise<Redeemed> {
    const { asked } = answer
    expectSuccess(answer.parameters, asked)
    const { configuration, responses } = this.#client()
    await client.authorizationCodeGrant(configuration, this.callback(answer), {
      ...(asked.state !== null && { expectedState: asked.state }),
      ...(asked.nonce !== null && { expectedNonce: asked.nonce }),
      ...(asked.maxAge !== null && { maxAge: asked.maxAge }),
      ...(asked.verifier !== null && { pkceCodeVerifier: asked.verifier }),
      idTokenExpected: true,
    })
    return this.redeemed(responses.get(this.metadata.token_endpoint!)!, asked)
  }

  /** Checks a token response. */
  async redeemed(response: Response, asked: About): Promise<Redeemed> {
    const tokens = (await response.json()) as Json
    expectTokenResponse(response, tokens)
    const claims = await expectIdToken(tokens['id_token'], {
      ...this.facts(asked),
      accessToken: tokens['access_token'],
    })
    return { tokens, claims }
  }

  /** What an ID token must agree with. */
  facts({ nonce, scopes, named = [] }: About): {
    readonly issuer: string
    readonly clientId: string
    readonly keys: readonly JWK[]
    readonly nonce: string | null
    readonly scopes: readonly string[]
    readonly named: readonly string[]
  } {
    const { issuer, keys, app } = this
    return { issuer, clientId: app.clientId, keys, nonce, scopes, named }
  }

  /** A request that must succeed, with all that it is worth. */
  async complete(
    browser: Browser,
    person: Person,
    changes: Parameters = {},
    verifier: string | null = null,
  ): Promise<Answer & Redeemed & { readonly userinfo: Json }> {
    const answer = await this.ask(browser, person, changes, verifier)
    return { ...answer, ...(await this.proceed(answer)) }
  }

  /** All that an answer is worth: tokens, and what userinfo says by them. */
  async proceed(answer: Answer): Promise<Redeemed & { readonly userinfo: Json }> {
    const redeemed = await this.redeem(answer)
    return { ...redeemed, userinfo: await this.userinfo(redeemed) }
  }

  async userinfo({ tokens, claims }: Redeemed): Promise<Json> {
    const { configuration, responses } = this.#client()
    const told = await client.fetchUserInfo(configuration, tokens['access_token'], claims['sub'])
    const response = responses.get(this.metadata.userinfo_endpoint!)
    expect(response?.headers.get('content-type')).toMatch(/^application\/json\b/)
    expectClaims(told)
    return told
  }

  /** A request that must be refused to the client. */
  async refused(
    browser: Browser,
    changes: Parameters,
    ...codes: readonly string[]
  ): Promise<Answer> {
    const answer = await this.ask(browser, NOBODY, changes)
    expect(answer.pages).toEqual([])
    expectError(answer.parameters, codes, answer.asked)
    return answer
  }
}

/** Who is never asked for. */
const NOBODY: Person = { id: '', login: '' }

/** What a promise is rejected with. `expect(…).rejects` would blame another test that runs at the same time. */
export const refusalOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('It was not refused')
    },
    (reason: unknown) => reason,
  )

/** A request that is answered with a page, and never with a way to the redirect URI. */
export function expectErrorPage(page: PageView, error: string, parameter: string): void {
  expect([page.status, page.location]).toEqual([400, null])
  expect(page.headers.get('content-type')).toMatch(/^text\/html\b/)
  const told = /id="oauth-error"[\s\S]*?<\/dl>/.exec(page.html)?.[0]
  expect(told).toContain(error)
  expect(told).toContain(parameter)
  expect(page.html).not.toContain('<form')
  expect(page.html).not.toContain('code=')
}
