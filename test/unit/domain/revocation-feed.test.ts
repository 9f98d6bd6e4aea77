/** Following a feed: whoever reads it piece by piece knows as much as whoever reads all of it, and never too little. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  followed,
  joined,
  mustAsk,
  type FeedDelta,
  type FollowedFeed,
  type Mark,
} from '../../../src/domain/revocation-feed.ts'

const NOW = 1_800_000_000
const SKEW = 60

const mark = (changes: Partial<Mark> = {}): Mark => ({
  holder: '00u1',
  at: NOW,
  until: NOW + 3600,
  ...changes,
})

const delta = (changes: Partial<FeedDelta> = {}): FeedDelta => ({
  position: { life: 'one', sequence: 1 },
  isWhole: false,
  marks: [],
  overflow: null,
  ...changes,
})

const knowing = (...marks: readonly Mark[]): FollowedFeed =>
  followed(null, delta({ isWhole: true, marks }), NOW)

const asks = (feed: FollowedFeed, holder: string, issuedAt: number, now = NOW): boolean =>
  mustAsk(feed, { holder, issuedAt }, now, SKEW)

describe('a mark', () => {
  it.each([
    ['issued before it', NOW - 1000, true],
    ['issued in its second', NOW, true],
    ['that a clock ahead of the others dated', NOW + SKEW, true],
    ['issued later', NOW + SKEW + 1, false],
  ])('means a token %s or not', (_, issuedAt, isMeant) => {
    expect(asks(knowing(mark()), '00u1', issuedAt)).toBe(isMeant)
  })

  it.each([
    [-1, true],
    [0, false],
    [1, false],
  ])('is over when the tokens it means are, %d seconds from then', (seconds, isMeant) => {
    expect(asks(knowing(mark()), '00u1', NOW, NOW + 3600 + seconds)).toBe(isMeant)
  })

  it('means nobody else', () => {
    expect(asks(knowing(mark()), '00u2', NOW)).toBe(false)
    expect(asks(knowing(mark()), 'constructor', NOW)).toBe(false)
  })

  it('is forgotten with the life of the feed it stood in', () => {
    const another = delta({ position: { life: 'two', sequence: 1 }, isWhole: true })
    expect(followed(knowing(mark()), another, NOW).marks.size).toBe(0)
  })

  it('is dropped when its tokens have expired', () => {
    const after = followed(knowing(mark()), delta(), NOW + 3600)
    expect(after.marks.size).toBe(0)
    expect(followed(knowing(mark()), delta(), NOW + 3599).marks.size).toBe(1)
  })
})

it('an overflow means everybody, for tokens issued up to then', () => {
  const feed = followed(null, delta({ overflow: { at: NOW, until: NOW + 100 } }), NOW)
  expect(asks(feed, 'anybody', NOW + SKEW)).toBe(true)
  expect(asks(feed, 'anybody', NOW + SKEW + 1)).toBe(false)
  expect(asks(feed, 'anybody', NOW, NOW + 99)).toBe(true)
  expect(asks(feed, 'anybody', NOW, NOW + 100)).toBe(false)
})

it('a mark that an overflow covers is not kept beside it, one that says more is', () => {
  const overflow = { at: NOW, until: NOW + 4000 }
  const more = mark({ holder: '00u2', at: NOW + 1 })
  const feed = followed(knowing(mark(), more), delta({ overflow, marks: [mark({ holder: '00u3' })] }), NOW)
  expect([...feed.marks.keys()]).toEqual(['00u2'])
  expect(asks(feed, '00u1', NOW)).toBe(true)
}) // prettier-ignore

const holders = fc.constantFrom('00u1', '00u2', 'AT.a')
const instant = fc.integer({ min: NOW - 5000, max: NOW + 5000 })
const anyMark = fc.record({ holder: holders, at: instant, until: instant })

const livingMark = fc.record({ holder: holders, at: instant, until: fc.integer({ min: NOW + 1, max: NOW + 5000 }) }) // prettier-ignore

it('piece by piece, as much is known as by all of it at once', () => {
  fc.assert(
    fc.property(fc.array(fc.array(livingMark)), holders, instant, (pieces, holder, issuedAt) => {
      const marks = new Map<string, Mark>()
      for (const one of pieces.flat()) marks.set(one.holder, joined(one, marks.get(one.holder)))
      const whole = knowing(...marks.values())
      let followedSoFar: FollowedFeed | null = knowing()
      for (const piece of pieces) followedSoFar = followed(followedSoFar, delta({ marks: piece }), NOW)
      expect(asks(followedSoFar, holder, issuedAt)).toBe(asks(whole, holder, issuedAt))
    }),
  )
}) // prettier-ignore

it('whoever was ever marked for tokens that live is asked about, whatever came after', () => {
  fc.assert(
    fc.property(fc.array(anyMark, { minLength: 1 }), fc.nat(), (marks, chosen) => {
      const one = marks[chosen % marks.length]!
      const feed = marks.reduce((known, next) => followed(known, delta({ marks: [next] }), NOW), knowing())
      if (one.until > NOW) expect(asks(feed, one.holder, one.at)).toBe(true)
    }),
  )
}) // prettier-ignore
