/** Which routes of the management API a client of Okta's SDK has called, and which lists it read on. */
import { managementRoutes } from '../../../src/management/routes.ts'
import type { Json } from '../../json.ts'

const routes = managementRoutes.map(({ method, path, query }) => ({
  method,
  path,
  hasPages: 'after' in query,
  pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`),
}))

const nextPage = (path: string): string => `GET ${path} from a second page on`

/** Tells the route of each request, as `GET /api/v1/apps/:appId`. */
export function watch(client: Json, called: Set<string>): void {
  client['requestExecutor'].on('request', (request: Json) => {
    const { pathname, searchParams } = new URL(request['url'] as string)
    const method = (request['method'] as string).toUpperCase()
    const route = routes.find((one) => one.method === method && one.pattern.test(pathname))
    if (route === undefined) return
    called.add(`${method} ${route.path}`)
    if (searchParams.has('after')) called.add(nextPage(route.path))
  })
}

export const uncalled = (called: ReadonlySet<string>): readonly string[] =>
  routes
    .flatMap(({ method, path, hasPages }) => [
      `${method} ${path}`,
      ...(hasPages ? [nextPage(path)] : []),
    ])
    .filter((route) => !called.has(route))
