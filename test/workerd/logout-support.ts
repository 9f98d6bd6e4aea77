/** Apps that are told when a session ends, and what they are told. */
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet, type JWTVerifyResult } from 'jose'
import { expect, vi } from 'vitest'
import { serveOutside, type Asked, type Endpoint } from './outside.ts'
import { aSignInApp, type SignInApp } from './sign-in-support.ts'
import { inside } from './subject-support.ts'
import { send, unique, type Json } from './support.ts'

export const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Long enough for a machine that is busy. */
const PATIENCE = { timeout: 20_000, interval: 5 }

export const until = (holds: () => unknown): Promise<void> =>
  vi.waitUntil(async () => Boolean(await holds()), PATIENCE).then(() => undefined)

export interface LogoutApp extends SignInApp {
  /** What its logout address was asked. */
  readonly asked: readonly Asked<URLSearchParams>[]
  readonly uri: string
}

export const well: Endpoint<URLSearchParams> = () => new Response(null)
export const failing: Endpoint<URLSearchParams> = () => new Response('no', { status: 500 })

/** Serves the logout addresses of apps. */
export function serveLogouts() {
  const { serve } = serveOutside((text) => new URLSearchParams(text))
  /** An app that everybody has, told at an address of its own. */
  const anApp = async (endpoint = well, oauthClient: Json = {}): Promise<LogoutApp> => {
    const uri = `https://app.example/${unique('logout')}`
    const asked = serve(uri, endpoint)
    const app = await aSignInApp({ backchannel_logout_uri: uri, ...oauthClient })
    return { ...app, uri, asked }
  }
  return { anApp }
}

/** The token of a request, which is all there is in it. */
export function tokenOf({ body }: Asked<URLSearchParams>): string {
  expect([...body.keys()]).toEqual(['logout_token'])
  return body.get('logout_token')!
}

/** As an app verifies it: with the keys that its issuer publishes (Back-Channel Logout §2.6). */
export async function verified(
  asked: Asked<URLSearchParams>,
  issuer: string,
  audience: string,
): Promise<JWTVerifyResult> {
  const discovery = (await (
    await send(`${issuer}/.well-known/openid-configuration`)
  ).json()) as Json
  const jwks = (await (await send(discovery['jwks_uri'])).json()) as JSONWebKeySet
  return jwtVerify(tokenOf(asked), createLocalJWKSet(jwks), {
    issuer,
    audience,
    typ: 'logout+jwt',
    algorithms: discovery['id_token_signing_alg_values_supported'],
    maxTokenAge: 120,
    requiredClaims: ['iat', 'exp', 'jti', 'events'],
  })
}

/** What a person's object still has to tell. */
export const untold = (userId: string) =>
  inside(userId, 'SELECT client_id, attempts, due FROM logouts ORDER BY client_id')
