/**
 * The page that calls with a browser's cookies. Only those of the org and of trusted origins may: for any other the
 * browser has no session, whether it could read the answer or not.
 */
import { originOf } from '../authorize/redirect-uri.ts'
import type { ClientFlows } from '../domain/client.ts'
import type { SessionKey } from '../domain/session.ts'
import { sessionKeyOf } from './browser.ts'
import type { ProtocolContext } from './context.ts'

/** Whether a trusted origin may read answers. Throws StorageUnavailable when it cannot be known. */
export async function isTrusted(
  origin: string,
  { trustedOrigins, waitUntil }: Pick<ProtocolContext, 'trustedOrigins' | 'waitUntil'>,
): Promise<boolean> {
  const trusted = await trustedOrigins.get(waitUntil)
  return trusted.get(origin)?.includes('CORS') === true
}

/** Sites from which a browser sends no Origin with what it takes to be harmless, Fetch Metadata §2.3. */
const OWN: ReadonlySet<string | null> = new Set(['same-origin', 'none', null])

/**
 * The session that the calling page may use. A caller that sends neither Origin nor Fetch Metadata is no browser, which
 * could be made to call, or an old one that only reads and cannot show it to anybody.
 */
export async function sessionKeyOfPage(context: ProtocolContext): Promise<SessionKey | null> {
  const { request, settings } = context
  return (await isOfOrg(context)) ? sessionKeyOf(request, settings) : null
}

/** Whether nobody but the org and those whom it trusts can have made the browser call. */
async function isOfOrg(context: ProtocolContext): Promise<boolean> {
  const { origin, request, settings } = context
  if (origin === null) return OWN.has(request.headers.get('sec-fetch-site'))
  return origin === settings.origin || (await isTrusted(origin, context))
}

/**
 * Whether a page may ask people to sign in to an app: one of the app itself may, which is where its answers go, and
 * those that may use sessions.
 */
export async function mayAskFor(
  { redirectUris }: Pick<ClientFlows, 'redirectUris'>,
  context: ProtocolContext,
): Promise<boolean> {
  const { origin } = context
  const isOfApp = origin !== null && redirectUris.some((uri) => originOf(uri) === origin)
  return isOfApp || isOfOrg(context)
}
