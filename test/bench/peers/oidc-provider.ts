/**
 * oidc-provider with everything in the memory of its process: a client and a resource for each algorithm, so that its
 * access tokens are JWTs as the product's are; one client whose tokens are opaque, because only those can be
 * introspected and used at userinfo; and people who are signed in by being sent to it. It says where it listens as one
 * line of JSON.
 */
import { exportJWK, generateKeyPair } from 'jose'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { ALGORITHMS, byAlgorithm, type Algorithm } from '../algorithms.ts'
import { basic, CALLBACK, type KnownServer } from '../client-flows.ts'
import type { PeerReady, PeerTokens } from '../peer.ts'

type Stored = Readonly<Record<string, unknown>> & { readonly grantId?: string }

/** Its own adapter in memory forgets all but the last thousand. */
const stored = new Map<string, Stored>()
const byUid = new Map<string, string>()
const byGrant = new Map<string, string[]>()

class MemoryAdapter {
  readonly #model: string

  constructor(model: string) {
    this.#model = model
  }

  async upsert(id: string, payload: Stored): Promise<void> {
    const key = `${this.#model}:${id}`
    stored.set(key, payload)
    if (this.#model === 'Session') byUid.set(String(payload['uid']), id)
    const { grantId } = payload
    if (grantId === undefined) return
    const keys = byGrant.get(grantId)
    if (keys === undefined) byGrant.set(grantId, [key])
    else keys.push(key)
  }

  async find(id: string): Promise<Stored | undefined> {
    return stored.get(`${this.#model}:${id}`)
  }

  findByUid(uid: string): Promise<Stored | undefined> {
    return this.find(byUid.get(uid) ?? '')
  }

  findByUserCode(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  async consume(id: string): Promise<void> {
    const key = `${this.#model}:${id}`
    stored.set(key, { ...stored.get(key), consumed: Math.floor(Date.now() / 1000) })
  }

  async destroy(id: string): Promise<void> {
    stored.delete(`${this.#model}:${id}`)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    for (const key of byGrant.get(grantId) ?? []) stored.delete(key)
    byGrant.delete(grantId)
  }
}

const DAY = 24 * 3600
const SECRET = 'secret-of-the-bench-0123456789-abcdefgh'
const OPAQUE = 'opaque'
const STATIC = 'static'
const SCOPE = 'openid profile offline_access read'

const resourceOf = (alg: Algorithm): string => `urn:bench:${alg}`
const algOf = (name: string): Algorithm | undefined =>
  ALGORITHMS.find((alg) => name === alg || name === resourceOf(alg))

const client = (id: string, alg: Algorithm): object => ({
  client_id: id,
  client_secret: SECRET,
  grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
  redirect_uris: [CALLBACK],
  response_types: ['code'],
  id_token_signed_response_alg: alg,
  scope: SCOPE,
})

const keys = await Promise.all(
  ALGORITHMS.map(async (alg) => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true })
    return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `peer-${alg}` }
  }),
)

let people = 0
const server = createServer()
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const provider = new Provider(origin, {
    adapter: MemoryAdapter,
    clients: [
      ...ALGORITHMS.map((alg) => client(alg, alg)),
      client(OPAQUE, 'ES256'),
      client(STATIC, 'ES256'),
    ],
    jwks: { keys },
    scopes: ['openid', 'profile', 'offline_access', 'read'],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
    cookies: { keys: ['a key for the cookies of the benchmark'] },
    pkce: { required: () => false },
    ttl: {
      ClientCredentials: DAY,
      AccessToken: DAY,
      RefreshToken: DAY,
      IdToken: 3600,
      Session: DAY,
      Grant: DAY,
      AuthorizationCode: 300,
      Interaction: 300,
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: (context) => context.oidc.client.clientId !== STATIC,
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({ sub, name: 'Ada Bench', preferred_username: sub }),
    }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    // Everybody has agreed to everything, as in the product.
    loadExistingGrant: async (context) => {
      const { client: asking, session, params } = context.oidc
      const known = session.grantIdFor(asking.clientId)
      if (known !== undefined) return provider.Grant.find(known)
      const grant = new provider.Grant({ accountId: session.accountId, clientId: asking.clientId })
      grant.addOIDCScope(String(params['scope']))
      for (const alg of ALGORITHMS) grant.addResourceScope(resourceOf(alg), 'read')
      await grant.save()
      return grant
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context, { clientId }) =>
          clientId === OPAQUE ? undefined : resourceOf(algOf(clientId) ?? 'ES256'),
        useGrantedResource: () => true,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'read',
          audience: 'api://bench',
          accessTokenTTL: DAY,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: algOf(resource) ?? 'ES256' } },
        }),
      },
    },
  })
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return answer(request, response)
    const result = { login: { accountId: `person-${people++}` } }
    void provider.interactionFinished(request, response, result)
  })
  const known = (id: string): KnownServer => ({
    token: '/token',
    authorize: '/auth',
    userinfo: '/me',
    introspection: '/token/introspection',
    authorization: basic(id, SECRET),
    query: { client_id: id, scope: SCOPE },
    form: {},
  })
  const ready: PeerReady = {
    origin,
    tokens: byAlgorithm((alg): PeerTokens => ({
      request: {
        url: `${origin}/token`,
        authorization: basic(alg, SECRET),
        form: 'grant_type=client_credentials&scope=read',
      },
      issuer: origin,
      audience: 'api://bench',
      jwks: `${origin}/jwks`,
    })),
    discovery: '/.well-known/openid-configuration',
    jwks: '/jwks',
    clients: { rotating: known('ES256'), static: known(STATIC), opaque: known(OPAQUE) },
  }
  console.log(JSON.stringify(ready))
})
