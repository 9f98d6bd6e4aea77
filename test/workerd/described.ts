/** Every success of the management API is held against what its route declares: no more members, no fewer. */
import { expect } from 'vitest'
import type { Route } from '../../src/management/route.ts'
import { managementRoutes } from '../../src/management/routes.ts'
import { ORIGIN } from '../bindings.ts'

const table = managementRoutes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`),
}))

/** The route that serves a call: of several the one that was mounted first. */
const routeOf = (method: string, path: string): Route | undefined =>
  table.find(({ route, pattern }) => route.method === method && pattern.test(path))?.route

export async function expectDescribed(
  method: string,
  path: string,
  response: Response,
): Promise<void> {
  const route = routeOf(method, new URL(path, ORIGIN).pathname)
  if (!response.ok || route === undefined) return
  const text = await response.clone().text()
  const what = `${method} ${route.path}`
  expect(response.status, what).toBe(route.status)
  if (route.output === null) return expect(text, `${what} declares no answer`).toBe('')
  const answer: unknown = JSON.parse(text)
  const parsed = route.output.safeParse(answer)
  expect(parsed.error?.issues ?? [], what).toEqual([])
  // Parsing strips what is not declared.
  expect(answer, what).toEqual(parsed.data)
}
