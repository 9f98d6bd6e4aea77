/** Bodies of apps, what the API says when it refuses one, and apps that administer. */
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { expect } from 'vitest'
import {
  aKeyedClient,
  answered,
  api,
  assertion,
  ASSERTION_TYPE,
  made,
  ORIGIN,
  post,
  unique,
  type Json,
  type KeyedClient,
} from './support.ts'

export const APPS = '/api/v1/apps'

export const anApp = (oauthClient: Json = {}, credentials: Json = {}, rest: Json = {}): Json => ({
  name: 'oidc_client',
  label: unique('app'),
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: credentials },
  settings: {
    oauthClient: {
      application_type: 'service',
      grant_types: ['client_credentials'],
      response_types: ['token'],
      ...oauthClient,
    },
  },
  ...rest,
})

export const aWebApp = (oauthClient: Json = {}, credentials: Json = {}): Json =>
  anApp(
    {
      application_type: 'web',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['https://app.example/callback'],
      ...oauthClient,
    },
    credentials,
  )

export const create = (body: Json, query = ''): Promise<Json> =>
  made(200, 'POST', APPS + query, body)

/** The causes of an E0000001, in one text. */
export async function refusal(method: string, path: string, body?: Json): Promise<string> {
  const [status, error] = await answered(await api(method, path, body))
  expect([status, error['errorCode']]).toEqual([400, 'E0000001'])
  return error['errorCauses'].map((cause: Json) => cause['errorSummary']).join('; ')
}

export const secretsPath = (id: string): string => `${APPS}/${id}/credentials/secrets`
export const keysPath = (id: string): string => `${APPS}/${id}/credentials/jwks`

export async function aPublicJwk(alg = 'ES256'): Promise<JWK> {
  const { publicKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(publicKey)), kid: unique('kid'), alg, use: 'sig' }
}

/** The statuses of calls made at the same time, in order of size. */
export const statuses = async (calls: readonly Promise<Response>[]): Promise<readonly number[]> =>
  (await Promise.all(calls)).map(({ status }) => status).sort()

export const grantsPath = (id: string): string => `/api/v1/apps/${id}/grants`
export const rolesPath = (clientId: string): string => `/oauth2/v1/clients/${clientId}/roles`

export const grant = (id: string, scopeId: string): Promise<Json> =>
  made(201, 'POST', grantsPath(id), { scopeId, issuer: ORIGIN })

export const assign = (clientId: string, type: string): Promise<Json> =>
  made(200, 'POST', rolesPath(clientId), { type })

/** A token of the org server. */
export async function orgToken(client: KeyedClient, scope: string): Promise<Response> {
  const { privateKey, jwk } = client
  const audience = `${ORIGIN}/oauth2/v1/token`
  return post('/oauth2/v1/token', {
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(client, privateKey, audience, {}, { kid: jwk.kid }),
  })
}

export async function bearer(client: KeyedClient, scope: string): Promise<string> {
  const token = (await (await orgToken(client, scope)).json()) as Json
  return `Bearer ${token['access_token']}`
}

/** An app with scopes and a role, and its Authorization value. */
export async function anAdministrator(role: string, ...scopes: readonly string[]): Promise<string> {
  const client = await aKeyedClient()
  for (const scope of scopes) await grant(client.id, scope)
  await assign(client.clientId, role)
  return bearer(client, scopes.join(' '))
}
