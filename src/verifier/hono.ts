/**
 * Middleware for Hono in front of an API: a request goes on only with an access token that is good for it, and what
 * the token says is `c.get('accessToken')` then. A verifier is whatever gives a verdict, so that it may be the
 * `Verifier` of a service binding as well as an OfflineVerifier.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { broken, missing, refusal, type Challenged, type ChallengeOptions } from './challenge.ts'
import {
  checkExpected,
  refused,
  type Expected,
  type Verdict,
  type VerifiedToken,
} from './verdict.ts'

export interface AccessTokenVariables {
  accessToken: VerifiedToken
}

export interface RequireOptions<Bindings extends object> extends Expected, ChallengeOptions {
  /** For example `(token, expected, c) => c.env.VERIFIER.verify(token, expected)`. */
  readonly verify: (
    token: string,
    expected: Expected,
    c: Context<{ Bindings: Bindings; Variables: AccessTokenVariables }>,
  ) => Promise<Verdict>
}

/** RFC 6750 §2.1: the token in the header, and nowhere else. */
const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** Throws TypeError when issuer or audience are not configured. */
export function requireAccessToken<Bindings extends object>({
  verify,
  realm,
  resourceMetadata,
  ...expected
}: RequireOptions<Bindings>): MiddlewareHandler<{
  Bindings: Bindings
  Variables: AccessTokenVariables
}> {
  checkExpected(expected)
  const options: ChallengeOptions = {
    ...(realm !== undefined && { realm }),
    ...(resourceMetadata !== undefined && { resourceMetadata }),
  }
  return async (c, next) => {
    const header = c.req.header('authorization')
    if (header === undefined || !/^Bearer( |$)/i.test(header))
      return answer(missing(expected, options))
    const token = BEARER.exec(header)?.[1]
    if (token === undefined) return answer(broken(options))
    const verdict = await verify(token, expected, c).catch(() => refused('unavailable'))
    if (!verdict.valid) return answer(refusal(verdict.reason, expected, options))
    c.set('accessToken', verdict.token)
    await next()
  }
}

const answer = ({ status, headers }: Challenged): Response =>
  new Response(null, { status, headers: { ...headers, 'cache-control': 'no-store' } })
