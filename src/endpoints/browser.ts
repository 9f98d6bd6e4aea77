/**
 * What a browser brings: its session and a mark of its own, to which sign-in transactions are bound, so that nobody can
 * make another browser complete theirs. Cookies must work in an iframe of another site on https; on plain http, which
 * is a developer's machine, browsers take neither `Secure` nor the `__Host-` prefix.
 */
import { readArtefact, writeArtefact } from '../domain/artefact.ts'
import type { SessionKey } from '../domain/session.ts'
import { randomToken } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'

type CookieName = 'session' | 'browser'

const isSecure = ({ origin }: Settings): boolean => origin.startsWith('https:')

const nameOf = (name: CookieName, settings: Settings): string =>
  `${isSecure(settings) ? '__Host-' : ''}edgemint_${name}`

const attributesOf = (settings: Settings): string =>
  `Path=/; HttpOnly; ${isSecure(settings) ? 'Secure; SameSite=None' : 'SameSite=Lax'}`

function cookieOf(request: Request, name: CookieName, settings: Settings): string | null {
  const wanted = `${nameOf(name, settings)}=`
  const pair = (request.headers.get('cookie') ?? '')
    .split(/; */)
    .find((one) => one.startsWith(wanted))
  return pair === undefined ? null : pair.slice(wanted.length)
}

const setting = (name: CookieName, value: string, settings: Settings): string =>
  `${nameOf(name, settings)}=${value}; ${attributesOf(settings)}`

/** The session that a browser presents, genuine but perhaps over. */
export async function sessionKeyOf(
  request: Request,
  settings: Settings,
): Promise<SessionKey | null> {
  const text = cookieOf(request, 'session', settings)
  const artefact =
    text === null ? null : await readArtefact('session', text, settings.keyEncryption)
  return artefact === null
    ? null
    : { userId: artefact.userId, id: artefact.id, secret: artefact.secret }
}

/** The cookie of a session that was just begun. It goes with the browser; how long it is good the object knows. */
export async function sessionCookie(
  { userId, id, secret }: SessionKey,
  settings: Settings,
): Promise<string> {
  const artefact = { userId, id, serverId: '', generation: 0, secret }
  return setting(
    'session',
    await writeArtefact('session', artefact, settings.keyEncryption),
    settings,
  )
}

export const noSessionCookie = (settings: Settings): string =>
  `${setting('session', '', settings)}; Max-Age=0`

const MARK = /^[\w-]{43}$/

/** The browser's mark; null when it has none yet. */
export function browserMark(request: Request, settings: Settings): string | null {
  const mark = cookieOf(request, 'browser', settings)
  return mark !== null && MARK.test(mark) ? mark : null
}

/** A mark for a browser that has none, and the cookie that brings it. */
export function newBrowserMark(settings: Settings): {
  readonly mark: string
  readonly cookie: string
} {
  const mark = randomToken()
  return { mark, cookie: setting('browser', mark, settings) }
}
