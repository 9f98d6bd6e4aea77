/**
 * DPoP proofs that came with a request, so that none comes with a second one, RFC 9449 §11.1. This is the memory of one
 * isolate, and it forgets the oldest when it is full: it does its best, while `htm`, `htu`, `ath` and the time bound
 * what a stolen proof is good for everywhere.
 */
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import type { Proof } from './verdict.ts'

export class UsedProofs {
  readonly #expiries = new LruMap<string, number>(limits.proofsKeptMax)
  readonly #requests = new WeakMap<object, string>()

  /**
   * Uses a proof that was found good, and says whether no other request did. A request that is asked about again, for
   * example on its way to a route that demands more, may use its own again. `now` in seconds.
   */
  use({ jkt, jti, expires }: Proof, request: object, now: number): boolean {
    const name = `${jkt} ${jti}`
    if (this.#requests.get(request) === name) return true
    const known = this.#expiries.get(name)
    if (known !== undefined && now < known) return false
    this.#expiries.set(name, expires)
    this.#requests.set(request, name)
    return true
  }
}
