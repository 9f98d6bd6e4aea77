/**
 * The product as the OpenID conformance plans meet it: `npm start` behind an https origin, a person with every standard
 * claim, and apps for whoever runs a module. Only addresses of the org can be reached, as from behind its load balancer.
 */
import { exportJWK, generateKeyPair } from 'jose'
import type { Json } from '../../json.ts'
import { API_TOKEN, freePort, remove, startProduct, temporaryFolder } from '../product.ts'

export const ORIGIN = 'https://login.conformance.example'
export const CALLBACK = 'https://rp.conformance.example/callback'
export const PASSWORD = 'Correct-Horse-7-battery'

export const KINDS = ['org', 'custom'] as const
export type Kind = (typeof KINDS)[number]

export interface Person {
  readonly id: string
  readonly login: string
}

export interface App {
  readonly clientId: string
  readonly secret: string
  readonly method: 'client_secret_basic' | 'client_secret_post'
  readonly redirectUri: string
  /** Signs its request objects. */
  readonly key: CryptoKey
}

export interface Deployment {
  readonly issuers: Readonly<Record<Kind, string>>
  /** The path of the custom server in the management API. */
  readonly server: string
  readonly send: (url: string | URL, init?: RequestInit) => Promise<Response>
  /** A management call that must succeed. */
  readonly api: (method: string, path: string, body?: unknown) => Promise<Json>
  readonly stop: () => Promise<void>
}

export async function deploy(): Promise<Deployment> {
  const folder = temporaryFolder()
  const product = await startProduct(folder, await freePort(), { ORIGIN })
  const send = (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { href } = new URL(url)
    if (!href.startsWith(`${ORIGIN}/`)) throw new Error(`${href} is no address of the org`)
    return fetch(product.origin + href.slice(ORIGIN.length), { redirect: 'manual', ...init })
  }
  const api = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const response = await send(ORIGIN + path, {
      method,
      headers: { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? {} : (JSON.parse(text) as Json)
  }
  await api('POST', '/api/v1/meta/schemas/user/default', CUSTOM_ATTRIBUTES)
  const { id, issuer } = await customServer(api)
  return {
    issuers: { org: ORIGIN, custom: issuer },
    server: `/api/v1/authorizationServers/${id}`,
    send,
    api,
    async stop() {
      await product.kill()
      remove(folder)
    },
  }
}

const attribute = (title: string): Json => ({ title, type: 'string' })

const CUSTOM_ATTRIBUTES = {
  definitions: {
    custom: {
      properties: {
        picture: attribute('Picture'),
        website: attribute('Website'),
        gender: attribute('Gender'),
        birthdate: attribute('Date of birth'),
      },
    },
  },
}

/** A server with a rule that lets everybody in, by whatever response type. */
async function customServer(api: Deployment['api']): Promise<Json> {
  const server = await api('POST', '/api/v1/authorizationServers', {
    name: 'conformance',
    description: 'for the plans',
    audiences: ['api://conformance'],
  })
  const path = `/api/v1/authorizationServers/${server['id']}`
  await api('POST', `${path}/scopes`, { name: 'ledger', consent: 'REQUIRED' })
  const policy = await api('POST', `${path}/policies`, {
    type: 'OAUTH_AUTHORIZATION_POLICY',
    name: 'everybody',
    description: 'for the plans',
    conditions: { clients: { include: ['ALL_CLIENTS'] } },
  })
  await api('POST', `${path}/policies/${policy['id']}/rules`, {
    type: 'RESOURCE_ACCESS',
    name: 'everything',
    conditions: {
      people: {
        users: { include: [], exclude: [] },
        groups: { include: ['EVERYONE'], exclude: [] },
      },
      grantTypes: { include: ['authorization_code', 'implicit'] },
      scopes: { include: ['*'] },
    },
    actions: {
      token: {
        accessTokenLifetimeMinutes: 60,
        refreshTokenLifetimeMinutes: 0,
        refreshTokenWindowMinutes: 10080,
      },
    },
  })
  return server
}

let count = 0

/** The value of every claim of the scopes `profile`, `email`, `address` and `phone` that a profile holds. */
const PROFILE = {
  firstName: 'Ada',
  middleName: 'Augusta',
  lastName: 'Lovelace',
  displayName: 'Ada Lovelace',
  nickName: 'Countess',
  profileUrl: 'https://people.example/ada',
  picture: 'https://people.example/ada.png',
  website: 'https://ada.example',
  gender: 'female',
  birthdate: '1815-12-10',
  timezone: 'Europe/London',
  locale: 'en_GB',
  primaryPhone: '+44 20 7946 0000',
  streetAddress: '12 St James’s Square',
  city: 'London',
  state: 'Greater London',
  zipCode: 'SW1Y 4JH',
  countryCode: 'GB',
}

export async function aPerson({ api }: Deployment): Promise<Person> {
  const login = `ada-${++count}@people.example`
  const user = await api('POST', '/api/v1/users', {
    profile: { ...PROFILE, login, email: login },
    credentials: { password: { value: PASSWORD } },
  })
  return { id: user['id'], login }
}

/** A confidential web app that everybody has. Its id and secret are of what must be encoded over Basic. */
export async function anApp(
  { api }: Deployment,
  method: App['method'],
  oauthClient: Json = {},
  redirectUri = CALLBACK,
): Promise<App> {
  const clientId = `conformance+(${++count})!`
  const secret = `100%25 secret/+&=?: "${count}"`
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  await api('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: `Conformance ${count}`,
    signOnMode: 'OPENID_CONNECT',
    credentials: {
      oauthClient: {
        client_id: clientId,
        client_secret: secret,
        token_endpoint_auth_method: method,
        pkce_required: false,
      },
    },
    settings: {
      implicitAssignment: true,
      oauthClient: {
        application_type: 'web',
        grant_types: ['authorization_code', 'implicit', 'refresh_token'],
        response_types: ['code', 'token', 'id_token'],
        redirect_uris: [redirectUri],
        jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'requests', use: 'sig' }] },
        ...oauthClient,
      },
    },
  })
  return { clientId, secret, method, redirectUri, key: privateKey }
}
