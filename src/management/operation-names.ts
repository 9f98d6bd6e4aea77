/**
 * What an operation is called, read off its method and path, which are what stays: its operationId, as clients name
 * their methods, and the resource under which people look for it.
 */
import type { Route } from './route.ts'

type Named = Pick<Route, 'method' | 'path'>

const VERBS: Readonly<Record<Route['method'], string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'replace',
  PATCH: 'patch',
  DELETE: 'delete',
}

const PREFIX = /^\/(api\/v1\/meta|api\/v1|oauth2\/v1|\.well-known)\//

const isParameter = (segment: string): boolean => segment.startsWith(':')

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1)

/** `api-tokens` → `apiTokens`. */
const joined = (segment: string): string =>
  segment
    .replace('resourceservercredentials', 'resourceServerCredentials')
    .replaceAll(/[-_](\w)/g, (_, letter: string) => letter.toUpperCase())

const singular = (word: string): string =>
  word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, '')

/** Segments that name no thing: operationIds and headings pass them over. */
const PASSED_OVER: ReadonlySet<string> = new Set(['credentials', 'lifecycle'])

/** `getAuthorizationServerPolicyRule`: a verb and each segment, in the singular where an id picks one. */
export function operationId({ method, path }: Named, isList: boolean): string {
  const segments = path.replace(PREFIX, '').split('/')
  const last = segments.at(-1) ?? ''
  const isAction = method === 'POST' && saysWhatIsDone(segments)
  const verb = isAction ? joined(last) : verbOf(method, last, isList)
  const of = isAction ? segments.slice(0, -1) : segments
  const nouns = of.flatMap((segment, at) => {
    if (isParameter(segment) || PASSED_OVER.has(segment)) return []
    const isOne = isParameter(of[at + 1] ?? '') || (verb === 'create' && at === of.length - 1)
    return [capitalized(isOne ? singular(joined(segment)) : joined(segment))]
  })
  return verb + nouns.join('')
}

/** `…/lifecycle/activate`, `…/credentials/change_password`, `…/execute`: the last segment says what is done. */
function saysWhatIsDone(segments: readonly string[]): boolean {
  const [before, last] = segments.slice(-2)
  return (
    before === 'lifecycle' ||
    last === 'execute' ||
    (before === 'credentials' && last!.includes('_'))
  )
}

function verbOf(method: Route['method'], last: string, isList: boolean): string {
  if (method === 'GET' && isList) return 'list'
  // What is one already is not created by a POST: `/users/{id}`, `/org`.
  const isOne = isParameter(last) || !last.endsWith('s')
  return method === 'POST' && isOne ? 'update' : VERBS[method]
}

/** Segments that make no heading either. */
const UNHEADED: ReadonlySet<string> = new Set([...PASSED_OVER, 'current'])

const WORDS: Readonly<Record<string, string>> = {
  jwks: 'JWKs',
  logs: 'System log',
  org: 'Org',
  'api-tokens': 'API tokens',
  resourceservercredentials: 'Encryption',
}

const readable = (segment: string): string =>
  WORDS[segment] ??
  capitalized(
    segment.replaceAll(/[-_]/g, ' ').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  )

/** `Authorization servers · Policies · Rules`. */
export function resourceOf({ path }: Named): string {
  const segments = path.replace(PREFIX, '').split('/')
  return segments
    .slice(0, saysWhatIsDone(segments) ? -1 : undefined)
    .filter((segment) => !isParameter(segment) && !UNHEADED.has(segment))
    .slice(0, 3)
    .map(readable)
    .join(' · ')
}
