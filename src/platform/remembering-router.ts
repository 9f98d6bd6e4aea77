/**
 * A router that remembers what it found for a path. The paths of the servers that are asked most are few, and looking
 * through all routes anew for each token costs more than any other step in JavaScript but signing.
 */
import type { Result, Router } from 'hono/router'
import { ownText } from './encoding.ts'
import { limits } from './limits.ts'
import { LruMap } from './lru.ts'

export class RememberingRouter<T> implements Router<T> {
  readonly name = 'RememberingRouter'
  readonly #router: Router<T>
  readonly #found = new LruMap<string, Result<T>>(limits.pathsKnown.keptMax)

  constructor(router: Router<T>) {
    this.#router = router
  }

  add(method: string, path: string, handler: T): void {
    this.#router.add(method, path, handler)
    this.#found.clear()
  }

  match(method: string, path: string): Result<T> {
    if (path.length > limits.pathsKnown.charactersMax) return this.#router.match(method, path)
    // A path begins with a slash, so that no other method and path give the same.
    const found = this.#found.get(method + path)
    return found ?? this.#find(method, path)
  }

  #find(method: string, path: string): Result<T> {
    // Else a path, and each parameter in it, would keep the whole URL that it was cut out of.
    const own = ownText(path)
    const result = this.#router.match(method, own)
    this.#found.set(method + own, result)
    return result
  }
}
