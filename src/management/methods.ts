/** Which methods each path of the management API has, for `Allow` (RFC 9110 §10.2.1) and preflights. */
import type { Route } from './route.ts'

type Mounted = Pick<Route, 'method' | 'path'>

/** `:name` stands for any segment, also for one that is another path's own: `/api-tokens/current` is an `:id` too. */
const matches = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.length === path.length &&
  pattern.every((part, at) => part === path[at] || part.startsWith(':'))

/** Each path with its methods; HEAD goes with GET, and OPTIONS is answered everywhere. */
export function methodsByPath(routes: readonly Mounted[]): ReadonlyMap<string, readonly string[]> {
  const paths = new Set(routes.map(({ path }) => path))
  // Every isolate does this when it starts, for each pair.
  const patterns = routes.map(({ method, path }) => ({ method, segments: path.split('/') }))
  return new Map(
    [...paths].map((path) => {
      const segments = path.split('/')
      const own = new Set<string>(
        patterns.filter((one) => matches(one.segments, segments)).map(({ method }) => method),
      )
      const head = own.has('GET') ? ['HEAD'] : []
      return [path, [...own, ...head, 'OPTIONS'].toSorted()] as const
    }),
  )
}
