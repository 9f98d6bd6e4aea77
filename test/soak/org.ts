/** The org of one history, made anew through the management API: two people, three apps, two authorization servers. */
import {
  APP_FACTS,
  APPS,
  SERVER_FACTS,
  SERVERS,
  USERS,
  type AppName,
  type Key,
  type ServerName,
  type UserName,
} from './vocabulary.ts'

export const CALLBACK = 'https://app.example/callback'
export const PASSWORD = 'Correct-Horse-7-battery'

export type Administer = (method: string, path: string, body?: unknown) => Promise<Response>

export interface Org {
  readonly users: Readonly<Record<UserName, { readonly id: string; readonly login: string }>>
  /** An empty secret: a public client. */
  readonly apps: Readonly<
    Record<AppName, { readonly id: string; readonly clientId: string; readonly secret: string }>
  >
  readonly servers: Readonly<
    Record<ServerName, { readonly id: string; readonly keys: readonly Key[] }>
  >
}

interface Made {
  readonly id: string
  readonly credentials: {
    readonly oauthClient: { readonly client_id: string; readonly client_secret?: string }
  }
}

const OAUTH_CLIENTS: Readonly<Record<AppName, object>> = {
  shop: {
    application_type: 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [CALLBACK],
    refresh_token: { rotation_type: 'ROTATE', leeway: 30 },
  },
  notes: {
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token', 'password'],
    response_types: ['code'],
    redirect_uris: [CALLBACK],
    refresh_token: { rotation_type: 'STATIC', leeway: 0 },
  },
  worker: {
    application_type: 'service',
    grant_types: ['client_credentials'],
    response_types: ['token'],
  },
}

export async function makeOrg(administer: Administer): Promise<Org> {
  const run = crypto.randomUUID().slice(0, 13)
  const made = async (path: string, body: object): Promise<Made> => {
    const response = await administer('POST', path, body)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Made
  }
  const user = async (name: UserName) => {
    const login = `${name}-${run}@example.com`
    const profile = { firstName: name, lastName: 'of a soak', email: login, login }
    const body = { profile, credentials: { password: { value: PASSWORD } } }
    return { id: (await made('/api/v1/users?activate=true', body)).id, login }
  }
  const app = async (name: AppName) => {
    const method = APP_FACTS[name].grants.includes('password') ? 'none' : 'client_secret_basic'
    const { id, credentials } = await made('/api/v1/apps', {
      name: 'oidc_client',
      label: `${name} ${run}`,
      signOnMode: 'OPENID_CONNECT',
      credentials: { oauthClient: { token_endpoint_auth_method: method } },
      settings: { implicitAssignment: name !== 'worker', oauthClient: OAUTH_CLIENTS[name] },
    })
    const { client_id: clientId, client_secret: secret = '' } = credentials.oauthClient
    return { id, clientId, secret }
  }
  const server = async (name: ServerName) => {
    const { accessTokenSeconds, refreshTokenSeconds, refreshWindowSeconds } = SERVER_FACTS[name]
    const { id } = await made('/api/v1/authorizationServers', {
      name: `${name} ${run}`,
      description: 'of a soak',
      audiences: [`api://${name}`],
      credentials: { signing: { alg: 'ES256', rotationMode: 'MANUAL' } },
    })
    const path = `/api/v1/authorizationServers/${id}`
    await made(`${path}/scopes`, { name: 'read' })
    const policy = await made(`${path}/policies`, {
      type: 'OAUTH_AUTHORIZATION_POLICY',
      name: 'all',
      description: 'all clients',
      conditions: { clients: { include: ['ALL_CLIENTS'] } },
    })
    await made(`${path}/policies/${policy.id}/rules`, {
      type: 'RESOURCE_ACCESS',
      name: 'all',
      conditions: {
        people: {
          users: { include: [], exclude: [] },
          groups: { include: ['EVERYONE'], exclude: [] },
        },
        grantTypes: { include: ['authorization_code', 'password', 'client_credentials'] },
        scopes: { include: ['*'] },
      },
      actions: {
        token: {
          accessTokenLifetimeMinutes: accessTokenSeconds / 60,
          refreshTokenLifetimeMinutes: refreshTokenSeconds / 60,
          refreshTokenWindowMinutes: refreshWindowSeconds / 60,
        },
      },
    })
    const keys = (await (await administer('GET', `${path}/credentials/keys`)).json()) as Key[]
    return { id, keys }
  }
  const each = async <K extends string, V>(names: readonly K[], make: (name: K) => Promise<V>) =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await make(name)] as const)),
    ) as Record<K, V>
  const [users, apps, servers] = await Promise.all([
    each(USERS, user),
    each(APPS, app),
    each(SERVERS, server),
  ])
  return { users, apps, servers }
}
