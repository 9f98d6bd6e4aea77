/**
 * Middleware for Hono in front of an API: a request goes on only with an access token that is good for it, and what
 * the token says is `c.get('accessToken')` then. A verifier is whatever gives a verdict, so that it may be the
 * `Verifier` of a service binding as well as an OfflineVerifier.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { nowSeconds } from '../platform/clock.ts'
import {
  broken,
  missing,
  refusal,
  schemesOf,
  type Challenged,
  type ChallengeOptions,
  type Scheme,
} from './challenge.ts'
import { UsedProofs } from './used-proofs.ts'
import {
  checkExpected,
  refused,
  type DPoP,
  type Expected,
  type Verdict,
  type VerifiedToken,
} from './verdict.ts'

export interface AccessTokenVariables {
  accessToken: VerifiedToken
}

type VerifierContext<Bindings extends object> = Context<{
  Bindings: Bindings
  Variables: AccessTokenVariables
}>

export interface RequireOptions<Bindings extends object>
  extends Omit<Expected, 'dpop'>, ChallengeOptions {
  /**
   * For example `(token, expected, c) => c.env.VERIFIER.verify(token, expected)`. What is expected holds the proof of a
   * token that is bound to a key.
   */
  readonly verify: (
    token: string,
    expected: Expected,
    c: VerifierContext<Bindings>,
  ) => Promise<Verdict>
  /** Of the API as its clients call it, where requests arrive under another one: a DPoP proof names it. */
  readonly origin?: string
}

const SCHEMES: Readonly<Record<Scheme, RegExp>> = { Bearer: /^Bearer( |$)/i, DPoP: /^DPoP( |$)/i }

/** RFC 6750 §2.1, RFC 9449 §7.1: the token in the header, and nowhere else. */
const TOKEN = /^[a-z]+ {1,8}([A-Za-z0-9\-._~+/]+=*)$/i

/** Of all middlewares in this isolate, since an API may have one for each of its routes. */
const usedProofs = new UsedProofs()

/** Throws TypeError when issuer or audience are not configured. */
export function requireAccessToken<Bindings extends object>({
  verify,
  realm,
  resourceMetadata,
  dpop,
  origin,
  ...expected
}: RequireOptions<Bindings>): MiddlewareHandler<{
  Bindings: Bindings
  Variables: AccessTokenVariables
}> {
  checkExpected(expected)
  const options: ChallengeOptions = {
    ...(realm !== undefined && { realm }),
    ...(resourceMetadata !== undefined && { resourceMetadata }),
    ...(dpop !== undefined && { dpop }),
  }
  const publicOrigin = origin === undefined ? null : new URL(origin).origin
  return async (c, next) => {
    const header = c.req.header('authorization') ?? ''
    const scheme = schemesOf(options).find((one) => SCHEMES[one].test(header))
    if (scheme === undefined) return answer(missing(expected, options))
    const token = TOKEN.exec(header)?.[1]
    if (token === undefined) return answer(broken(scheme, options))
    const demanded: Expected =
      scheme === 'DPoP' ? { ...expected, dpop: proofOf(c, publicOrigin) } : expected
    const verdict = await verify(token, demanded, c)
      .then((given) => usedOnce(proven(given, demanded), c.req.raw))
      .catch(() => refused('unavailable'))
    if (!verdict.valid) return answer(refusal(verdict.reason, scheme, expected, options))
    c.set('accessToken', verdict.token)
    await next()
  }
}

function proofOf({ req }: Context, origin: string | null): DPoP {
  const url = origin === null ? req.url : origin + new URL(req.url).pathname
  return { proof: req.header('dpop') ?? '', method: req.method, url }
}

/** A verifier that knows nothing of proofs looked at none. */
const proven = (verdict: Verdict, { dpop }: Expected): Verdict =>
  verdict.valid && dpop !== undefined && verdict.proof === undefined
    ? refused('unbound_token')
    : verdict

const usedOnce = (verdict: Verdict, request: Request): Verdict =>
  !verdict.valid ||
  verdict.proof === undefined ||
  usedProofs.use(verdict.proof, request, nowSeconds())
    ? verdict
    : refused('proof_replayed')

const answer = ({ status, headers }: Challenged): Response =>
  new Response(null, { status, headers: { ...headers, 'cache-control': 'no-store' } })
