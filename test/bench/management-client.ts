/**
 * The few management requests that a benchmark needs, made over the product's own API as an
 * administrator would make them.
 */

export interface CreatedClient {
  readonly client_id: string
  readonly client_secret?: string
}

/** What is read of an answer. */
interface Created {
  readonly id: string
  readonly credentials: { readonly oauthClient: CreatedClient }
  readonly settings: Json
}

type Json = Readonly<Record<string, unknown>>

export class ManagementClient {
  readonly #base: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(origin: string, apiToken: string) {
    this.#base = `${origin}/api/v1`
    this.#headers = {
      authorization: `SSWS ${apiToken}`,
      accept: 'application/json',
      'content-type': 'application/json',
    }
  }

  #create(path: string, body: Json): Promise<Created> {
    return this.#send('POST', path, body)
  }

  async #send(method: string, path: string, body: Json): Promise<Created> {
    const url = `${this.#base}${path}`
    const answer = await fetch(url, { method, headers: this.#headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok)
      throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`)
    const created: Created = JSON.parse(text)
    return created
  }

  /** A server with nothing below it. */
  async createBareServer(name: string, alg: string): Promise<void> {
    await this.#create('/authorizationServers', {
      name,
      audiences: ['api://bench'],
      credentials: { signing: { alg } },
    })
  }

  /** A server that lets every client have every scope for itself; resolves to its id. */
  async createServer(alg: string, audience: string): Promise<string> {
    const server = await this.#create('/authorizationServers', {
      name: `bench ${alg}`,
      description: `Signs with ${alg}`,
      audiences: [audience],
      credentials: { signing: { rotationMode: 'AUTO', alg } },
    })
    const path = `/authorizationServers/${server.id}`
    await this.#create(`${path}/scopes`, { name: 'read' })
    const policy = await this.#create(`${path}/policies`, {
      type: 'OAUTH_AUTHORIZATION_POLICY',
      status: 'ACTIVE',
      name: 'everyone',
      description: 'Every client',
      priority: 1,
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    })
    await this.#create(`${path}/policies/${policy.id}/rules`, RULE)
    return server.id
  }

  /** An expression that goes into every access token of a server. */
  async createClaim(server: string, name: string, expression: string): Promise<void> {
    await this.#create(`/authorizationServers/${server}/claims`, {
      name,
      claimType: 'RESOURCE',
      valueType: 'EXPRESSION',
      value: expression,
      alwaysIncludeInToken: true,
    })
  }

  /** A service app for client_credentials. */
  async createApp(
    credentials: Json,
    settings: Json = {},
    profile: Json = {},
  ): Promise<CreatedClient> {
    const { credentials: created } = await this.#create('/apps', {
      name: 'oidc_client',
      profile,
      label: `bench ${String(credentials['token_endpoint_auth_method'])}`,
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: credentials },
      settings: {
        oauthClient: {
          application_type: 'service',
          grant_types: ['client_credentials'],
          response_types: ['token'],
          ...settings,
        },
      },
    })
    return created.oauthClient
  }

  /** A web app that everybody has, which refreshes tokens. */
  async createWebApp(redirectUri: string, rotation: 'STATIC' | 'ROTATE'): Promise<CreatedClient> {
    const app = await this.#create('/apps', {
      name: 'oidc_client',
      label: `bench ${rotation}`,
      signOnMode: 'OPENID_CONNECT',
      credentials: {
        oauthClient: {
          token_endpoint_auth_method: 'client_secret_basic',
          pkce_required: false,
        },
      },
      settings: {
        oauthClient: {
          application_type: 'web',
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          redirect_uris: [redirectUri],
          refresh_token: { rotation_type: rotation, leeway: 30 },
        },
      },
    })
    const settings = { ...app.settings, implicitAssignment: true }
    await this.#send('PUT', `/apps/${app.id}`, { ...app, settings })
    return app.credentials.oauthClient
  }

  /** Somebody who can sign in. */
  async createUser(login: string, password: string): Promise<void> {
    await this.#create('/users', {
      profile: { firstName: 'Ada', lastName: 'Bench', email: login, login },
      credentials: { password: { value: password } },
    })
  }
}

const RULE = {
  type: 'RESOURCE_ACCESS',
  name: 'machines and people',
  priority: 1,
  status: 'ACTIVE',
  conditions: {
    people: {
      users: { include: [], exclude: [] },
      groups: { include: ['EVERYONE'], exclude: [] },
    },
    grantTypes: { include: ['client_credentials', 'authorization_code'] },
    scopes: { include: ['*'] },
  },
  actions: {
    token: {
      accessTokenLifetimeMinutes: 60,
      refreshTokenLifetimeMinutes: 0,
      refreshTokenWindowMinutes: 10080,
    },
  },
}
