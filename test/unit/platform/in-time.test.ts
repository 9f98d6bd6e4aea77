/** Waiting no longer than a limit, for whatever does not come. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { limits } from '../../../src/platform/limits.ts'
import { within } from '../../../src/platform/in-time.ts'
import { StorageUnavailable } from '../../../src/platform/storage-errors.ts'
import { commit, readAll, readBatch } from '../../../src/store/database.ts'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

const after = (millis: number): Promise<string> =>
  new Promise((resolve) => void setTimeout(() => resolve('late'), millis))

it('gives what comes in time, and says of what does not that it did not', async () => {
  const [first, second] = [within(after(999), 1000), within(after(1001), 1000)]
  const failed = second.catch((error: unknown) => (error as Error).message)
  await vi.advanceTimersByTimeAsync(1001)
  expect(await first).toBe('late')
  expect(await failed).toBe('There was no answer within 1000 ms')
})

it('fails as the work does', async () => {
  await expect(within(Promise.reject(new Error('away')), 1000)).rejects.toThrow('away')
})

/** A database that takes everything and answers nothing. */
const silent = (): D1Database => {
  const never = (): Promise<never> => new Promise(() => undefined)
  const statement = { bind: () => statement, all: never }
  const session = { batch: never, prepare: () => statement }
  return { ...session, withSession: () => session } as unknown as D1Database
}

it.each([
  ['a batch of questions', (db: D1Database) => readBatch(db, [])],
  ['a question', (db: D1Database) => readAll(db.prepare('SELECT 1'))],
  ['a write', (db: D1Database) => commit(db, [])],
])('%s is a fault of storage when the database does not answer', async (_, ask) => {
  const answer = ask(silent()).catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(limits.storageMillis.database - 1)
  expect(await Promise.race([answer, Promise.resolve('waiting')])).toBe('waiting')
  await vi.advanceTimersByTimeAsync(1)
  expect(await answer).toBeInstanceOf(StorageUnavailable)
})
