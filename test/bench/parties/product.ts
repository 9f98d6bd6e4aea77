/** The product, set up over its own management API. */
import { ALGORITHMS, applyMigrations, productWorker, setUpProduct } from '../endpoints.ts'
import { documentFlow } from '../client-flows.ts'
import { tokenOffers, type Party } from '../party.ts'
import { SIGN_INS } from '../party.ts'
import { setUpPeople } from '../people-flows.ts'
import type { BenchRun } from '../run.ts'
import { startServer, type BenchServer } from '../server.ts'
import { verifySignature, verifyToken } from '../verification.ts'

const PEOPLE = 24

export async function startProduct(
  { product, main, pinning }: BenchRun,
  inspect = false,
): Promise<Party & { server: BenchServer }> {
  const worker = productWorker('product', product, main)
  const server = await startServer({ worker, core: pinning?.server ?? null, inspect })
  const { origin, pid, lastLines, stop } = server
  try {
    await applyMigrations(server.miniflare)
    const endpoints = await setUpProduct(origin)
    for (const alg of ALGORITHMS) await verifyToken(endpoints[alg], alg)
    const { cookies, flows, signIn } = await setUpPeople(origin, endpoints.ES256, PEOPLE)
    const lasting = await flows.STATIC.given(origin, cookies)
    await verifySignature(endpoints.ES256, 'ES256', lasting[0]!.access_token)
    const accessTokens = lasting.map(({ access_token }) => access_token)
    const { pathname } = new URL(endpoints.ES256.issuer)
    return {
      name: 'product',
      origin,
      pid,
      lastLines,
      stop,
      server,
      offers: {
        ...tokenOffers(endpoints),
        discovery: () => documentFlow(`${pathname}/.well-known/openid-configuration`, 'jwks_uri'),
        JWKS: () => documentFlow(`${pathname}/v1/keys`, 'keys'),
        'authorize with a session': () => flows.ROTATE.authorize(cookies),
        'code redemption': ({ codes }) => flows.ROTATE.redeem(codes),
        refresh: ({ refreshTokens }) => flows.ROTATE.refresh(refreshTokens, true),
        'refresh, not rotated': () =>
          flows.STATIC.refresh(
            lasting.map(({ refresh_token }) => refresh_token),
            false,
          ),
        userinfo: () => flows.ROTATE.userinfo(accessTokens),
        introspection: () => flows.ROTATE.introspect(accessTokens),
        'sign-in': () => signIn(SIGN_INS.count),
      },
    }
  } catch (error) {
    console.error(lastLines.join('\n'))
    await stop()
    throw error
  }
}
