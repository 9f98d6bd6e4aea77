/** JSON bodies: of the management API by the schemas of its routes, of pages by what they read first. */
import { jsonObject } from '../../../src/endpoints/json-body.ts'
import { parseBody, readJson } from '../../../src/management/body.ts'
import type { Route } from '../../../src/management/route.ts'
import { managementRoutes } from '../../../src/management/routes.ts'
import { within } from '../../../src/platform/encoding.ts'
import { limits } from '../../../src/platform/limits.ts'
import { ApiError } from '../../../src/protocol/api-errors.ts'
import type { Input } from '../requests/input.ts'
import { attempt, attempted, hold, type Attempt } from './held.ts'

const ROUTES = managementRoutes
  .filter(({ body }) => body !== null)
  .map((route) => ({ route, pattern: new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`) }))

const routeOf = ({ method, target }: Input): Route | undefined =>
  ROUTES.find(({ route, pattern }) => route.method === method && pattern.test(target))?.route

function refusalHolds<Value>(made: Attempt<Value>): void {
  if (!('refusal' in made)) return
  hold(made.refusal instanceof ApiError, 'a body is refused in the words of another door')
  const { causes, summary } = made.refusal
  hold(causes.length <= limits.causesMax, 'more causes than one refusal tells')
  hold(!`${summary} ${causes.join(' ')}`.includes('undefined'), 'a cause that says undefined')
}

const isPolluted = (): boolean => Object.keys(Object.prototype).length > 0 || 'a' in {}

export async function readBody(input: Input, request: Request): Promise<'taken' | 'refused'> {
  const route = routeOf(input)
  const whole: Attempt<unknown> = await attempted<unknown>(() => (route === undefined ? jsonObject(request) : readJson(request))) // prettier-ignore
  refusalHolds(whole)
  hold(!isPolluted(), 'objects have members that nobody gave them')
  if ('refusal' in whole) return 'refused'
  if (route === undefined) return 'taken'
  hold(within(whole.value, limits.jsonDepthMax), 'a body that is too deep')
  const parsed = attempt(() => parseBody(route.body!, whole.value, route.subject))
  refusalHolds(parsed)
  hold(!isPolluted(), 'objects have members that nobody gave them')
  return 'refusal' in parsed ? 'refused' : 'taken'
}
