/**
 * The page that calls with a browser's cookies. Only those of the org and of trusted origins may: for any other the
 * browser has no session, whether it could read the answer or not.
 */
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
  const { origin, request, settings } = context
  const mayUse =
    origin === null
      ? OWN.has(request.headers.get('sec-fetch-site'))
      : origin === settings.origin || (await isTrusted(origin, context))
  return mayUse ? sessionKeyOf(request, settings) : null
}
