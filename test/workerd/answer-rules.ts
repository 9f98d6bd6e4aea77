/**
 * What every answer says to browsers, by its kind: who may read it, keep it, frame it or make another type of it, and
 * what its cookies are. The setup holds every answer of every test to it, and one test asks every route.
 */

/** An answer with what it is judged by. */
export interface Answer {
  readonly method: string
  readonly path: string
  /** The page that asks, as its browser says. */
  readonly asking: string | null
  /** The origin that the deployment is told to have; empty where it is told none. */
  readonly origin: string
  readonly status: number
  readonly headers: Headers
}

type Rule = (answer: Answer) => boolean

/** What everybody may read, and keep for five minutes. */
export const PUBLIC =
  /\/\.well-known\/|\/v1\/keys$|^\/oauth2\/v1\/keys$|^\/docs(\/api)?$|^\/api\/v1\/openapi\.json$/

/** Endpoints at which no cookie takes part: what a request brings decides, whoever reads the answer. */
export const CLIENTS = /^\/oauth2\/.*v1\/(token|introspect|revoke|userinfo)$/

/** Those at which a cookie may take part although a page of another origin asks. */
const COOKIES_OF_OTHERS = /^\/api\/v1\/|^\/idp\/idx\/|\/v1\/interact$/

const TYPES: readonly RegExp[] = [
  /^application\/json(; charset=utf-8)?$/,
  /^application\/(ion\+)?json; okta-version=1\.0\.0$/,
  /^application\/(token-introspection\+)?jwt$/,
  /^text\/html; charset=utf-8$/,
]

/** Whether an answer is a page. */
export const isPage = ({ headers }: Pick<Answer, 'headers'>): boolean =>
  headers.get('content-type')?.startsWith('text/html') === true

const isRedirect = ({ status, headers }: Answer): boolean =>
  status >= 300 && status < 400 && headers.has('location')

const isKeepable = ({ path, method, status }: Answer): boolean =>
  PUBLIC.test(path) && ['GET', 'HEAD'].includes(method) && [200, 304].includes(status)

/** Also that there is no such server is for everybody. */
const isForAll = ({ path, status }: Pick<Answer, 'path' | 'status'>): boolean =>
  PUBLIC.test(path) || CLIENTS.test(path) || (status === 404 && path.startsWith('/oauth2/'))

const HASH = String.raw`'sha256-[\w+/]{43}='`
const ORIGINS = String.raw`https?://[\w.-]+(:\d+)?( https?://[\w.-]+(:\d+)?)*`

/** What each part of a page's policy may say; no other part may be there, and the first four must. */
const POLICY: Readonly<Record<string, RegExp>> = {
  'default-src': /^'none'$/,
  'base-uri': /^'none'$/,
  // Where an app sends its people next nobody knows: schemes, when a form leads to one (Decision 26).
  'form-action': /^('none'|'self'( [a-z][\w+.-]*:)*|[a-z][\w+.-]*:( [a-z][\w+.-]*:)*)$/,
  'frame-ancestors': new RegExp(`^('none'|https?://[\\w.-]+(:\\d+)?)$`),
  'style-src': new RegExp(`^${HASH}$`),
  'script-src': new RegExp(`^${HASH}$`),
  'img-src': new RegExp(`^${ORIGINS}$`),
  'frame-src': new RegExp(`^${ORIGINS}$`),
}
const REQUIRED = Object.keys(POLICY).slice(0, 4)

function policyOf({ headers }: Answer): ReadonlyMap<string, string> {
  const parts = (headers.get('content-security-policy') ?? '').split('; ')
  return new Map(
    parts.map((part) => {
      const [name = '', ...values] = part.split(' ')
      return [name, values.join(' ')]
    }),
  )
}

const TRANSPORT = 'max-age=31536000'

const MARK = /^edgemint_browser_([\w-]{8})=\1[\w-]{35}$/
const COOKIES: readonly RegExp[] = [
  /^edgemint_session=[\w.-]{80,}$/,
  /^edgemint_session=; Max-Age=0$/,
  MARK,
]

/** Of this host alone, for no script, for HTTPS alone where there is HTTPS; nothing but its end has an age. */
function isCookie(text: string, origin: string): boolean {
  const [prefix, attributes] = origin.startsWith('https:')
    ? ['__Host-', '; Path=/; HttpOnly; Secure; SameSite=None']
    : ['', '; Path=/; HttpOnly; SameSite=Lax']
  if (!text.startsWith(prefix) || !text.includes(attributes)) return false
  const own = text.slice(prefix.length).replace(attributes, '')
  return COOKIES.some((form) => form.test(own))
}

/** What holds for an answer, by what it says. */
export const RULES: Readonly<Record<string, Rule>> = {
  'is of the type that it says': ({ headers }) =>
    headers.get('x-content-type-options') === 'nosniff',
  'does not tell what serves it': ({ headers }) =>
    !headers.has('server') && !headers.has('x-powered-by'),
  'is kept by nobody unless it is public': (answer) =>
    answer.headers.get('cache-control') ===
    (isKeepable(answer) ? 'public, max-age=300' : 'no-store'),
  'is JSON, a JWT, a page or nothing': ({ headers }) => {
    const type = headers.get('content-type')
    return type === null || TYPES.some((one) => one.test(type))
  },
  'is readable to a page of its own origin alone, and with cookies where they take part': ({
    path,
    asking,
    status,
    headers,
  }) => {
    const allowed = headers.get('access-control-allow-origin')
    const credentials = headers.get('access-control-allow-credentials')
    if (allowed === null || allowed === '*')
      return credentials === null && (allowed === null || isForAll({ path, status }))
    const names = (headers.get('vary') ?? '').split(/, */)
    if (allowed !== asking || !names.includes('Origin')) return false
    return credentials === null ? true : credentials === 'true' && COOKIES_OF_OTHERS.test(path)
  },
  'as a page loads and runs nothing but its own, and tells other sites nothing': (answer) => {
    if (!isPage(answer)) return true
    const policy = policyOf(answer)
    return (
      REQUIRED.every((name) => policy.has(name)) &&
      [...policy].every(([name, value]) => POLICY[name]?.test(value) === true) &&
      ['no-referrer', 'same-origin'].includes(answer.headers.get('referrer-policy') ?? '')
    )
  },
  'as a page with a form is framed by nobody, in old browsers too': (answer) => {
    if (!isPage(answer)) return true
    const policy = policyOf(answer)
    if (policy.get('form-action') === "'none'") return true
    return (
      policy.get('frame-ancestors') === "'none'" && answer.headers.get('x-frame-options') === 'DENY'
    )
  },
  'to a person asks for HTTPS where the origin has it, and nowhere else': (answer) => {
    const asked = answer.headers.get('strict-transport-security')
    if (!answer.origin.startsWith('https:')) return asked === null
    return asked === TRANSPORT || (asked === null && !isPage(answer) && !isRedirect(answer))
  },
  'as a way elsewhere does not tell where it comes from': (answer) =>
    !isRedirect(answer) || answer.headers.get('referrer-policy') === 'no-referrer',
  'sets cookies of this host alone, for no script, and none where none takes part': ({
    path,
    origin,
    headers,
  }) => {
    const cookies = headers.getSetCookie()
    if (cookies.length > 0 && (CLIENTS.test(path) || PUBLIC.test(path))) return false
    return cookies.every((cookie) => isCookie(cookie, origin))
  },
}

/** As the router reads it. */
function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** An answer, with what it is judged by of its request and of the deployment. */
export const answerTo = (request: Request, response: Response, origin = ''): Answer => ({
  method: request.method,
  path: decoded(new URL(request.url).pathname),
  asking: request.headers.get('origin'),
  origin,
  status: response.status,
  headers: response.headers,
})

/** What an answer breaks. Its headers are not repeated: they hold cookies and codes. */
export const broken = (answer: Answer): readonly string[] =>
  Object.entries(RULES)
    .filter(([, holds]) => !holds(answer))
    .map(([rule]) => `${answer.method} ${answer.path} ${answer.status}: not every answer ${rule}`)
