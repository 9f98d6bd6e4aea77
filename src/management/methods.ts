/** Which methods each path of the management API has, for `Allow` (RFC 9110 §10.2.1) and preflights. */
import type { Route } from './route.ts'

type Mounted = Pick<Route, 'method' | 'path'>

/** `:name` stands for any segment, also for one that is another path's own: `/api-tokens/current` is an `:id` too. */
function matches(pattern: string, path: string): boolean {
  const [wanted, segments] = [pattern.split('/'), path.split('/')]
  return (
    wanted.length === segments.length &&
    wanted.every((part, at) => part.startsWith(':') || part === segments[at])
  )
}

/** Each path with its methods; HEAD goes with GET, and OPTIONS is answered everywhere. */
export function methodsByPath(routes: readonly Mounted[]): ReadonlyMap<string, readonly string[]> {
  const paths = new Set(routes.map(({ path }) => path))
  return new Map(
    [...paths].map((path) => {
      const own = new Set<string>(
        routes.filter((route) => matches(route.path, path)).map(({ method }) => method),
      )
      const head = own.has('GET') ? ['HEAD'] : []
      return [path, [...own, ...head, 'OPTIONS'].toSorted()] as const
    }),
  )
}
