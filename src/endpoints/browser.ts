/**
 * What a browser brings: its session and a mark of its own, to which sign-in transactions are bound, so that nobody can
 * make another browser complete theirs. Cookies must work in an iframe of another site on https; on plain http, which
 * is a developer's machine, browsers take neither `Secure` nor the `__Host-` prefix.
 */
import { readArtefact, writeArtefact } from '../domain/artefact.ts'
import type { SessionKey } from '../domain/session.ts'
import { limits } from '../platform/limits.ts'
import { randomToken } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'

type CookieName = 'session' | 'browser'

const isSecure = ({ origin }: Settings): boolean => origin.startsWith('https:')

const nameOf = (name: CookieName, settings: Settings): string =>
  `${isSecure(settings) ? '__Host-' : ''}edgemint_${name}`

const attributesOf = (settings: Settings): string =>
  `Path=/; HttpOnly; ${isSecure(settings) ? 'Secure; SameSite=None' : 'SameSite=Lax'}`

/** Names with their values, as the browser sent them. */
const cookiesOf = (request: Request): readonly (readonly [name: string, value: string])[] =>
  (request.headers.get('cookie') ?? '').split(/; */).map((pair) => {
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)]
  })

const setting = (name: string, value: string, settings: Settings): string =>
  `${name}=${value}; ${attributesOf(settings)}`

/** The session that a browser presents, genuine but perhaps over. */
export async function sessionKeyOf(
  request: Request,
  settings: Settings,
): Promise<SessionKey | null> {
  const name = nameOf('session', settings)
  const [, text] = cookiesOf(request).find(([one]) => one === name) ?? []
  const artefact =
    text === undefined ? null : await readArtefact('session', text, settings.keyEncryption)
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
    nameOf('session', settings),
    await writeArtefact('session', artefact, settings.keyEncryption),
    settings,
  )
}

export const noSessionCookie = (settings: Settings): string =>
  `${setting(nameOf('session', settings), '', settings)}; Max-Age=0`

const MARK = /^[\w-]{43}$/

/** What tells the cookie of one mark from that of another. */
const MARK_NAME_CHARACTERS = 8

const markPrefix = (settings: Settings): string => `${nameOf('browser', settings)}_`

/**
 * The browser's marks. One as a rule; more when its first requests came at the same time, each without any: every
 * answer brought one, and each has a cookie of its own, so that what began with one of them is not lost to another.
 */
export const browserMarks = (request: Request, settings: Settings): readonly string[] =>
  cookiesOf(request)
    .filter(([name, value]) => name.startsWith(markPrefix(settings)) && MARK.test(value))
    .map(([, value]) => value)
    .slice(0, limits.marksPerBrowserMax)

/** A mark for a browser that has none, and the cookie that brings it. */
export function newBrowserMark(settings: Settings): {
  readonly mark: string
  readonly cookie: string
} {
  const mark = randomToken()
  const name = `${markPrefix(settings)}${mark.slice(0, MARK_NAME_CHARACTERS)}`
  return { mark, cookie: setting(name, mark, settings) }
}
