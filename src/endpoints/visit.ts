/** One request of a person's browser: what it brings, what pages know, and the cookies that go with the answer. */
import type { SessionKey } from '../domain/session.ts'
import type { OrgSettings } from '../domain/org.ts'
import { nowMillis } from '../platform/clock.ts'
import { logFault } from '../platform/log.ts'
import type { Branding, PageProps } from '../pages/branding.ts'
import { chooseMessages } from '../pages/language.ts'
import { NOSNIFF } from '../protocol/safe-headers.ts'
import { browserMarks, newBrowserMark, sessionKeyOf } from './browser.ts'
import type { ProtocolContext } from './context.ts'

export interface Visit {
  readonly context: ProtocolContext
  /** When the request came, with its body, in milliseconds. */
  readonly now: number
  /** As the browser says; whether it is alive the object knows. */
  readonly sessionKey: SessionKey | null
  /** The first is for what begins now; what began before may be bound to any. */
  readonly marks: readonly [string, ...string[]]
  /** Of the answer. */
  readonly cookies: readonly string[]
}

export async function visitOf(request: Request, context: ProtocolContext): Promise<Visit> {
  const { settings } = context
  const [known, ...others] = browserMarks(request, settings)
  const fresh = known === undefined ? newBrowserMark(settings) : null
  return {
    context,
    now: nowMillis(),
    sessionKey: await sessionKeyOf(request, settings),
    marks: [known ?? fresh!.mark, ...others],
    cookies: fresh === null ? [] : [fresh.cookie],
  }
}

/** The body has come since: nobody makes a request old by sending it slowly. */
export const wholly = (visit: Visit): Visit => ({ ...visit, now: nowMillis() })

export function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

/** A way to another page of ours or to a client; nothing of the address is told to it (RFC 9700 §4.2.4). */
export const seeOther = (location: string): Response =>
  new Response(null, {
    status: 303,
    headers: {
      location,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      ...NOSNIFF,
    },
  })

const brandingOf = (settings: OrgSettings): Branding => ({
  orgName: settings.companyName ?? 'Edgemint',
  accentColor: settings.primaryColorHex ?? null,
  logoUri: settings.logoUri ?? null,
  helpUri: settings.endUserSupportHelpURL ?? null,
})

/** What every page is told. That the org's settings cannot be read is no reason to show none. */
export async function pagePropsOf(
  { context }: Pick<Visit, 'context'>,
  uiLocales: readonly string[] = [],
): Promise<PageProps> {
  const { directory, waitUntil, request } = context
  let settings: OrgSettings = {}
  try {
    settings = await directory.orgSettings(waitUntil)
  } catch (cause) {
    logFault('pages.branding', {}, cause)
  }
  const language = request.headers.get('accept-language')
  return { branding: brandingOf(settings), messages: chooseMessages(uiLocales.join(' '), language) }
}
