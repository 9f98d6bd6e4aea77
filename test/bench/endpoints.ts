/**
 * The two sides of the benchmark as token endpoints: the ceiling with keys made for the run, and the
 * product with its migrations applied and an org set up through its management API.
 */
import { exportJWK, generateKeyPair, type CryptoKey, type JSONWebKeySet, type JWK } from 'jose'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Miniflare, V4WorkerOptions } from 'miniflare'
import { unstable_splitSqlQuery } from 'wrangler'
import { ALGORITHMS, byAlgorithm, type Algorithm } from './algorithms.ts'
import { REPOSITORY, readModules } from './bundle.ts'
import { basic } from './client-flows.ts'
import type { TokenRequest } from './load.ts'
import { ManagementClient } from './management-client.ts'
import { readProductConfiguration } from './product-configuration.ts'

export { ALGORITHMS, type Algorithm } from './algorithms.ts'

export interface TokenEndpoint {
  readonly request: TokenRequest
  readonly issuer: string
  readonly audience: string
  readonly jwks: () => Promise<JSONWebKeySet>
}

export type TokenEndpoints = Readonly<Record<Algorithm, TokenEndpoint>>

type NamedWorker = V4WorkerOptions & { readonly name: string }

export const ORIGIN = 'https://bench.example'
const CEILING_ISSUER = 'https://ceiling.example'
const CEILING_DISCOVERY = {
  issuer: CEILING_ISSUER,
  jwks_uri: `${CEILING_ISSUER}/jwks`,
  token_endpoint: `${CEILING_ISSUER}/es256/token`,
  grant_types_supported: ['client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic'],
}
export const AUDIENCE = 'api://bench'
export const API_TOKEN = 'bench-api-token-with-enough-characters-0123456789'
const FORM = 'grant_type=client_credentials&scope=read'

export async function ceilingWorker(
  folder: string,
): Promise<{ worker: NamedWorker; endpoints: (origin: string) => TokenEndpoints }> {
  const signingKeys: Record<string, JWK> = {}
  const publicKeys: JWK[] = []
  for (const alg of ALGORITHMS) {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const kid = `ceiling-${alg}`
    signingKeys[alg] = { ...(await exportJWK(privateKey)), kid, alg }
    publicKeys.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' })
  }
  const endpoint = (origin: string, path: string): TokenEndpoint => ({
    request: {
      url: `${origin}/${path}/token`,
      authorization: basic('client-42', 'secret-42'),
      form: FORM,
    },
    issuer: CEILING_ISSUER,
    audience: AUDIENCE,
    jwks: async () => ({ keys: publicKeys }),
  })
  return {
    worker: {
      name: 'ceiling',
      compatibilityDate: readProductConfiguration().compatibility_date,
      ...readModules(folder, 'ceiling.js'),
      // JSON has no shape of its own in the type of a binding.
      bindings: {
        SIGNING_KEYS: JSON.parse(JSON.stringify(signingKeys)),
        DISCOVERY: JSON.stringify(CEILING_DISCOVERY),
        JWKS: JSON.stringify({ keys: publicKeys }),
      },
    },
    endpoints: (origin) => byAlgorithm((alg) => endpoint(origin, alg.toLowerCase())),
  }
}

/** The product's bindings as its configuration has them, with settings for the benchmark. */
export function productWorker(name: string, folder: string, main: string): NamedWorker {
  const configuration = readProductConfiguration()
  const objects = configuration.durable_objects.bindings
  return {
    name,
    compatibilityDate: configuration.compatibility_date,
    compatibilityFlags: configuration.compatibility_flags ?? [],
    ...readModules(folder, main),
    bindings: {
      ORIGIN,
      OUTBOUND_ALLOWED_ORIGINS: '',
      // Rate limits are part of the measured path, but must not refuse a benchmark.
      RATE_LIMIT_PER_MINUTE: '1000000000',
      KEY_ENCRYPTION_KEY: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString(
        'base64',
      ),
      BOOTSTRAP_API_TOKEN: API_TOKEN,
      BOOTSTRAP_ADMIN_LOGIN: 'admin@bench.example',
      BOOTSTRAP_ADMIN_PASSWORD: 'Bench-Password-0123456789',
    },
    d1Databases: configuration.d1_databases.map(({ binding }) => binding),
    durableObjects: Object.fromEntries(
      objects.map(({ name: binding, class_name: className }) => [
        binding,
        { className, useSQLite: true },
      ]),
    ),
  }
}

export async function applyMigrations(miniflare: Miniflare): Promise<void> {
  for (const { binding, migrations_dir: folder } of readProductConfiguration().d1_databases) {
    const database = await miniflare.getD1Database(binding)
    const files = readdirSync(join(REPOSITORY, folder)).filter((file) => file.endsWith('.sql'))
    for (const file of files.toSorted()) {
      const sql = readFileSync(join(REPOSITORY, folder, file), 'utf8')
      for (const statement of unstable_splitSqlQuery(sql)) await database.prepare(statement).run()
    }
  }
}

/** What goes into the tokens beside what every token has. */
export interface SetUp {
  readonly profile?: Readonly<Record<string, unknown>>
  readonly claims?: readonly (readonly [name: string, expression: string])[]
}

/** One authorization server for each algorithm and one client with a secret for all. */
export async function setUpProduct(
  origin: string,
  { profile, claims = [] }: SetUp = {},
): Promise<TokenEndpoints> {
  const management = new ManagementClient(origin, API_TOKEN)
  const credentials = { token_endpoint_auth_method: 'client_secret_basic' }
  const { client_id, client_secret } = await management.createApp(credentials, {}, profile)
  const authorization = basic(client_id, client_secret ?? '')
  const endpointFor = async (alg: Algorithm): Promise<TokenEndpoint> => {
    const id = await management.createServer(alg, AUDIENCE)
    for (const [name, expression] of claims) await management.createClaim(id, name, expression)
    return {
      request: { url: `${origin}/oauth2/${id}/v1/token`, authorization, form: FORM },
      issuer: `${ORIGIN}/oauth2/${id}`,
      audience: AUDIENCE,
      jwks: async () => {
        const answer = await fetch(`${origin}/oauth2/${id}/v1/keys`)
        const keys: JSONWebKeySet = JSON.parse(await answer.text())
        return keys
      },
    }
  }
  const endpoints: [Algorithm, TokenEndpoint][] = []
  for (const alg of ALGORITHMS) endpoints.push([alg, await endpointFor(alg)])
  return Object.fromEntries(endpoints) as TokenEndpoints
}

/** A client that authenticates with assertions, and its private key. */
export async function createAssertionClient(
  origin: string,
): Promise<{ clientId: string; privateKey: CryptoKey }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench-client', alg: 'ES256', use: 'sig' }
  const { client_id } = await new ManagementClient(origin, API_TOKEN).createApp(
    { token_endpoint_auth_method: 'private_key_jwt' },
    { jwks: { keys: [jwk] } },
  )
  return { clientId: client_id, privateKey }
}
