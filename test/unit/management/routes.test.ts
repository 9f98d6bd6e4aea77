/** The table of management routes as such: what every route must say of itself. */
import { expect, it } from 'vitest'
import { managementRoutes } from '../../../src/management/routes.ts'

const named = managementRoutes.map((route) => ({ ...route, name: `${route.method} ${route.path}` }))

it('a route describes its answer, unless it has none', () => {
  const silent = named.filter(({ status, output }) => (status === 204) !== (output === null))
  expect(silent.map(({ name }) => name)).toEqual([])
})

it('no route stands twice', () => {
  const names = named.map(({ name }) => name.replaceAll(/:\w+/g, ':'))
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
})
