/**
 * `/login/sessionCookieRedirect`: turns a session token into the cookie of a session and goes on to a page of the org
 * or of a trusted origin. A link to it is no way to anywhere else.
 */
import { canonicalOrigin } from '../domain/trusted-origin.ts'
import { limits } from '../platform/limits.ts'
import { OAuthError } from '../protocol/errors.ts'
import { parseForm, readForm } from '../protocol/form.ts'
import { errorPage } from './authorization-answer.ts'
import type { ProtocolContext } from './context.ts'
import { sessionOfToken } from './session-token.ts'
import { expiredPage } from './under-way.ts'
import { seeOther, visitOf, wholly, withCookies } from './visit.ts'

export const SESSION_REDIRECT_PATH = '/login/sessionCookieRedirect'

/** GET or POST. A session that the browser has goes before the token, as at the authorization endpoint. */
export async function redirectWithSession(
  request: Request,
  context: ProtocolContext,
): Promise<Response> {
  const begins = await visitOf(request, context)
  const parameters =
    request.method === 'POST'
      ? await readForm(request)
      : parseForm(new URL(request.url).search.slice(1))
  const visit = wholly(begins)
  const target = await targetOf(parameters.get('redirectUrl') ?? '', context)
  if (target === null)
    return errorPage(new OAuthError('untrusted_redirect_url'), 'redirectUrl', visit)
  const begun = await sessionOfToken(parameters.get('token') ?? null, visit)
  if (begun !== null) return withCookies(seeOther(target), [begun.cookie])
  const { sessionKey, now } = visit
  const standing = sessionKey && (await context.subjects.readSession(sessionKey, now))
  return standing === null ? expiredPage(visit) : seeOther(target)
}

/** The address as it is sent; null for one that is neither ours nor of an origin that is trusted with redirects. */
async function targetOf(
  text: string,
  { settings, trustedOrigins, waitUntil }: ProtocolContext,
): Promise<string | null> {
  if (text.length > limits.uriCharactersMax) return null
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return null
  const origin = canonicalOrigin(`${url.protocol}//${url.host}`)
  if (origin === null) return null
  if (origin === settings.origin) return url.href
  const trusted = await trustedOrigins.get(waitUntil)
  return trusted.get(origin)?.includes('REDIRECT') === true ? url.href : null
}
