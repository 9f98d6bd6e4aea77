/**
 * The revocation feeds that an isolate follows, each read again after so many seconds at most. However long the feeds
 * are, what is kept of them has a bound: the feed that was asked for longest ago goes first.
 */
import { followed, type FollowedFeed, type RevocationFeeds } from '../domain/revocation-feed.ts'
import { nowMillis } from '../platform/clock.ts'
import type { Eventual } from '../platform/eventual.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { Refreshed, type WaitUntil } from '../platform/refreshed.ts'

const AGES = {
  fresh: limits.feedFreshSeconds,
  stale: limits.feedStaleSeconds,
  outage: limits.feedStaleSeconds,
}

interface Following {
  readonly feed: Refreshed<FollowedFeed>
  /** Marks that are kept of it. */
  marks: number
}

export class FollowedFeeds {
  readonly #feeds: RevocationFeeds
  /** In milliseconds. */
  readonly #clock: () => number
  readonly #followed = new LruMap<string, Following>(limits.feedsFollowedMax)
  #marks = 0

  constructor(feeds: RevocationFeeds, clock: () => number = nowMillis) {
    this.#feeds = feeds
    this.#clock = clock
  }

  /** Null: nobody can say what was revoked lately. */
  get(serverId: string, waitUntil: WaitUntil): Eventual<FollowedFeed | null> {
    const known = this.#followed.get(serverId)
    if (known !== undefined) return known.feed.get(waitUntil)
    const following: Following = {
      feed: new Refreshed((before) => this.#read(serverId, before, following), AGES, this.#clock),
      marks: 0,
    }
    const dropped = this.#followed.size === limits.feedsFollowedMax && this.#followed.dropOldest()
    if (dropped) this.#marks -= dropped.marks
    this.#followed.set(serverId, following)
    return following.feed.get(waitUntil)
  }

  async #read(
    serverId: string,
    before: FollowedFeed | null,
    following: Following,
  ): Promise<FollowedFeed> {
    const delta = await this.#feeds.since(serverId, before?.position ?? null)
    const feed = followed(before, delta, Math.floor(this.#clock() / 1000))
    if (this.#followed.get(serverId) === following) {
      this.#marks += feed.marks.size - following.marks
      following.marks = feed.marks.size
      this.#makeRoom()
    }
    return feed
  }

  #makeRoom(): void {
    while (this.#marks > limits.followedMarksMax) {
      const dropped = this.#followed.dropOldest()
      if (dropped === undefined) return
      this.#marks -= dropped.marks
    }
  }
}
