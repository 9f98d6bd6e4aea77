/** What is refused before it is confirmed and after, by attempts that answer at once and by those that take time. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Confirmations, confirmed, ServerNotFound } from '../../../src/endpoints/confirm.ts'
import type { ProtocolContext } from '../../../src/endpoints/context.ts'
import { Snapshots } from '../../../src/issuer/snapshots.ts'
import type { Wanted } from '../../../src/issuer/wanted.ts'
import type { Eventual } from '../../../src/platform/eventual.ts'
import { OAuthError } from '../../../src/protocol/errors.ts'
import { FakeSource } from '../support/snapshot-source.ts'

const WANTED: Wanted = { serverId: 'aus1', clientId: 'client-1', ring: 'aus1' }

let source: FakeSource
let context: ProtocolContext
let attempts: number

beforeEach(async () => {
  vi.useFakeTimers()
  vi.setSystemTime(0)
  source = new FakeSource()
  const snapshots = new Snapshots(source, 'https://id.example')
  const waitUntil = () => undefined
  await snapshots.get(WANTED, waitUntil)
  // What was read in the same millisecond is as new as it gets.
  vi.setSystemTime(1)
  context = {
    snapshots,
    confirmations: new Confirmations(),
    waitUntil,
  } as unknown as ProtocolContext
  attempts = 0
})

afterEach(() => {
  vi.useRealTimers()
})

/** An attempt that is refused so many times, and then good. */
const refused = (error: Error, times: number, takesTime: boolean) => (): Eventual<string> => {
  attempts++
  if (!takesTime && attempts <= times) throw error
  if (!takesTime) return 'good'
  return attempts <= times ? Promise.reject(error) : Promise.resolve('good')
}

const run = (attempt: () => Eventual<string>): Promise<string> =>
  confirmed(context, WANTED, attempt)

describe.each([
  ['at once', false],
  ['later', true],
])('an attempt that answers %s', (_, takesTime) => {
  it('is made once where it is good', async () => {
    expect(await run(refused(new ServerNotFound(), 0, takesTime))).toBe('good')
    expect(attempts).toBe(1)
    expect(source.count('configuration')).toBe(1)
  })

  it.each([new ServerNotFound(), new OAuthError('unknown_client'), new OAuthError('wrong_secret')])(
    'is made again on what the primary says when it is refused with %s',
    async (error) => {
      expect(await run(refused(error, 1, takesTime))).toBe('good')
      expect(attempts).toBe(2)
      expect(source.count('configuration')).toBe(2)
    },
  )

  it('is refused when it is refused again, and not asked a third time', async () => {
    const error = new OAuthError('wrong_secret')
    await expect(run(refused(error, 9, takesTime))).rejects.toBe(error)
    expect(attempts).toBe(2)
  })

  it('is refused at once where no newer configuration could turn it around', async () => {
    const error = new OAuthError('malformed_scope')
    await expect(run(refused(error, 9, takesTime))).rejects.toBe(error)
    expect(attempts).toBe(1)
    expect(source.count('configuration')).toBe(1)
  })

  it('is refused as it is until a second after it was confirmed', async () => {
    const error = new OAuthError('wrong_secret')
    await expect(run(refused(error, 9, takesTime))).rejects.toBe(error)
    for (const [millis, made] of [
      [1000, 3],
      [1001, 5],
    ] as const) {
      vi.setSystemTime(millis)
      await expect(run(refused(error, 9, takesTime))).rejects.toBe(error)
      expect([millis, attempts]).toEqual([millis, made])
    }
  })
})
