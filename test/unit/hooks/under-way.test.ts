/** How much of a hook may be under way in an isolate at once, and that what is lost does not count for ever. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { unlessBusy } from '../../../src/hooks/under-way.ts'
import { limits } from '../../../src/platform/limits.ts'

const MAX = limits.hookCallsAtOnceMax

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

let hooks = 0
const aHook = (): string => `cal${++hooks}`

const done = (hook: string): Promise<string | null> => unlessBusy(hook, async () => 'done')

/** As many calls as may be; what ends the first of them. */
function full(hook: string): { readonly end: () => Promise<void> } {
  let resolve: (value: string) => void = () => undefined
  const first = unlessBusy(hook, () => new Promise<string>((one) => (resolve = one)))
  for (let call = 1; call < MAX; call++) void unlessBusy(hook, () => new Promise(() => undefined))
  return {
    async end() {
      resolve('first')
      await first
    },
  }
}

describe('calls of one hook', () => {
  it('are as many as may be, and one more when one has ended, however it ended', async () => {
    const hook = aHook()
    const { end } = full(hook)
    expect(await done(hook)).toBeNull()
    await end()
    expect(await done(hook)).toBe('done')
    await expect(unlessBusy(hook, () => Promise.reject(new Error('away')))).rejects.toThrow('away')
    expect(await done(hook)).toBe('done')
  })

  it('do not count for another hook', async () => {
    full(aHook())
    expect(await done(aHook())).toBe('done')
  })

  it('that never come back count as long as a call may take, twice, and no longer', async () => {
    const hook = aHook()
    full(hook)
    vi.setSystemTime(1_000_000 + 2 * limits.outboundTimeoutMillis)
    expect(await done(hook)).toBeNull()
    vi.setSystemTime(1_000_000 + 2 * limits.outboundTimeoutMillis + 1)
    expect(await done(hook)).toBe('done')
  })
})
