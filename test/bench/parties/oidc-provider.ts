/** oidc-provider on Node, with everything in memory (peers/oidc-provider.ts). */
import { ON_OUR_NODE } from '../cells.ts'
import { ClientFlows, documentFlow } from '../client-flows.ts'
import { startPeer } from '../peer.ts'
import { noOffers, tokenOffers, type Party } from '../party.ts'
import { signedIn } from './redirects.ts'
import { verifySignature } from '../verification.ts'

const PEOPLE = 24

export async function startOidcProvider(core: number | null): Promise<Party> {
  const peer = await startPeer('oidc-provider', core)
  const { origin, pid, stop, clients, endpoints } = peer
  const flows = (name: string): ClientFlows => new ClientFlows(clients[name]!)
  const [rotating, unrotating, opaque] = [flows('rotating'), flows('static'), flows('opaque')]
  const cookies: string[] = []
  while (cookies.length < PEOPLE)
    cookies.push(await signedIn(origin, rotating.authorizeRequest('').path))
  const lasting = await unrotating.given(origin, cookies)
  await verifySignature(endpoints.ES256!, 'ES256', lasting[0]!.access_token)
  const opaqueTokens = (await opaque.given(origin, cookies)).map(({ access_token }) => access_token)
  return {
    name: 'oidc-provider',
    origin,
    pid,
    stop,
    lastLines: [],
    offers: {
      ...tokenOffers(endpoints),
      discovery: () => documentFlow(peer.discovery, 'jwks_uri'),
      JWKS: () => documentFlow(peer.jwks, 'keys'),
      'authorize with a session': () => rotating.authorize(cookies),
      'code redemption': ({ codes }) => rotating.redeem(codes),
      refresh: ({ refreshTokens }) => rotating.refresh(refreshTokens, true),
      'refresh, not rotated': () =>
        unrotating.refresh(
          lasting.map(({ refresh_token }) => refresh_token),
          false,
        ),
      userinfo: () => opaque.userinfo(opaqueTokens),
      introspection: () => opaque.introspect(opaqueTokens),
      'sign-in': 'no passwords itself',
    },
  }
}

/** The same on the Node that we run on, for tokens alone: as fast as it can be, and not as its makers support it. */
export async function startOidcProviderOnOurNode(core: number | null): Promise<Party> {
  const { origin, pid, stop, endpoints } = await startPeer('oidc-provider', core, process.execPath)
  const offers = { ...noOffers(null), ...tokenOffers(endpoints) }
  return { name: ON_OUR_NODE, origin, pid, stop, lastLines: [], offers }
}
