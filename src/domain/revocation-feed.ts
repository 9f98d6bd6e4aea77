/**
 * What verifiers follow to hear of revocations: the marks of one server. A mark says no more than that tokens of a
 * holder issued up to then may be dead, so that whoever meets one has to ask; the answer is introspection's. Seconds.
 */

export interface Mark {
  /** A user's id, or the client_id of a client that acts for itself: all of their tokens are meant. */
  readonly holder: string
  /** Tokens issued later are not meant. */
  readonly at: number
  /** None of the tokens meant lives longer. */
  readonly until: number
}

/** Too many were marked: for everybody's tokens issued up to `at`, until `until`, one has to ask. */
export type Overflow = Pick<Mark, 'at' | 'until'>

/** Up to where somebody has read. A feed that was emptied begins another life, with its own count. */
export interface FeedPosition {
  readonly life: string
  readonly sequence: number
}

export interface FeedDelta {
  readonly position: FeedPosition
  /** Whatever was known before is over. */
  readonly isWhole: boolean
  readonly marks: readonly Mark[]
  readonly overflow: Overflow | null
}

/** The feeds of all servers, strongly consistent. Every method rejects when storage is away. */
export interface RevocationFeeds {
  /** Durable before it returns, and safe to repeat. */
  mark(serverId: string, marks: readonly Mark[]): Promise<void>
  since(serverId: string, position: FeedPosition | null): Promise<FeedDelta>
}

/** What somebody who follows a feed knows. */
export interface FollowedFeed {
  readonly position: FeedPosition
  readonly marks: ReadonlyMap<string, Mark>
  readonly overflow: Overflow | null
}

/** What both marks say of a holder: rather too much than too little. */
export const joined = <One extends Overflow>(one: One, other: Overflow | null | undefined): One =>
  other == null
    ? one
    : { ...one, at: Math.max(one.at, other.at), until: Math.max(one.until, other.until) }

/** Whether one says nothing that the other does not say. */
export const covers = (one: Overflow | null | undefined, { at, until }: Overflow): boolean =>
  one != null && at <= one.at && until <= one.until

/** Goes on from what was known. Marks whose tokens have all expired, and those that an overflow covers, are dropped. */
export function followed(
  known: FollowedFeed | null,
  { position, isWhole, marks: heard, overflow }: FeedDelta,
  now: number,
): FollowedFeed {
  const before = known === null || isWhole ? NONE : known.marks
  const marks = new Map<string, Mark>()
  const isNeeded = (mark: Mark): boolean => mark.until > now && !covers(overflow, mark)
  for (const mark of before.values()) if (isNeeded(mark)) marks.set(mark.holder, mark)
  for (const mark of heard)
    if (isNeeded(mark)) marks.set(mark.holder, joined(mark, marks.get(mark.holder)))
  return { position, marks, overflow }
}

const NONE: ReadonlyMap<string, Mark> = new Map()

/**
 * Whether one has to ask about a token. `skew` is by how much the clock that dated a token may be ahead of the one that
 * dated a mark.
 */
export function mustAsk(
  { marks, overflow }: FollowedFeed,
  { holder, issuedAt }: { readonly holder: string; readonly issuedAt: number },
  now: number,
  skew: number,
): boolean {
  const means = ({ at, until }: Overflow): boolean => now < until && issuedAt <= at + skew
  const mark = marks.get(holder)
  return (mark !== undefined && means(mark)) || (overflow !== null && means(overflow))
}
