/** better-auth on Node, its tables in SQLite in memory (peers/better-auth.ts). */
import { ClientFlows, documentFlow } from '../client-flows.ts'
import { SIGN_INS, tokenOffers, type Party } from '../party.ts'
import { startPeer } from '../peer.ts'
import type { PreparedRequest } from '../people-load.ts'
import { verifySignature } from '../verification.ts'

const PASSWORD = 'Correct-Horse-7-battery'

const signIn = (at: number): PreparedRequest => ({
  method: 'POST',
  path: '/api/auth/sign-in/email',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ email: `person-${at}@bench.example`, password: PASSWORD }),
})

export async function startBetterAuth(core: number | null): Promise<Party> {
  const peer = await startPeer('better-auth', core)
  const { origin, pid, stop, cookies = [] } = peer
  const app = new ClientFlows(peer.clients['app']!)
  const lasting = await app.given(origin, cookies)
  await verifySignature(peer.endpoints.ES256!, 'ES256', lasting[0]!.access_token)
  const accessTokens = lasting.map(({ access_token }) => access_token)
  return {
    name: 'better-auth',
    origin,
    pid,
    stop,
    lastLines: [],
    offers: {
      ...tokenOffers(peer.endpoints),
      discovery: () => documentFlow(peer.discovery, 'jwks_uri'),
      JWKS: () => documentFlow(peer.jwks, 'keys'),
      'authorize with a session': () => app.authorize(cookies),
      'code redemption': ({ codes }) => app.redeem(codes),
      refresh: ({ refreshTokens }) => app.refresh(refreshTokens, true),
      'refresh, not rotated': 'always rotates them',
      userinfo: () => app.userinfo(accessTokens),
      introspection: () => app.introspect(accessTokens),
      'sign-in': () => ({
        requests: Array.from({ length: SIGN_INS.count }, (_, at) => signIn(at % cookies.length)),
        mode: 'once',
        good: '^HTTP/1\\.1 200 [^]*set-cookie: better-auth\\.session_token=',
        collect: null,
      }),
    },
  }
}
