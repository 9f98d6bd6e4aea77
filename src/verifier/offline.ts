/**
 * A verifier for programs that are not on our side: it knows a server by its published keys alone. It learns of a
 * revocation when the token expires, and of a key that was dropped within five minutes.
 */
import { nowMillis } from '../platform/clock.ts'
import { guardedGet } from '../platform/guarded-fetch.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { suffices } from './claims.ts'
import { IssuerKeys, type Get } from './issuer-keys.ts'
import type { WaitUntil } from '../platform/refreshed.ts'
import { readAccessToken } from './token.ts'
import type { Expected, Verdict } from './verdict.ts'

export interface OfflineOptions {
  /** How keys are fetched; by default over the network, from the issuer as it is configured. */
  readonly get?: Get
  /** Milliseconds. */
  readonly clock?: () => number
}

export class OfflineVerifier {
  readonly #get: Get | undefined
  readonly #clock: () => number
  readonly #issuers = new LruMap<string, IssuerKeys>(limits.issuersVerifiedMax)

  constructor({ get, clock = nowMillis }: OfflineOptions = {}) {
    this.#get = get
    this.#clock = clock
  }

  /** `waitUntil` keeps a Worker alive while keys are fetched ahead of time. Never throws. */
  async verify(
    token: string,
    expected: Expected,
    waitUntil: WaitUntil = () => undefined,
  ): Promise<Verdict> {
    const now = Math.floor(this.#clock() / 1000)
    const find = (kid: string) => this.#keysOf(expected.issuer).find(kid, waitUntil)
    const verdict = await readAccessToken(token, expected, find, now)
    return verdict.valid ? suffices(verdict, expected, now) : verdict
  }

  // The issuer is what the resource server trusts, so that its address is allowed whatever it is.
  #keysOf(issuer: string): IssuerKeys {
    let keys = this.#issuers.get(issuer)
    if (keys === undefined) {
      const allowed = [new URL(issuer).origin]
      const get = this.#get ?? ((url: string) => guardedGet(url, allowed))
      keys = new IssuerKeys(issuer, get, this.#clock)
      this.#issuers.set(issuer, keys)
    }
    return keys
  }
}
