/**
 * People at the benchmarked product: users with passwords and sessions, two apps, and for each server the requests of
 * every flow. What a request needs (a code, a token, a sign-in that waits) comes from the product itself.
 */
import { ALGORITHMS, API_TOKEN, basic, type Algorithm, type TokenEndpoints } from './endpoints.ts'
import { ManagementClient } from './management-client.ts'
import type { Flow, PreparedRequest } from './people-load.ts'

const PASSWORD = 'Correct-Horse-7-battery'
const CALLBACK = 'https://app.bench.example/callback'
const ORIGIN = 'https://bench.example'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

export type Rotation = 'ROTATE' | 'STATIC'

interface App {
  readonly clientId: string
  readonly authorization: string
}

interface Person {
  readonly login: string
  /** With a session. */
  cookie: string
}

/** As the token endpoint gives them. */
export interface GivenTokens {
  readonly access_token: string
  readonly refresh_token: string
}

export interface People {
  readonly people: readonly Person[]
  readonly apps: Readonly<Record<Rotation, App>>
  /** The path of a server, by algorithm. */
  readonly paths: Readonly<Record<Algorithm, string>>
  readonly endpoints: TokenEndpoints
}

/** Sends one prepared request; its answer is not followed anywhere. */
export const sendOne = (origin: string, request: PreparedRequest): Promise<Response> =>
  fetch(origin + request.path, {
    method: request.method,
    headers: request.headers,
    redirect: 'manual',
    ...(request.method === 'POST' && { body: request.body }),
  })

const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

/** Creates apps and people beside what setUpProduct made, and signs everybody in. */
export async function setUpPeople(
  origin: string,
  endpoints: TokenEndpoints,
  count: number,
): Promise<People> {
  const management = new ManagementClient(origin, API_TOKEN)
  const app = async (rotation: Rotation): Promise<App> => {
    const { client_id, client_secret } = await management.createWebApp(CALLBACK, rotation)
    return { clientId: client_id, authorization: basic(client_id, client_secret ?? '') }
  }
  const logins = Array.from({ length: count }, (_, index) => `person-${index}@bench.example`)
  for (const login of logins) await management.createUser(login, PASSWORD)
  const paths = Object.fromEntries(
    ALGORITHMS.map((alg) => [alg, new URL(endpoints[alg].issuer).pathname]),
  ) as Record<Algorithm, string>
  const people: People = {
    people: logins.map((login) => ({ login, cookie: '' })),
    apps: { ROTATE: await app('ROTATE'), STATIC: await app('STATIC') },
    paths,
    endpoints,
  }
  for (const person of people.people) {
    const [request] = await new PeopleFlows(origin, people, 'ES256').signIns([person])
    const answer = await sendOne(origin, request!)
    person.cookie = cookiesOf(answer)
    if (!person.cookie.includes('session=')) throw new Error('a person could not sign in')
  }
  return people
}

/** The flows at the server of one algorithm. */
export class PeopleFlows {
  readonly #origin: string
  readonly #people: People
  readonly #alg: Algorithm

  constructor(origin: string, people: People, alg: Algorithm) {
    this.#origin = origin
    this.#people = people
    this.#alg = alg
  }

  clientCredentials(): Flow {
    const { request } = this.#people.endpoints[this.#alg]
    const headers = { authorization: request.authorization, ...FORM }
    return this.#tokens([{ headers, body: request.form }], 'again')
  }

  /** Everybody asks for a code, over and over. */
  authorize(rotation: Rotation): Flow {
    const requests = this.#people.people.map(({ cookie }) => this.#authorizeRequest(rotation, cookie)) // prettier-ignore
    return { requests, mode: 'again', good: SENT_BACK, collect: '[?&]code=([^&\\s]+)' }
  }

  redeem(rotation: Rotation, codes: readonly string[]): Flow {
    const bodies = codes.map((code) => ({
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
    }))
    return this.#tokensOf(rotation, bodies, 'once')
  }

  refresh(rotation: Rotation, tokens: readonly string[]): Flow {
    const bodies = tokens.map((refresh_token) => ({ grant_type: 'refresh_token', refresh_token }))
    return this.#tokensOf(rotation, bodies, rotation === 'ROTATE' ? 'rotate' : 'again')
  }

  userinfo(tokens: readonly string[]): Flow {
    const requests = tokens.map((token) => ({
      method: 'GET' as const,
      path: `${this.#path}/v1/userinfo`,
      headers: { authorization: `Bearer ${token}` },
      body: '',
    }))
    return { requests, mode: 'again', good: `${OK}[^]*"sub"`, collect: null }
  }

  introspect(tokens: readonly string[]): Flow {
    const { authorization } = this.#people.apps.ROTATE
    const requests = tokens.map((token) => ({
      method: 'POST' as const,
      path: `${this.#path}/v1/introspect`,
      headers: { authorization, ...FORM },
      body: new URLSearchParams({ token }).toString(),
    }))
    return { requests, mode: 'again', good: `${OK}[^]*"active":true`, collect: null }
  }

  /** Tokens for everybody, made one by one. */
  async given(rotation: Rotation): Promise<readonly GivenTokens[]> {
    const given: GivenTokens[] = []
    for (const request of this.authorize(rotation).requests) {
      const back = await sendOne(this.#origin, request)
      const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? ''
      const [redemption] = this.redeem(rotation, [code]).requests
      const answer = await sendOne(this.#origin, redemption!)
      given.push(JSON.parse(await answer.text()) as GivenTokens)
    }
    return given
  }

  /** `count` sign-ins that wait for their passwords, of everybody in turn. */
  async signIn(count: number): Promise<Flow> {
    const { people } = this.#people
    const who = Array.from({ length: count }, (_, index) => people[index % people.length]!)
    const requests = await this.signIns(who)
    return { requests, mode: 'once', good: SENT_BACK, collect: null }
  }

  async signIns(people: readonly Person[]): Promise<readonly PreparedRequest[]> {
    const requests: PreparedRequest[] = []
    for (const { login } of people) {
      const answer = await sendOne(this.#origin, this.#authorizeRequest('ROTATE', ''))
      const location = new URL(answer.headers.get('location') ?? '', ORIGIN)
      const transaction = location.searchParams.get('transaction') ?? ''
      const form = { transaction, identifier: login, password: PASSWORD }
      requests.push({
        method: 'POST',
        path: location.pathname,
        headers: { ...FORM, cookie: cookiesOf(answer) },
        body: new URLSearchParams(form).toString(),
      })
    }
    return requests
  }

  get #path(): string {
    return this.#people.paths[this.#alg]
  }

  #authorizeRequest(rotation: Rotation, cookie: string): PreparedRequest {
    const query = new URLSearchParams({
      client_id: this.#people.apps[rotation].clientId,
      response_type: 'code',
      scope: 'openid profile offline_access read',
      redirect_uri: CALLBACK,
      state: 'bench',
      nonce: 'bench',
    })
    const path = `${this.#path}/v1/authorize?${query.toString()}`
    return { method: 'GET', path, headers: cookie === '' ? {} : { cookie }, body: '' }
  }

  #tokensOf(
    rotation: Rotation,
    bodies: readonly Record<string, string>[],
    mode: Flow['mode'],
  ): Flow {
    const headers = { authorization: this.#people.apps[rotation].authorization, ...FORM }
    const forms = bodies.map((body) => new URLSearchParams(body).toString())
    return this.#tokens(
      forms.map((body) => ({ headers, body })),
      mode,
    )
  }

  #tokens(sent: readonly Pick<PreparedRequest, 'headers' | 'body'>[], mode: Flow['mode']): Flow {
    const path = `${this.#path}/v1/token`
    const requests = sent.map((one) => ({ method: 'POST' as const, path, ...one }))
    return { requests, mode, good: `${OK}[^]*"access_token"`, collect: '"refresh_token":"([^"]+)"' }
  }
}

const OK = '^HTTP/1\\.1 200 '
const SENT_BACK =
  '^HTTP/1\\.1 303 [^]*location: https://app\\.bench\\.example/callback\\?[^\\n]*code='
