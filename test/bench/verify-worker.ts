/**
 * The product with one more path, on which tokens are verified over and over within one request, so that what a
 * request costs weighs nothing. Clocks stand still while a Worker runs: the time is taken from outside (verify.ts).
 */
import { importJWK, jwtVerify } from 'jose'
import product, { RevocationFeed as ProductFeed, Verifier } from '../../src/index.ts'
import {
  VERIFY_PATH,
  type VerifyDone,
  type VerifySide,
  type VerifyTokens,
  type VerifyWork,
} from './verify-work.ts'

export { KeyRing, Ledger, Metadata, Subject, Throttle, Verifier } from '../../src/index.ts'

type Check = (token: string) => Promise<boolean>
type Side = (work: VerifyWork, env: Cloudflare.Env, ctx: ExecutionContext) => Promise<Check>

const verifierSide: Side = async ({ issuer, audience }, env, ctx) => {
  const verifier = new Verifier(ctx, env)
  return async (token) => (await verifier.verify(token, { issuer, audience })).valid
}

const SIDES: Readonly<Record<VerifySide, Side>> = {
  jose: async ({ issuer, audience, alg, key }) => {
    const imported = await importJWK(key, alg)
    const options = { issuer, audience, algorithms: [alg], currentDate: new Date() }
    return async (token) => (await jwtVerify(token, imported, options)).payload.iss === issuer
  },
  'Verifier, new': verifierSide,
  'Verifier, again': verifierSide,
  'Verifier, bound': async ({ issuer, audience }, _, { exports }) => {
    const verifier = exports.Verifier
    return async (token) => (await verifier.verify(token, { issuer, audience })).valid
  },
}

/** So few that they stay known. */
const KNOWN = 5

let pulls = 0
const kept = new Map<string, readonly string[]>()
const turns = new Map<string, number>()

/** In turn: of those that are known, or of all, each of which was forgotten since it came last. */
function tokenFor({ side, issuer }: VerifyWork): string {
  const tokens = kept.get(issuer)!
  const turn = turns.get(issuer + side) ?? 0
  turns.set(issuer + side, turn + 1)
  return tokens[turn % (side === 'jose' || side === 'Verifier, new' ? tokens.length : KNOWN)]!
}

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
    if (request.method === 'PUT') {
      const { issuer, tokens }: VerifyTokens = await request.json()
      kept.set(issuer, tokens)
      return new Response()
    }
    const work: VerifyWork = await request.json()
    const check = await SIDES[work.side](work, env, ctx)
    for (let call = 0; call < work.calls; call++) {
      const isGood = await check(tokenFor(work))
      if (!isGood) return new Response('a token that is good was refused', { status: 500 })
    }
    return Response.json({ pulls } satisfies VerifyDone)
  },
} satisfies ExportedHandler<Cloudflare.Env>
