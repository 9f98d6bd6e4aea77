/** The router that remembers: its answers are those of the one behind it, and what it keeps has a bound. */
import fc from 'fast-check'
import type { Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'
import { describe, expect, it } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { RememberingRouter } from '../../../src/platform/remembering-router.ts'

const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ['ALL', '/oauth2/v1/token'],
  ['ALL', '/oauth2/:id/v1/token'],
  ['GET', '/oauth2/:id/v1/keys'],
  ['GET', '/api/v1/users/:userId'],
  ['DELETE', '/api/v1/users/:userId'],
  ['POST', '/api/v1/users/:userId/lifecycle/:name'],
  ['GET', '/.well-known/*'],
]

function withRoutes<T extends Router<string>>(router: T): T {
  for (const [method, path] of ROUTES) router.add(method, path, `${method} ${path}`)
  return router
}

/** What a router is asked for, in order. */
class Counting implements Router<string> {
  readonly name = 'Counting'
  readonly asked: string[] = []
  readonly #router = withRoutes(new TrieRouter<string>())

  add(method: string, path: string, handler: string): void {
    this.#router.add(method, path, handler)
  }

  match(method: string, path: string): Result<string> {
    this.asked.push(`${method} ${path}`)
    return this.#router.match(method, path)
  }
}

const segment = fc.constantFrom('oauth2', 'v1', 'token', 'keys', 'api', 'users', 'a', 'b', '.well-known', 'lifecycle', '') // prettier-ignore
const path = fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`)
const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT')

describe('RememberingRouter', () => {
  it('says what the router behind it says, the first time and every time after', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(method, path), { minLength: 1, maxLength: 40 }), (asked) => {
        const remembering = withRoutes(new RememberingRouter(new TrieRouter<string>()))
        for (const [verb, where] of [...asked, ...asked]) {
          const plain = withRoutes(new TrieRouter<string>())
          expect(remembering.match(verb, where)).toEqual(plain.match(verb, where))
        }
      }),
    ))

  it('looks for a path once, for each method by itself', () => {
    const behind = new Counting()
    const router = new RememberingRouter(behind)
    for (const verb of ['GET', 'GET', 'DELETE', 'GET', 'DELETE'])
      expect(router.match(verb, '/api/v1/users/u1')[0]).toHaveLength(1)
    expect(behind.asked).toEqual(['GET /api/v1/users/u1', 'DELETE /api/v1/users/u1'])
  })

  it('knows a route that is added when its path was asked for before', () => {
    const router = withRoutes(new RememberingRouter(new TrieRouter<string>()))
    expect(router.match('GET', '/new')[0]).toEqual([])
    router.add('GET', '/new', 'new')
    expect(router.match('GET', '/new')[0].map(([handler]) => handler)).toEqual(['new'])
  })

  it('keeps no more paths than its bound, and none that is longer than another', () => {
    const behind = new Counting()
    const router = new RememberingRouter(behind)
    const { keptMax, charactersMax } = limits.pathsKnown
    for (let index = 0; index <= keptMax; index++) router.match('GET', `/api/v1/users/${index}`)
    router.match('GET', '/api/v1/users/0')
    expect(behind.asked).toHaveLength(keptMax + 2)

    const prefix = '/api/v1/users/'
    const longest = prefix + 'x'.repeat(charactersMax - prefix.length)
    const asked = (where: string): number => {
      behind.asked.length = 0
      router.match('GET', where)
      router.match('GET', where)
      return behind.asked.length
    }
    expect(asked(longest)).toBe(1)
    expect(asked(`${longest}x`)).toBe(2)
  })
})
