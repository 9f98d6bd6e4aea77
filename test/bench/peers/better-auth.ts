/**
 * better-auth with its OAuth provider on Node, its tables in SQLite in memory: a resource for each algorithm, so that
 * its access tokens are JWTs, one client, and people with passwords. It says where it listens as one line of JSON.
 */
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DatabaseSync } from 'node:sqlite'
import { ALGORITHMS, byAlgorithm } from '../algorithms.ts'
import { basic, CALLBACK, type KnownServer } from '../client-flows.ts'
import type { PeerReady, PeerTokens } from '../peer.ts'

const PATH = '/api/auth'
const DAY = 24 * 3600
const PASSWORD = 'Correct-Horse-7-battery'
const SCOPE = 'openid profile offline_access read'
const PEOPLE = 8

const resourceOf = (alg: string): string => `https://api.bench.example/${alg}`

const server = createServer()
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
const origin = `http://127.0.0.1:${port}`

const options = {
  baseURL: origin,
  basePath: PATH,
  secret: 'secret-of-the-bench-0123456789-abcdefgh',
  database: new DatabaseSync(':memory:'),
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
  plugins: [
    jwt({
      jwks: {
        keyPairConfig: { alg: 'ES256' },
        keyPairConfigs: [{ alg: 'RS256' }, { alg: 'EdDSA' }],
      },
    }),
    oauthProvider({
      loginPage: '/login',
      consentPage: '/consent',
      scopes: SCOPE.split(' '),
      resources: ALGORITHMS.map((alg) => ({
        identifier: resourceOf(alg),
        signingAlgorithm: alg,
        accessTokenTtl: DAY,
      })),
      clientPrivileges: () => true,
      enforcePerClientResources: false,
      refreshTokenExpiresIn: 30 * DAY,
      silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
    }),
  ],
}
const migrations = await getMigrations(options)
await migrations.runMigrations()
const auth = betterAuth(options)

const cookies: string[] = []
for (let at = 0; at < PEOPLE; at++) {
  const { headers } = await auth.api.signUpEmail({
    body: { email: `person-${at}@bench.example`, password: PASSWORD, name: 'Ada Bench' },
    returnHeaders: true,
  })
  cookies.push(
    headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  )
}
const client = await auth.api.adminCreateOAuthClient({
  headers: new Headers({ cookie: cookies[0]! }),
  body: {
    client_name: 'bench',
    redirect_uris: [CALLBACK],
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    response_types: ['code'],
    client_credentials_scopes: ['read'],
    token_endpoint_auth_method: 'client_secret_basic',
    skip_consent: true,
    require_pkce: false,
  },
})
const { client_id } = client
const authorization = basic(client_id, client.client_secret ?? '')

const known = (resource: Readonly<Record<string, string>>): KnownServer => ({
  token: `${PATH}/oauth2/token`,
  authorize: `${PATH}/oauth2/authorize`,
  userinfo: `${PATH}/oauth2/userinfo`,
  introspection: `${PATH}/oauth2/introspect`,
  authorization,
  query: { client_id, scope: SCOPE, ...resource },
  form: resource,
})
const ready: PeerReady = {
  origin,
  tokens: byAlgorithm((alg): PeerTokens => ({
    request: {
      url: `${origin}${PATH}/oauth2/token`,
      authorization,
      form: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'read',
        resource: resourceOf(alg),
      }).toString(),
    },
    issuer: `${origin}${PATH}`,
    audience: resourceOf(alg),
    jwks: `${origin}${PATH}/jwks`,
  })),
  discovery: `${PATH}/.well-known/openid-configuration`,
  jwks: `${PATH}/jwks`,
  clients: { app: known({ resource: resourceOf('ES256') }) },
  cookies,
}
server.on('request', toNodeHandler(auth))
console.log(JSON.stringify(ready))
