/**
 * The product with one more path, on which tokens are verified over and over within one request, so that what a
 * request costs weighs nothing. Clocks stand still while a Worker runs: the time is taken from outside (verify.ts).
 */
import { importJWK, jwtVerify } from 'jose'
import product, { RevocationFeed as ProductFeed, Verifier } from '../../src/index.ts'
import { VERIFY_PATH, type VerifyDone, type VerifySide, type VerifyWork } from './verify-work.ts'

export { KeyRing, Ledger, Metadata, Subject, Throttle, Verifier } from '../../src/index.ts'

type Check = (token: string) => Promise<boolean>
type Side = (work: VerifyWork, env: Cloudflare.Env, ctx: ExecutionContext) => Promise<Check>

const SIDES: Readonly<Record<VerifySide, Side>> = {
  jose: async ({ issuer, audience, alg, key }) => {
    const imported = await importJWK(key, alg)
    const options = { issuer, audience, algorithms: [alg], currentDate: new Date() }
    return async (token) => (await jwtVerify(token, imported, options)).payload.iss === issuer
  },
  Verifier: async ({ issuer, audience }, env, ctx) => {
    const verifier = new Verifier(ctx, env)
    return async (token) => (await verifier.verify(token, { issuer, audience })).valid
  },
  'Verifier, bound': async ({ issuer, audience }, _, { exports }) => {
    const verifier = exports.Verifier
    return async (token) => (await verifier.verify(token, { issuer, audience })).valid
  },
}

let pulls = 0

/** Counts its readers: objects and their callers share one isolate here. */
export class RevocationFeed extends ProductFeed {
  override since(...asked: Parameters<ProductFeed['since']>): ReturnType<ProductFeed['since']> {
    pulls++
    return super.since(...asked)
  }
}

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== VERIFY_PATH) return product.fetch(request, env, ctx)
    const work: VerifyWork = await request.json()
    const check = await SIDES[work.side](work, env, ctx)
    for (let call = 0; call < work.calls; call++) {
      const isGood = await check(work.tokens[call % work.tokens.length]!)
      if (!isGood) return new Response('a token that is good was refused', { status: 500 })
    }
    return Response.json({ pulls } satisfies VerifyDone)
  },
} satisfies ExportedHandler<Cloudflare.Env>
