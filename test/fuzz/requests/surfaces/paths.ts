/** Request lines and headers: paths of every route and none, methods, hosts, origins and what proxies and browsers add. */
import { app } from '../../../../src/app.ts'
import type { Random } from '../../random.ts'
import type { Input, Pairs } from '../input.ts'
import type { Surface } from '../surface.ts'
import { hostileText, repeatedly, spoiledText } from '../texts.ts'
import { valuesOf, type World } from '../world.ts'

const PATHS = [...new Set(app.routes.map(({ path }) => path))]
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'PROPFIND', 'get', 'X'] as const // prettier-ignore

const HOSTS = ['https://evil.example', 'http://auth.edgemint.example', 'https://auth.edgemint.example:8443', 'https://auth.edgemint.example.evil.example', 'https://[::1]', 'http://127.0.0.1'] as const // prettier-ignore

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  host: ['evil.example', 'auth.edgemint.example', 'auth.edgemint.example@evil.example'],
  origin: ['null', 'https://evil.example', 'https://app.example', 'https://auth.edgemint.example', 'file://', 'https://app.example:x'],
  referer: ['https://evil.example/', 'https://app.example/x', 'x', 'https://auth.edgemint.example/signin'],
  accept: ['*/*', 'application/json', 'application/token-introspection+jwt', 'text/html;q=2', 'a/b;q=0.001, */*;q=0', ',,,'],
  'accept-language': ['de', 'de-AT,de;q=0.9,en;q=0.8', '*', 'x-y-z', 'de;q=NaN', ',;,='],
  'if-none-match': ['*', 'W/"x"', '"', '"a", "b", W/"c"', '""'],
  'if-match': ['*', '"x"', 'W/"x"', '"'],
  'x-forwarded-host': ['evil.example'],
  'x-forwarded-proto': ['http'],
  'x-forwarded-for': ['1.1.1.1, 2.2.2.2', '::1'],
  forwarded: ['host=evil.example;proto=http'],
  'x-original-url': ['/api/v1/users'],
  'x-http-method-override': ['DELETE'],
  'cf-connecting-ip': ['203.0.113.9', '::ffff:1.2.3.4', '999.1.1.1', 'x'],
  'cf-ray': ['x'],
  'user-agent': ['Mozilla/5.0 (Windows NT 10.0)', '', '()'],
  'x-device-fingerprint': ['f'],
  'x-okta-user-agent-extended': ['okta-auth-js/7.0.0'],
  'access-control-request-method': ['DELETE', 'x'],
  'access-control-request-headers': ['authorization', 'authorization,content-type', ','],
  'sec-fetch-site': ['same-origin', 'cross-site', 'none', 'x'],
  'sec-fetch-mode': ['navigate', 'cors'],
  prefer: ['return=minimal', ';;;'],
  range: ['bytes=0-1'],
  expect: ['100-continue'],
  upgrade: ['websocket', 'h2c'],
  'content-type': ['application/x-www-form-urlencoded', 'application/json', 'x'],
  'transfer-encoding': ['chunked'],
  'content-length': ['0', '5'],
  cookie: ['a=b'],
} // prettier-ignore

const NAMES = Object.keys(HEADERS)

const spelled = (random: Random, text: string): string =>
  random.weighted([
    [4, text],
    [1, encodeURIComponent(text.toWellFormed())],
    [1, text.replaceAll(/[a-z]/g, (letter) => (random.chance(0.3) ? `%${letter.charCodeAt(0).toString(16)}` : letter))],
    [1, text.replaceAll('/', '%2F')],
    [1, text.replaceAll('/', '//')],
  ]) // prettier-ignore

function pathIn(random: Random, world: World): string {
  const { ids } = world
  const filled = random
    .one(PATHS)
    .replaceAll(/:(\w+)|\*/g, (_, name: string | undefined) =>
      random.chance(0.4)
        ? spelled(random, hostileText(random))
        : name === 'authorizationServerId'
          ? random.one([world.serverId, 'default', world.serverId.toUpperCase(), '..', 'org'])
          : (ids[name ?? ''] ?? 'x'),
    )
  return random.weighted<() => string>([
    [5, () => filled],
    [1, () => spelled(random, filled)],
    [2, () => repeatedly(random, filled, (one) => spoiledText(random, one, PATHS))],
    [1, () => `${filled}/`],
    [1, () => filled + random.one(['/..', '/.', ';x=1', '%00', '?', '#', '/../../api/v1/users', '%3F'])],
    [0.3, () => `/${hostileText(random)}`],
  ])()
} // prettier-ignore

function headersOf(random: Random, world: World): Pairs {
  const some = random.some(6, () => {
    const name = random.one(NAMES)
    const right = random.one(HEADERS[name]!)
    const value = random.chance(0.4)
      ? repeatedly(random, right, (one) => spoiledText(random, one, valuesOf(world)))
      : right
    return [name, value] as const
  })
  if (random.chance(0.95)) return some
  const many = Array.from({ length: random.below(150) }, (_, at) => [`x-${at}`, 'y'.repeat(random.below(300))] as const) // prettier-ignore
  return [...some, ...many]
}

export const paths: Surface = {
  name: 'paths',
  make: (random, world) => {
    const path = pathIn(random, world)
    const query = random.chance(0.3) ? `?${random.some(4, () => `${hostileText(random)}=${hostileText(random)}`).join('&')}` : '' // prettier-ignore
    const target = path.startsWith('/') ? path + query : `/${path}${query}`
    const method = random.one(METHODS)
    const headers = headersOf(random, world)
    const who: Pairs = random.chance(0.2) && method === 'GET' ? [['authorization', world.administrators[0]]] : [] // prettier-ignore
    const input: Input = { method, target, headers: [...who, ...headers], body: null, ...(random.chance(0.1) && { origin: random.one(HOSTS) }) } // prettier-ignore
    return { kind: method, input }
  },
}
