/** What must hold of every answer, whatever was asked. */
import { isObject, parseJson } from '../../../src/platform/encoding.ts'
import { described, type Input } from './input.ts'
import type { World } from './world.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of the text, where it is JSON. */
  readonly json: unknown
  /** Calls of objects and databases that it took. */
  readonly operations: readonly string[]
  /** Lines for the operator that it led to. */
  readonly lines: readonly string[]
}

const isText = (value: unknown): value is string => typeof value === 'string'

/** RFC 6749 §5.2 and RFC 6750 §3: what an error and its description may be made of. */
const PRINTED = /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/

const isOAuthError = (body: Readonly<Record<string, unknown>>): boolean =>
  isText(body['error']) &&
  /^[a-z_]+$/.test(body['error']) &&
  isText(body['error_description']) &&
  PRINTED.test(body['error_description']) &&
  Object.keys(body).length === 2

const isEnvelope = (body: Readonly<Record<string, unknown>>): boolean =>
  ['errorCode', 'errorSummary', 'errorLink', 'errorId'].every((name) => isText(body[name])) &&
  Array.isArray(body['errorCauses']) &&
  body['errorCauses'].every((cause) => isObject(cause) && isText(cause['errorSummary'])) &&
  Object.keys(body).length === 5

const isIon = (body: Readonly<Record<string, unknown>>): boolean =>
  isText(body['version']) && (isObject(body['messages']) || isObject(body['remediation']))

/** Which of the forms of a refusal an endpoint has; servers that do not exist are told of in the envelope. */
const FORMS: readonly (readonly [path: RegExp, isRefusal: typeof isIon])[] = [
  [/^\/oauth2\/([^/]+\/)?v1\/(token|introspect|revoke|userinfo|interact)$/, (body) => isOAuthError(body) || isEnvelope(body)],
  [/^\/idp\/idx\//, (body) => isIon(body) || isEnvelope(body)],
  [/^\//, isEnvelope],
] // prettier-ignore

function* problemsOfRefusal(path: string, { status, headers, text, json }: Answer, isHead: boolean) {
  const type = headers.get('content-type') ?? ''
  if (status === 401 && !path.startsWith('/idp/') && !path.startsWith('/api/v1/authn') && !path.startsWith('/api/v1/sessions') && !headers.has('www-authenticate'))
    yield 'a 401 without a challenge'
  if (status === 405 && !headers.has('allow')) yield 'a 405 that does not say what is allowed'
  if ((status === 429 || status === 503) && !headers.has('retry-after')) yield 'it is not said when to come back'
  if (isHead || type.startsWith('text/html')) return
  if (text === '') {
    const isChallenge = headers.get('www-authenticate')?.startsWith('Bearer ') === true
    if (!isChallenge) yield 'a refusal without a reason'
  } else if (!type.startsWith('application/json')) yield `a refusal of type "${type}"`
  else if (!isObject(json)) yield 'a refusal that is no JSON object'
  else if (!FORMS.find(([of]) => of.test(path))![1](json)) yield 'a refusal that is not of its standard’s form'
} // prettier-ignore

const ELEMENTS: ReadonlySet<string> = new Set(['!doctype', 'html', 'head', 'meta', 'title', 'style', 'link', 'body', 'div', 'header', 'footer', 'main', 'nav', 'section', 'article', 'p', 'bdi', 'img', 'h1', 'h2', 'h3', 'h4', 'ul', 'ol', 'li', 'dl', 'dt', 'dd', 'a', 'form', 'fieldset', 'legend', 'label', 'input', 'button', 'span', 'strong', 'em', 'code', 'pre', 'details', 'summary', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'svg', 'path', 'script', 'noscript', 'iframe', 'small', 'br', 'wbr']) // prettier-ignore

/** Tags of the page alone: nothing of the request becomes one, nor an attribute that runs. */
function* problemsOfPage({ headers, text }: Answer): Generator<string> {
  const policy = headers.get('content-security-policy') ?? ''
  if (!policy.startsWith("default-src 'none'") || policy.includes('unsafe'))
    yield 'a page whose policy lets more in'
  if (text.includes('<script>alert') || text.includes('<img src=x'))
    yield 'markup of the request stands in the page'
  for (const [tag, name = ''] of text.matchAll(/<([a-zA-Z!][^\s>/]*)[^>]*>/g)) {
    if (!ELEMENTS.has(name.toLowerCase())) yield `a page with an element ${name.slice(0, 20)}`
    if (/\s(on\w+|style)\s*=/i.test(tag.replaceAll(/"[^"]*"/g, '""')))
      yield 'a page with an attribute that runs'
  }
}

const INTERNALS =
  /\bat \S+ \(?\S+:\d+:\d+\)?|\b(Type|Range|Reference|Syntax|Internal)Error\b|SQLITE_|D1_ERROR|\[object \w+\]|"undefined"|\bundefined\b/

function* problemsOfText(input: Input, { text, headers }: Answer, { secrets }: World) {
  const whole = `${[...headers].join('\n')}\n${text}`
  // What was sent may come back.
  if (INTERNALS.test(whole) && !INTERNALS.test(described(input)))
    yield `it shows what nobody should see: ${INTERNALS.exec(whole)![0]}`
  if (secrets.some((secret) => whole.includes(secret))) yield 'it holds a secret'
}

/** Where a browser may be led: to ourselves, or to where the apps of the world are. */
function* problemsOfRedirect({ headers }: Answer, { origin, page }: World): Generator<string> {
  const location = headers.get('location')
  if (location === null) return
  const { origin: to, username, password } = new URL(location, origin)
  if ((to !== origin && to !== page) || username !== '' || password !== '')
    yield `it leads to ${location.slice(0, 200)}`
}

/** As routers read it. */
function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** Everything that is wrong with an answer; empty: nothing. */
export function problemsOf(input: Input, answer: Answer, world: World): readonly string[] {
  const { status, headers, lines } = answer
  const path = decoded(URL.parse(world.origin + input.target)?.pathname ?? '/')
  const problems: string[] = []
  if (status >= 500) problems.push(`status ${status}`)
  if (lines.length > 0) problems.push(`the operator is told: ${lines.join(' ').slice(0, 2000)}`)
  if (status >= 400 && status < 500)
    problems.push(...problemsOfRefusal(path, answer, input.method === 'HEAD'))
  if (headers.get('content-type')?.startsWith('text/html') === true)
    problems.push(...problemsOfPage(answer))
  problems.push(...problemsOfText(input, answer, world), ...problemsOfRedirect(answer, world))
  if (headers.get('x-content-type-options') !== 'nosniff') problems.push('its type may be guessed')
  if (headers.has('x-injected') || headers.getSetCookie().some((one) => one.startsWith('a=')))
    problems.push('a header of the request')
  return problems
}

export async function answerOf(
  response: Response,
  operations: readonly string[],
  lines: readonly string[],
): Promise<Answer> {
  const { status, headers } = response
  const text = await response.text()
  const isJson = /^application\/(\S+\+)?json/.test(headers.get('content-type') ?? '')
  return { status, headers, text, json: isJson ? parseJson(text) : undefined, operations, lines }
}
