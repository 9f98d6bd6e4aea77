/**
 * The bound within which an isolate hears of a revocation, with clocks that the test moves: however the requests of
 * verifiers fall, however long a reading takes, and whatever fails.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  mustAsk,
  type FeedDelta,
  type Mark,
  type RevocationFeeds,
} from '../../../src/domain/revocation-feed.ts'
import { FollowedFeeds } from '../../../src/issuer/followed-feeds.ts'
import { limits } from '../../../src/platform/limits.ts'

const START = 1_800_000_000_000
const SERVER = 'aus1'

/** A feed in memory, and the clock that everybody reads. */
class World implements RevocationFeeds {
  now = START
  isAway = false
  /** How long a reading takes, in milliseconds. */
  lag = 0
  reads = 0
  readonly #marks: Mark[] = []

  async mark(_: string, marks: readonly Mark[]): Promise<void> {
    this.#marks.push(...marks)
  }

  async since(_: string, position: { readonly sequence: number } | null): Promise<FeedDelta> {
    this.reads++
    if (this.isAway) throw new Error('away')
    const known = position?.sequence ?? 0
    const marks = this.#marks.slice(known)
    const sequence = this.#marks.length
    this.now += this.lag
    return { position: { life: 'one', sequence }, isWhole: position === null, marks, overflow: null }
  } // prettier-ignore
}

const held = { holder: '00u1', issuedAt: START / 1000 }
const revocation = (now: number): Mark => ({
  holder: held.holder,
  at: Math.floor(now / 1000),
  until: START / 1000 + 100_000,
})

const ignored = (): void => undefined

/** Whether a verifier lets a token pass without asking. */
async function passes(feeds: FollowedFeeds, world: World): Promise<boolean> {
  const feed = await feeds.get(SERVER, ignored)
  return feed !== null && !mustAsk(feed, held, Math.floor(world.now / 1000), limits.clockSkewSeconds)
} // prettier-ignore

/** Lets readings in the background come to their end. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

describe('a revocation', () => {
  it(`is heard of by every verifier ${limits.feedStaleSeconds} seconds later, however requests fall`, async () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 45_000 }),
      isAway: fc.boolean(),
      lag: fc.constantFrom(0, 0, 300, 3000),
    })
    const steps = fc.array(step, { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(29), async (schedule, revokedAfter) => {
        const world = new World()
        const feeds = new FollowedFeeds(world, () => world.now)
        let revokedAt = Infinity
        for (const [index, { after, isAway, lag }] of schedule.entries()) {
          if (index === revokedAfter % schedule.length) {
            await world.mark(SERVER, [revocation(world.now)])
            revokedAt = world.now
          }
          Object.assign(world, { now: world.now + after, isAway, lag })
          const askedAt = world.now
          if (await passes(feeds, world))
            expect(askedAt - revokedAt).toBeLessThanOrEqual(limits.feedStaleSeconds * 1000)
          await settled()
        }
      }),
      { numRuns: 200 },
    )
  })

  it('is heard of at the last moment by who has just read and asks seldom', async () => {
    const world = new World()
    const feeds = new FollowedFeeds(world, () => world.now)
    expect(await passes(feeds, world)).toBe(true)
    await world.mark(SERVER, [revocation(world.now)])
    world.now += limits.feedStaleSeconds * 1000
    expect(await passes(feeds, world)).toBe(true)
    world.now += 1
    await settled()
    expect(await passes(feeds, world)).toBe(false)
  })

  it('is asked for by who cannot hear of it', async () => {
    const world = new World()
    const feeds = new FollowedFeeds(world, () => world.now)
    await passes(feeds, world)
    world.isAway = true
    world.now += limits.feedStaleSeconds * 1000
    expect(await feeds.get(SERVER, ignored)).not.toBeNull()
    world.now += 1
    await settled()
    expect(await feeds.get(SERVER, ignored)).toBeNull()
  })
})

it('a feed is read once in twenty seconds at most, however many ask', async () => {
  const world = new World()
  const feeds = new FollowedFeeds(world, () => world.now)
  for (let second = 0; second < 200; second++) {
    world.now = START + second * 1000
    await Promise.all([1, 2, 3].map(() => passes(feeds, world)))
    await settled()
  }
  expect(world.reads).toBeLessThanOrEqual(200 / limits.feedFreshSeconds)
  expect(limits.feedFreshSeconds).toBe(20)
})

it('the bound that is published is kept by what each part may be old', () => {
  expect(limits.revocationHeardSeconds).toBeLessThanOrEqual(60)
  for (const age of [limits.feedStaleSeconds, limits.verifierSnapshotSeconds])
    expect(age).toBeLessThan(limits.revocationHeardSeconds)
})

it('the marks of many servers have a bound: those read longest ago are read again', async () => {
  const world = new World()
  const feeds = new FollowedFeeds(world, () => world.now)
  const until = START / 1000 + 1000
  const marks = Array.from({ length: limits.revocationMarksMax }, (_, index) => ({ holder: `00u${index}`, at: 0, until }))
  await world.mark(SERVER, marks)
  const servers = Array.from({ length: limits.followedMarksMax / limits.revocationMarksMax + 1 }, (_, index) => `aus${index}`)
  for (const server of servers) await feeds.get(server, ignored)
  expect(world.reads).toBe(servers.length)
  await feeds.get(servers.at(-1)!, ignored)
  expect(world.reads).toBe(servers.length)
  await feeds.get(servers[0]!, ignored)
  expect(world.reads).toBe(servers.length + 1)
}) // prettier-ignore
