/** Asks the product what a command says, through the doors that apps, browsers and administrators use. */
import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { API_TOKEN, ORIGIN } from '../e2e/runtime.ts'
import { broken, managementOutcome, parsed, protocolOutcome, type Answer } from './answers.ts'
import { CALLBACK, PASSWORD, type Org } from './org.ts'
import { HANGS_MILLISECONDS } from './controls.ts'
import type { Things } from './things.ts'
import type { AppName, Command, CommandOf, Key, Outcome, ServerName, Verb } from './vocabulary.ts'

const SCOPE = 'openid offline_access read'

export class Door {
  readonly #isolates: readonly { readonly origin: string }[]
  readonly #org: Org
  readonly #things: Things

  constructor(isolates: readonly { readonly origin: string }[], org: Org, things: Things) {
    this.#isolates = isolates
    this.#org = org
    this.#things = things
  }

  async perform(command: Command): Promise<Outcome> {
    const perform = this.#doors[command.verb] as (command: Command) => Promise<Outcome>
    return perform(command)
  }

  readonly #doors: { readonly [V in Verb]: (command: CommandOf<V>) => Promise<Outcome> } = {
    authenticate: async ({ isolate, user }) => {
      const { login: username } = this.#org.users[user]
      const answer = await this.#sent(isolate, 'POST', '/api/v1/authn', {
        json: { username, password: PASSWORD },
      })
      return managementOutcome(answer, ({ sessionToken }) => ({
        sessionToken: this.#things.keep('sessionToken', String(sessionToken)),
      }))
    },
    begin: async ({ isolate, sessionToken }) => {
      const { value: token } = this.#things.named(sessionToken)
      const query = new URLSearchParams({ token, redirectUrl: `${ORIGIN}/signin` })
      const answer = await this.#sent(
        isolate,
        'GET',
        `/login/sessionCookieRedirect?${query.toString()}`,
      )
      if (answer.status === 503) return { kind: 'unavailable' }
      const cookie = answer.headers
        .getSetCookie()
        .map((text) => text.split(';')[0]!)
        .find((text) => text.includes('_session='))
      if (answer.status === 303 && cookie !== undefined)
        return { kind: 'done', session: this.#things.keep('session', cookie) }
      return [200, 303, 400, 403].includes(answer.status)
        ? { kind: 'refused', error: 'denied' }
        : broken(answer)
    },
    'sign-out': async ({ isolate, session }) => {
      const { value: cookie } = this.#things.named(session)
      const answer = await this.#sent(isolate, 'DELETE', '/api/v1/sessions/me', {
        headers: { cookie },
      })
      return managementOutcome(answer)
    },
    authorize: async ({ isolate, session, app, server }) => {
      const { value: cookie } = this.#things.named(session)
      const verifier = randomBytes(32).toString('base64url')
      const query = new URLSearchParams({
        client_id: this.#org.apps[app].clientId,
        response_type: 'code',
        redirect_uri: CALLBACK,
        scope: SCOPE,
        state: 'soak',
        prompt: 'none',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      const path = `${this.#base(server)}/v1/authorize?${query.toString()}`
      const answer = await this.#sent(isolate, 'GET', path, { headers: { cookie } })
      const { status, headers } = answer
      if (status === 503) return { kind: 'unavailable' }
      if (status === 404) return { kind: 'refused', error: 'not_found' }
      if (status === 400) return { kind: 'refused', error: 'page' }
      const location = headers.get('location') ?? ''
      if (!location.startsWith(CALLBACK)) return broken(answer)
      const parameters = new URL(location).searchParams
      const code = parameters.get('code')
      if (code !== null)
        return { kind: 'done', code: this.#things.keep('code', code, { app, server, verifier }) }
      const error = parameters.get('error') ?? ''
      return error === 'temporarily_unavailable' || error === 'server_error' ? { kind: error === 'server_error' ? 'broken' : 'unavailable', error } : { kind: 'refused', error } // prettier-ignore
    },
    redeem: ({ isolate, code, app, server, verifier: which }) => {
      const { value, verifier } = this.#things.named(code)
      const code_verifier = which === 'right' ? verifier : verifier.split('').toReversed().join('')
      const fields = {
        grant_type: 'authorization_code',
        code: value,
        redirect_uri: CALLBACK,
        code_verifier,
      }
      return this.#token(isolate, app, server, fields)
    },
    refresh: ({ isolate, token, app, server }) => {
      const { value: refresh_token } = this.#things.named(token)
      return this.#token(isolate, app, server, { grant_type: 'refresh_token', refresh_token })
    },
    password: ({ isolate, user, app, server }) => {
      const fields = { username: this.#org.users[user].login, password: PASSWORD, scope: SCOPE }
      return this.#token(isolate, app, server, { grant_type: 'password', ...fields })
    },
    'client-credentials': ({ isolate, app, server }) =>
      this.#token(isolate, app, server, { grant_type: 'client_credentials', scope: 'read' }),
    introspect: async ({ isolate, token, app, server }) => {
      const { value } = this.#things.named(token)
      const answer = await this.#asApp(isolate, app, server, 'introspect', { token: value })
      return protocolOutcome(answer, ({ active, exp }) => {
        if (active === false && Object.keys(answer.json).length > 1) return null
        const expires = typeof exp === 'number' ? exp : 0
        return typeof active === 'boolean'
          ? { active, access: { name: token, kid: '', expires } }
          : null
      })
    },
    revoke: async ({ isolate, token, app, server }) => {
      const { value } = this.#things.named(token)
      const answer = await this.#asApp(isolate, app, server, 'revoke', { token: value })
      return protocolOutcome(answer, () => ({}))
    },
    userinfo: async ({ isolate, token, server }) => {
      const { value } = this.#things.named(token)
      const path = `${this.#base(server)}/v1/userinfo`
      const answer = await this.#sent(isolate, 'GET', path, {
        headers: { authorization: `Bearer ${value}` },
      })
      const { status } = answer
      const [, error] = /error="(\w+)"/.exec(answer.headers.get('www-authenticate') ?? '') ?? []
      if (status === 401 || status === 403)
        return error === undefined ? broken(answer) : { kind: 'refused', error }
      return protocolOutcome(answer, ({ sub }) => {
        const subject = Object.entries(this.#org.users).find(([, { id }]) => id === sub)?.[0]
        return subject === undefined ? null : { subject: subject as 'ada' }
      })
    },
    keys: async ({ isolate, server }) => {
      const answer = await this.#sent(isolate, 'GET', `${this.#base(server)}/v1/keys`)
      return protocolOutcome(answer, ({ keys }) => ({ keys: keys as Key[] }))
    },
    rotate: async ({ isolate, server, emergency }) => {
      const path = `${this.#server(server)}/credentials/lifecycle/keyRotate`
      const answer = await this.administer(isolate, 'POST', path, {
        use: 'sig',
        ...(emergency && { emergency }),
      })
      return managementOutcome(answer, (keys) => ({ keys: keys as unknown as Key[] }))
    },
    'change-user': ({ isolate, user, action }) =>
      this.#change(isolate, `/api/v1/users/${this.#org.users[user].id}`, action),
    'change-app': ({ isolate, app, action }) =>
      this.#change(isolate, `/api/v1/apps/${this.#org.apps[app].id}`, action),
    'change-server': ({ isolate, server, action }) =>
      this.#change(isolate, this.#server(server), action),
    'clear-sessions': async ({ isolate, user, tokens }) => {
      const path = `/api/v1/users/${this.#org.users[user].id}/sessions?oauthTokens=${tokens}`
      return managementOutcome(await this.administer(isolate, 'DELETE', path))
    },
    'revoke-of-user': async ({ isolate, user, app }) => {
      const path = `/api/v1/users/${this.#org.users[user].id}/clients/${this.#org.apps[app].clientId}/tokens`
      return managementOutcome(await this.administer(isolate, 'DELETE', path))
    },
    'revoke-of-client': async ({ isolate, app, server }) => {
      const path = `${this.#server(server)}/clients/${this.#org.apps[app].clientId}/tokens`
      const { json } = await this.administer(isolate, 'GET', `${path}?limit=200`)
      const ids = Array.isArray(json) ? (json as { id: string }[]).map(({ id }) => id) : []
      const answer = await this.administer(isolate, 'DELETE', path)
      return managementOutcome(answer, () => ({ listed: this.#things.ofAuthorizations(ids) }))
    },
  }

  readonly #base = (server: ServerName): string => `/oauth2/${this.#org.servers[server].id}`
  readonly #server = (server: ServerName): string =>
    `/api/v1/authorizationServers/${this.#org.servers[server].id}`

  administer(isolate: number, method: string, path: string, json?: object): Promise<Answer> {
    const headers = { authorization: `SSWS ${API_TOKEN}` }
    return this.#sent(isolate, method, path, { headers, ...(json !== undefined && { json }) })
  }

  async #change(isolate: number, path: string, action: string): Promise<Outcome> {
    const isDeletion = action === 'delete'
    return managementOutcome(
      await this.administer(isolate, isDeletion ? 'DELETE' : 'POST', isDeletion ? path : `${path}/lifecycle/${action}`), // prettier-ignore
    )
  }

  async #token(
    isolate: number,
    app: AppName,
    server: ServerName,
    fields: Record<string, string>,
  ): Promise<Outcome> {
    const answer = await this.#asApp(isolate, app, server, 'token', fields)
    return protocolOutcome(
      answer,
      ({ access_token: access, refresh_token: refresh, token_type: type }) => {
        if (typeof access !== 'string' || type !== 'Bearer') return null
        if (decodeJwt(access)['cid'] !== this.#org.apps[app].clientId) return null
        return {
          access: this.#things.keepAccess(access, { app, server }),
          ...(typeof refresh === 'string' && {
            refresh: this.#things.keep('refresh', refresh, { app, server }),
          }),
        }
      },
    )
  }

  #asApp(
    isolate: number,
    app: AppName,
    server: ServerName,
    endpoint: string,
    fields: Record<string, string>,
  ): Promise<Answer> {
    const { clientId, secret } = this.#org.apps[app]
    const isPublic = secret === ''
    const form = new URLSearchParams({ ...fields, ...(isPublic && { client_id: clientId }) })
    const headers: Record<string, string> = isPublic
      ? {}
      : { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` }
    return this.#sent(isolate, 'POST', `${this.#base(server)}/v1/${endpoint}`, { headers, form })
  }

  async #sent(
    isolate: number,
    method: string,
    path: string,
    {
      headers = {},
      form,
      json,
    }: {
      readonly headers?: Record<string, string>
      readonly form?: URLSearchParams
      readonly json?: object
    } = {},
  ): Promise<Answer> {
    const { origin } = this.#isolates[isolate % this.#isolates.length]!
    const response = await fetch(origin + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(HANGS_MILLISECONDS),
      headers: { ...headers, ...(json !== undefined && { 'content-type': 'application/json' }) },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      ...(form !== undefined && { body: form }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  }
}
