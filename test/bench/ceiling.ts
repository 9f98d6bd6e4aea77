/**
 * The ceiling: a client_credentials endpoint as one would write it on this stack if it had nothing else to do; what
 * remembers more from one request to the next may pass it. HTTP Basic, a hashed secret, form parsing, a scope filter
 * and one signature, with a hundred clients and the keys in isolate memory; no policy, no storage, no rate limit, no
 * log. Documents are strings that stand ready. The product is measured against it in the same run.
 */
import { Hono, type Context } from 'hono'
import { SignJWT, importJWK, type JWK } from 'jose'

interface CeilingEnv {
  /** Private JWKs by algorithm, made anew for each run. */
  readonly SIGNING_KEYS: Readonly<Record<string, JWK>>
  /** Documents, written before. */
  readonly DISCOVERY: string
  readonly JWKS: string
}

interface CeilingClient {
  readonly secretDigest: Uint8Array
  readonly scopes: ReadonlySet<string>
}

interface SigningKey {
  readonly alg: string
  readonly kid: string
  readonly key: CryptoKey | Uint8Array
}

type Ceiling = Context<{ Bindings: CeilingEnv }>

const ISSUER = 'https://ceiling.example'
const AUDIENCE = 'api://bench'
const LIFETIME = 3600
const CLIENT_COUNT = 100
const JSON_NO_STORE = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
}
const JSON_CACHED = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }

const encoder = new TextEncoder()
const clients = new Map<string, CeilingClient>()
const keys = new Map<string, SigningKey>()
let loaded: Promise<void> | undefined

const digest = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)))

async function load(env: CeilingEnv): Promise<void> {
  for (let index = 0; index < CLIENT_COUNT; index++) {
    const secretDigest = await digest(`secret-${index}`)
    clients.set(`client-${index}`, { secretDigest, scopes: new Set(['read', 'write']) })
  }
  for (const [alg, jwk] of Object.entries(env.SIGNING_KEYS)) {
    const key = await importJWK(jwk, alg)
    keys.set(alg.toLowerCase(), { alg, kid: jwk.kid ?? alg, key })
  }
}

const refuse = (error: string, status = 400): Response =>
  new Response(JSON.stringify({ error }), { status, headers: JSON_NO_STORE })

function basicCredentials(authorization: string): { id: string; secret: string } | null {
  if (!/^basic /i.test(authorization)) return null
  try {
    const pair = atob(authorization.slice(6))
    const colon = pair.indexOf(':')
    return {
      id: decodeURIComponent(pair.slice(0, colon)),
      secret: decodeURIComponent(pair.slice(colon + 1)),
    }
  } catch {
    return null
  }
}

async function issueToken(context: Ceiling): Promise<Response> {
  await (loaded ??= load(context.env))
  const signing = keys.get(context.req.param('alg') ?? '')
  if (signing === undefined) return refuse('invalid_request')
  const contentType = context.req.header('content-type') ?? ''
  if (!contentType.startsWith('application/x-www-form-urlencoded')) return refuse('invalid_request')
  const presented = basicCredentials(context.req.header('authorization') ?? '')
  if (presented === null) return refuse('invalid_client', 401)

  const form = new URLSearchParams(await context.req.text())
  if (form.get('grant_type') !== 'client_credentials') return refuse('unsupported_grant_type')
  const client = clients.get(presented.id)
  if (client === undefined) return refuse('invalid_client', 401)
  const secretDigest = await digest(presented.secret)
  if (!crypto.subtle.timingSafeEqual(secretDigest, client.secretDigest))
    return refuse('invalid_client', 401)

  const requested = (form.get('scope') ?? 'read write').split(' ')
  const scope = requested.filter((name) => client.scopes.has(name)).join(' ')
  const iat = Math.floor(Date.now() / 1000)
  const access_token = await new SignJWT({
    iss: ISSUER,
    sub: presented.id,
    aud: AUDIENCE,
    client_id: presented.id,
    scope,
    jti: crypto.randomUUID(),
    iat,
    exp: iat + LIFETIME,
  })
    .setProtectedHeader({ alg: signing.alg, kid: signing.kid, typ: 'at+jwt' })
    .sign(signing.key)
  const body = { access_token, token_type: 'Bearer', expires_in: LIFETIME, scope }
  return new Response(JSON.stringify(body), { headers: JSON_NO_STORE })
}

const app = new Hono<{ Bindings: CeilingEnv }>()
app.post('/:alg/token', (context) => issueToken(context))
app.get('/discovery', ({ env }) => new Response(env.DISCOVERY, { headers: JSON_CACHED }))
app.get('/jwks', ({ env }) => new Response(env.JWKS, { headers: JSON_CACHED }))

export default app
