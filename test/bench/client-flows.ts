/**
 * What a client with a secret asks of an authorization server, whoever's it is: the requests of every flow, and what
 * of their answers the next flow needs.
 */
import type { Flow, PreparedRequest } from './people-load.ts'

/** An authorization server as one of its clients knows it; addresses are paths. */
export interface KnownServer {
  readonly token: string
  readonly authorize: string
  readonly userinfo: string
  readonly introspection: string
  /** The header that authenticates the client; empty where it has none. */
  readonly authorization: string
  /** Parameters of every authorization request, and of every token request. */
  readonly query: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
}

/** As a token endpoint gives them. */
export interface GivenTokens {
  readonly access_token: string
  readonly refresh_token: string
}

export const CALLBACK = 'https://app.bench.example/callback'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const OK = '^HTTP/1\\.1 200 '
const SENT_BACK =
  '^HTTP/1\\.1 30[23] [^]*location: https://app\\.bench\\.example/callback\\?[^\\n]*code='

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

/** Sends one prepared request; its answer is not followed anywhere. */
export const sendOne = (origin: string, request: PreparedRequest): Promise<Response> =>
  fetch(origin + request.path, {
    method: request.method,
    headers: request.headers,
    redirect: 'manual',
    ...(request.method === 'POST' && { body: request.body }),
  })

export const postForm = (
  path: string,
  headers: Readonly<Record<string, string>>,
  form: Readonly<Record<string, string>>,
): PreparedRequest => ({
  method: 'POST',
  path,
  headers: { ...headers, ...FORM },
  body: new URLSearchParams(form).toString(),
})

/** Requests for documents that anybody may read. */
export const documentFlow = (path: string, member: string): Flow => ({
  requests: [{ method: 'GET', path, headers: {}, body: '' }],
  mode: 'again',
  good: `${OK}[^]*"${member}"`,
  collect: null,
})

/** Requests that end at the app, with a code. */
export const codeFlow = (requests: readonly PreparedRequest[], mode: Flow['mode']): Flow => ({
  requests,
  mode,
  good: SENT_BACK,
  collect: '[?&]code=([^&\\s]+)',
})

export const tokenFlow = (requests: readonly PreparedRequest[], mode: Flow['mode']): Flow => ({
  requests,
  mode,
  good: `${OK}[^]*"access_token"`,
  collect: '"refresh_token":"([^"]+)"',
})

export class ClientFlows {
  readonly #server: KnownServer

  constructor(server: KnownServer) {
    this.#server = server
  }

  authorizeRequest(cookie: string): PreparedRequest {
    const query = new URLSearchParams({
      response_type: 'code',
      redirect_uri: CALLBACK,
      state: 'bench',
      nonce: 'bench',
      ...this.#server.query,
    })
    const path = `${this.#server.authorize}?${query.toString()}`
    return { method: 'GET', path, headers: cookie === '' ? {} : { cookie }, body: '' }
  }

  /** Everybody who has a session asks for a code, over and over. */
  authorize(cookies: readonly string[]): Flow {
    return codeFlow(
      cookies.map((cookie) => this.authorizeRequest(cookie)),
      'again',
    )
  }

  redeem(codes: readonly string[]): Flow {
    const forms = codes.map((code) => ({
      grant_type: 'authorization_code',
      code: decodeURIComponent(code),
      redirect_uri: CALLBACK,
    }))
    return tokenFlow(this.#tokenRequests(forms), 'once')
  }

  /** `rotated`: each answer has the token that its successor asks with. */
  refresh(tokens: readonly string[], rotated: boolean): Flow {
    const forms = tokens.map((refresh_token) => ({ grant_type: 'refresh_token', refresh_token }))
    return tokenFlow(this.#tokenRequests(forms), rotated ? 'rotate' : 'again')
  }

  userinfo(tokens: readonly string[]): Flow {
    const requests = tokens.map((token) => ({
      method: 'GET' as const,
      path: this.#server.userinfo,
      headers: { authorization: `Bearer ${token}` },
      body: '',
    }))
    return { requests, mode: 'again', good: `${OK}[^]*"sub"`, collect: null }
  }

  introspect(tokens: readonly string[]): Flow {
    const { introspection, authorization } = this.#server
    const requests = tokens.map((token) => postForm(introspection, { authorization }, { token }))
    return { requests, mode: 'again', good: `${OK}[^]*"active":true`, collect: null }
  }

  /** Tokens for everybody who has a session, made one by one. */
  async given(origin: string, cookies: readonly string[]): Promise<readonly GivenTokens[]> {
    const given: GivenTokens[] = []
    for (const request of this.authorize(cookies).requests) {
      const back = await sendOne(origin, request)
      // A peer may tell where to go in the body, since fetch does not say that it is a browser.
      const told = `${back.headers.get('location') ?? ''}\n${await back.text()}`
      const code = /[?&]code=([^&"\s]+)/.exec(told)?.[1]
      if (code === undefined) throw new Error(`${request.path} answered ${back.status}: ${told}`)
      const answer = await sendOne(origin, this.redeem([code]).requests[0]!)
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`no tokens for a code: ${answer.status} ${text}`)
      given.push(JSON.parse(text) as GivenTokens)
    }
    return given
  }

  #tokenRequests(forms: readonly Readonly<Record<string, string>>[]): readonly PreparedRequest[] {
    const { token, authorization, form } = this.#server
    const headers = authorization === '' ? {} : { authorization }
    return forms.map((one) => postForm(token, headers, { ...one, ...form }))
  }
}
