/** The feed of a server: what it keeps and for how long, and that no revocation is answered which it did not hear of. */
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { FeedPosition, Mark } from '../../src/domain/revocation-feed.ts'
import { limits } from '../../src/platform/limits.ts'
import { RevocationFeed } from '../../src/state/revocation-feed.ts'
import { revocationFeedsOf } from '../../src/state/feeds.ts'
import { aClient, api, unique, type TestServer } from './support.ts'
import { aPeopleServer, introspect, refresh, revoke } from './token-support.ts'
import { heldTokens, later, machineToken } from './verifier-support.ts'

const feeds = revocationFeedsOf(env)
const nowSeconds = (): number => Math.floor(Date.now() / 1000)

const marked = (holder: string, changes: Partial<Mark> = {}): Mark => ({
  holder,
  at: nowSeconds(),
  until: nowSeconds() + 1000,
  ...changes,
})

const holders = (marks: readonly Mark[]): readonly string[] =>
  marks.map(({ holder }) => holder).toSorted()

const kept = (serverId: string): Promise<number> =>
  runInDurableObject(
    env.REVOCATION_FEED.getByName(serverId),
    async (_, { storage }) => (await storage.list()).size + storage.sql.databaseSize,
  )

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('who follows', () => {
  it('hears each time of what came since, and of a mark again when it says more', async () => {
    const server = unique('aus')
    await feeds.mark(server, [marked('a'), marked('b')])
    const first = await feeds.since(server, null)
    expect([first.isWhole, holders(first.marks)]).toEqual([true, ['a', 'b']])
    expect((await feeds.since(server, first.position)).marks).toEqual([])
    const longer = marked('a', { at: nowSeconds() + 5, until: nowSeconds() + 2000 })
    await feeds.mark(server, [longer, marked('c')])
    const second = await feeds.since(server, first.position)
    expect([second.isWhole, holders(second.marks)]).toEqual([false, ['a', 'c']])
    expect(second.marks).toContainEqual(longer)
  })

  it('never hears less than before of a mark that is told twice', async () => {
    const server = unique('aus')
    const most = marked('a', { at: nowSeconds() + 5, until: nowSeconds() + 2000 })
    await feeds.mark(server, [most, marked('a')])
    expect((await feeds.since(server, null)).marks).toEqual([most])
  })

  it('hears nothing of a mark that says no more than the feed does', async () => {
    const server = unique('aus')
    const one = marked('a')
    await feeds.mark(server, [one])
    const { position } = await feeds.since(server, null)
    for (const again of [one, { ...one, at: one.at - 1 }, { ...one, until: one.until - 1 }])
      await feeds.mark(server, [again])
    expect((await feeds.since(server, position)).position).toEqual(position)
    await feeds.mark(server, [{ ...one, at: one.at + 1 }])
    expect((await feeds.since(server, position)).marks).toHaveLength(1)
  })

  it('begins anew with a feed that was emptied meanwhile', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
    const server = unique('aus')
    await feeds.mark(server, [marked('a')])
    const { position } = await feeds.since(server, null)
    later(1000 + limits.clockSkewSeconds)
    await runDurableObjectAlarm(env.REVOCATION_FEED.getByName(server))
    await feeds.mark(server, [marked('b')])
    const next = await feeds.since(server, position)
    expect([next.isWhole, holders(next.marks)]).toEqual([true, ['b']])
  })

  it('of a feed that has nothing stores nothing by asking', async () => {
    const server = unique('aus')
    const empty = await kept(server)
    const position: FeedPosition = { life: 'another', sequence: 7 }
    expect(await feeds.since(server, position)).toMatchObject({ isWhole: true, marks: [] })
    expect(await kept(server)).toBe(empty)
  })
})

describe('a mark', () => {
  it.each([
    [-1, 1],
    [0, 0],
    [1, 0],
  ])('is swept once no clock can let its tokens live: %d seconds from then', async (from, left) => {
    vi.useFakeTimers({ now: Math.ceil(Date.now() / 1000) * 1000, toFake: ['Date'] })
    const server = unique('aus')
    await feeds.mark(server, [marked('a'), marked('later', { until: nowSeconds() + 9000 })])
    later(1000 + limits.clockSkewSeconds + from)
    await runDurableObjectAlarm(env.REVOCATION_FEED.getByName(server))
    expect((await feeds.since(server, null)).marks).toHaveLength(left + 1)
  })
})

describe('too many marks', () => {
  const many = (count: number, changes: Partial<Mark> = {}): readonly Mark[] =>
    Array.from({ length: count }, (_, index) => marked(`00u${index}`, changes))

  it('become one overflow that says as much, and goes when the last of them would', async () => {
    vi.useFakeTimers({ now: Math.ceil(Date.now() / 1000) * 1000, toFake: ['Date'] })
    const server = unique('aus')
    await feeds.mark(server, many(limits.revocationMarksMax))
    expect((await feeds.since(server, null)).overflow).toBeNull()
    const last = marked('one more', { at: nowSeconds() + 3, until: nowSeconds() + 5000 })
    await feeds.mark(server, [last])
    const { marks, overflow } = await feeds.since(server, null)
    expect([marks, overflow]).toEqual([[], { at: last.at, until: last.until }])
    later(5000 + limits.clockSkewSeconds - 1)
    await runDurableObjectAlarm(env.REVOCATION_FEED.getByName(server))
    expect((await feeds.since(server, null)).overflow).not.toBeNull()
    later(1)
    await runDurableObjectAlarm(env.REVOCATION_FEED.getByName(server))
    expect((await feeds.since(server, null)).overflow).toBeNull()
  })

  it('make room first where some are over', async () => {
    vi.useFakeTimers({ now: Date.now(), toFake: ['Date'] })
    const server = unique('aus')
    await feeds.mark(server, many(limits.revocationMarksMax, { until: nowSeconds() + 10 }))
    later(10 + limits.clockSkewSeconds)
    await feeds.mark(server, [marked('one more')])
    const { marks, overflow } = await feeds.since(server, null)
    expect([holders(marks), overflow]).toEqual([['one more'], null])
  })
})

it('whoever repeats a revocation gives the feed nothing to do', async () => {
  const server = await aPeopleServer()
  const [one, client] = [await heldTokens(server), await aClient()]
  const token = await machineToken(server, client)
  const revoking = async () => {
    for (const [by, which] of [[one.app, one.token], [client, token]] as const)
      expect((await revoke(server.issuer, by, which)).status).toBe(200)
  } // prettier-ignore
  await revoking()
  const { position } = await feeds.since(server.id, null)
  for (let again = 0; again < 3; again++) await revoking()
  expect((await feeds.since(server.id, position)).position).toEqual(position)
})

describe('a revocation of which the feed cannot hear', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await aPeopleServer()
  })

  const breakFeeds = () =>
    vi.spyOn(RevocationFeed.prototype, 'mark').mockRejectedValue(new Error('away'))

  it.each(['access_token', 'refresh_token'])(
    '[RFC7009-2.2.1] of the %s is answered 503, and done all the same',
    async (which) => {
      const one = await heldTokens(server)
      const broken = breakFeeds()
      const revoking = () => revoke(server.issuer, one.app, one.tokens[which])
      const refused = await revoking()
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
      expect(await introspect(server.issuer, one.app, one.token)).toEqual({ active: false })
      broken.mockRestore()
      expect((await revoking()).status).toBe(200)
      expect(holders((await feeds.since(server.id, null)).marks)).toContain(one.person.id)
    },
  )

  it("[RFC7009-2.2.1] of a client's own token is answered 503", async () => {
    const client = await aClient()
    const token = await machineToken(server, client)
    breakFeeds()
    expect((await revoke(server.issuer, client, token)).status).toBe(503)
  })

  it('is told by the alarm when nobody asks again', async () => {
    const one = await heldTokens(server)
    const broken = breakFeeds()
    await revoke(server.issuer, one.app, one.token)
    broken.mockRestore()
    expect(holders((await feeds.since(server.id, null)).marks)).not.toContain(one.person.id)
    expect(await runDurableObjectAlarm(env.SUBJECT.getByName(one.person.id))).toBe(true)
    expect(holders((await feeds.since(server.id, null)).marks)).toContain(one.person.id)
  })

  it('is carried out later when an administrator began it, and outlasts the user', async () => {
    const one = await heldTokens(server)
    const broken = breakFeeds()
    const path = `/api/v1/users/${one.person.id}`
    for (const status of [204, 204]) expect((await api('DELETE', path)).status).toBe(status)
    broken.mockRestore()
    await runDurableObjectAlarm(env.SUBJECT.getByName(one.person.id))
    expect(holders((await feeds.since(server.id, null)).marks)).toContain(one.person.id)
  })

  it('is none: a refresh, after which nobody has to ask', async () => {
    const one = await heldTokens(server)
    const { position } = await feeds.since(server.id, null)
    expect((await refresh(server.issuer, one.app, one.tokens['refresh_token'])).status).toBe(200)
    expect((await feeds.since(server.id, position)).marks).toEqual([])
  })
})
