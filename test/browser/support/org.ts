/** What the tests make in an org through its management API: people, apps, scopes that ask for consent. */
import { inject } from 'vitest'
import type { Json } from '../../json.ts'
import { API_TOKEN } from '../../e2e/product.ts'

export const PASSWORD = 'Correct-Horse-7-battery'

let names = 0
const unique = (name: string): string => `${name}-${process.pid}-${++names}`

/** An org at an address; with TLS the address is not the one that it listens at. */
export class Org {
  readonly #listening: string
  constructor(listening: string) {
    this.#listening = listening
  }

  async call(method: string, path: string, body?: Json): Promise<Json> {
    const response = await fetch(this.#listening + path, {
      method,
      headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : (JSON.parse(text) as Json)
  }

  /** An active user with {@link PASSWORD}. */
  async person(profile: Json = {}): Promise<Person> {
    const login = `${unique('ada')}@people.example`
    const user = await this.call('POST', '/api/v1/users', {
      profile: { firstName: 'Ada', lastName: 'Lovelace', email: login, login, ...profile },
      credentials: { password: { value: PASSWORD } },
    })
    return { id: user['id'], login: user['profile']['login'] }
  }

  /** An app that everybody has: with a secret, over Basic unless it says otherwise, or public and bound to PKCE. */
  async app(
    redirectUris: readonly string[],
    {
      label = unique('app'),
      isPublic = false,
      authMethod = isPublic ? 'none' : 'client_secret_basic',
      ...oauthClient
    }: AppOptions = {},
  ): Promise<App> {
    const app = await this.call('POST', '/api/v1/apps', {
      name: 'oidc_client',
      label,
      signOnMode: 'OPENID_CONNECT',
      credentials: {
        oauthClient: {
          token_endpoint_auth_method: authMethod,
          pkce_required: isPublic,
        },
      },
      settings: {
        oauthClient: {
          application_type: isPublic ? 'browser' : 'web',
          grant_types: ['authorization_code', 'implicit'],
          response_types: ['code', 'token', 'id_token'],
          redirect_uris: redirectUris,
          ...oauthClient,
        },
      },
    })
    await this.call('PUT', `/api/v1/apps/${app['id']}`, {
      ...app,
      settings: { ...app['settings'], implicitAssignment: true },
    })
    const { client_id: clientId, client_secret: clientSecret } = app['credentials']['oauthClient']
    return { clientId, clientSecret, label }
  }

  /** A page of this origin is trusted with these uses, which are Okta's types of a trusted origin. */
  async trust(origin: string, ...types: readonly string[]): Promise<void> {
    const scopes = types.map((type) => ({ type }))
    await this.call('POST', '/api/v1/trustedOrigins', { name: origin, origin, scopes })
  }

  /** A scope of the default server. */
  async scope(scope: Json): Promise<string> {
    const name = unique('scope').replaceAll('-', '.')
    await this.call('POST', '/api/v1/authorizationServers/default/scopes', { name, ...scope })
    return name
  }
}

export interface Person {
  readonly id: string
  readonly login: string
}

export interface AppOptions extends Json {
  readonly label?: string
  readonly isPublic?: boolean
  readonly authMethod?: string
}

export interface App {
  readonly clientId: string
  readonly clientSecret: string
  readonly label: string
}

/** The one that serves all tests but those of TLS. */
export const org = (): Org => new Org(inject('origin'))

/** An authorization request at the org server or, with `default`, the other one. */
export function authorizeUrl(
  origin: string,
  { clientId }: App,
  redirectUri: string,
  parameters: Readonly<Record<string, string>> = {},
  server: 'org' | 'default' = 'org',
): string {
  const base = server === 'org' ? `${origin}/oauth2` : `${origin}/oauth2/default`
  return `${base}/v1/authorize?${new URLSearchParams({
    client_id: clientId,
    response_type: 'code',
    scope: 'openid',
    redirect_uri: redirectUri,
    state: unique('state'),
    nonce: unique('nonce'),
    ...parameters,
  }).toString()}`
}
