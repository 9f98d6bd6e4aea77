/**
 * workers-oauth-provider as one Worker with its grants in KV. It has no people of its own: whoever comes to the
 * authorization endpoint is let in as somebody new.
 */
import { OAuthProvider, type OAuthHelpers } from '@cloudflare/workers-oauth-provider'
import { countedKv, KV_OPERATIONS_PATH, kvOperations } from './counted-kv.ts'

interface ProviderEnv {
  readonly OAUTH_KV: KVNamespace
  readonly OAUTH_PROVIDER: OAuthHelpers
}

const CLIENT_PATH = '/bench/client'
const SCOPES = ['read', 'offline_access']

const provider = new OAuthProvider<ProviderEnv>({
  apiRoute: '/api',
  apiHandler: { fetch: async () => new Response('ok') },
  defaultHandler: {
    async fetch(request, { OAUTH_PROVIDER }) {
      const url = new URL(request.url)
      if (url.pathname === CLIENT_PATH) {
        const redirectUris = url.searchParams.getAll('redirect_uri')
        return Response.json(await OAUTH_PROVIDER.createClient({ redirectUris }))
      }
      const asked = await OAUTH_PROVIDER.parseAuthRequest(request)
      const { redirectTo } = await OAUTH_PROVIDER.completeAuthorization({
        request: asked,
        userId: crypto.randomUUID(),
        metadata: {},
        scope: asked.scope,
        props: { name: 'Ada Bench' },
      })
      return new Response(null, { status: 302, headers: { location: redirectTo } })
    },
  },
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/token',
  scopesSupported: SCOPES,
  resourceMetadata: {
    resource: 'https://bench.example/api',
    authorization_servers: ['https://bench.example'],
  },
})

let counted: ProviderEnv | undefined

export default {
  async fetch(request: Request, env: ProviderEnv, context: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname === KV_OPERATIONS_PATH) return kvOperations()
    counted ??= { ...env, OAUTH_KV: countedKv(env.OAUTH_KV) }
    return provider.fetch(request, counted, context)
  },
}
