/** The Cookie header at every door that reads it, with sessions and marks that are nearly right. */
import type { Random } from '../../random.ts'
import { FORM, posted, written } from '../fields.ts'
import type { Answer } from '../answers.ts'
import type { Input, Pairs } from '../input.ts'
import type { Surface } from '../surface.ts'
import { hostileText, repeatedly, spoiledText } from '../texts.ts'
import type { World } from '../world.ts'

const SESSION = '__Host-edgemint_session'
const NAMES = [SESSION, SESSION, '__Host-edgemint_browser_abcdefgh', 'edgemint_session', '__host-edgemint_session', 'sid', 'DT', '', '__proto__', `${SESSION} `, `"${SESSION}"`] as const // prettier-ignore

/** A session that we did not make. */
function forgedSession(random: Random, { artefacts }: World): string {
  const { session } = artefacts
  const [content = '', version = '', mac = ''] = session.split('.')
  const others = [artefacts.code, artefacts.refreshToken, artefacts.recoveryToken, artefacts.accessToken] // prettier-ignore
  const forged = random.weighted<() => string>([
    [4, () => repeatedly(random, session, (one) => spoiledText(random, one, others))],
    [2, () => random.one(others)],
    [1, () => `${content}.${version}.${random.one(others).split('.').at(-1)}`],
    [1, () => `${random.one(others).split('.', 1)[0]}.${version}.${mac}`],
    [1, () => `${content}.${random.one(['0', '2', '__proto__', ''])}.${mac}`],
    [1, () => `${content}..${mac}`],
    [1, () => hostileText(random)],
  ])()
  // The end of a header is not part of it, and a semicolon ends a value.
  return forged.split(';', 1)[0]!.trim() === session ? `${session}A` : forged
}

interface Door {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly fields: Pairs
  /** Whether the session of the cookie was taken. */
  readonly isTaken: (answer: Answer) => boolean
}

const isSignedIn = ({ status, headers }: Answer): boolean =>
  status < 400 && /[?&#](code|id_token)=/.test(headers.get('location') ?? '')

const succeeds = ({ status }: Answer): boolean => status < 300
const never = (): boolean => false

function door(random: Random, world: World): Door {
  const { serverId, web, callback, artefacts, person, page } = world
  const asked: Pairs = [['client_id', web.clientId], ['redirect_uri', callback], ['response_type', 'code'], ['scope', 'openid'], ['state', 's']] // prettier-ignore
  return random.one<Door>([
    { method: 'GET', path: `/oauth2/${serverId}/v1/authorize`, fields: [...asked, ['prompt', 'none']], isTaken: isSignedIn },
    { method: 'GET', path: '/oauth2/v1/authorize', fields: asked, isTaken: isSignedIn },
    { method: 'GET', path: '/api/v1/sessions/me', fields: [], isTaken: succeeds },
    { method: 'POST', path: '/api/v1/sessions/me/lifecycle/refresh', fields: [], isTaken: succeeds },
    { method: 'GET', path: '/api/v1/users/me', fields: [], isTaken: succeeds },
    { method: 'GET', path: '/signin', fields: [], isTaken: ({ text }) => text.includes(person.login) },
    { method: 'GET', path: '/signin', fields: [['transaction', artefacts.transaction]], isTaken: ({ text }) => text.includes(person.login) },
    { method: 'GET', path: '/consent', fields: [['transaction', artefacts.consentTransaction]], isTaken: ({ text }) => text.includes('id="consent-allow"') },
    { method: 'POST', path: '/consent', fields: [['transaction', artefacts.consentTransaction], ['decision', 'allow']], isTaken: isSignedIn },
    { method: 'POST', path: '/signout', fields: [['transaction', artefacts.signOutTransaction]], isTaken: never },
    { method: 'GET', path: `/oauth2/${serverId}/v1/logout`, fields: [['id_token_hint', artefacts.idToken], ['post_logout_redirect_uri', `${page}/after`]], isTaken: never },
  ])
} // prettier-ignore

/** Cookies as no browser would send them, around those of the forged session. */
function around(random: Random, session: string, { markCookie }: World): string {
  const pair = `${SESSION}=${session}`
  const noise = (): string =>
    `${random.one(NAMES)}${random.one(['=', '=', '', '=='])}${hostileText(random)}`
  const first = random.weighted<() => readonly string[]>([
    [4, () => [pair]],
    [2, () => [pair, ...markCookie.split('; ')]],
    [1, () => [...markCookie.split('; '), pair]],
    [1, () => [pair, pair]],
    [1, () => [noise(), pair]],
    [1, () => [pair, noise()]],
    [0.2, () => [...Array.from({ length: random.below(300) }, (_, at) => `c${at}=${at}`), pair]],
    [0.2, () => [pair, ...Array.from({ length: 30 }, (_, at) => `__Host-edgemint_browser_${at}=${'a'.repeat(43)}`)]],
  ])() // prettier-ignore
  return first.join(random.one(['; ', '; ', '; ', ';', ' ;', ',', ';;', '&']))
}

export const cookies: Surface = {
  name: 'cookies',
  make: (random, world) => {
    const { method, path, fields, isTaken } = door(random, world)
    const isGenuine = isTaken !== never && random.chance(0.02)
    const session = isGenuine ? world.artefacts.session : forgedSession(random, world)
    const cookie = around(random, session, world)
    const headers: Pairs = [['cookie', cookie], ['sec-fetch-site', 'same-origin']]
    const text = written(random, fields)
    const query = method === 'GET' && text !== '' ? `?${text}` : ''
    const sent: Pick<Input, 'headers' | 'body'> =
      method === 'POST' ? posted(random, text, FORM, 0) : { headers: [], body: null }
    const input = { method, target: path + query, body: sent.body, headers: [...headers, ...sent.headers] }
    const kind = `${isGenuine ? 'genuine' : 'forged'} ${path.replace(/\/aus\w+/, '/{id}')}`
    return isGenuine ? { kind, input } : { kind, input, isTaken }
  },
} // prettier-ignore
