/** An empty database whose first request is a person's: the org is there all the same. */
import { afterEach, expect, it, vi } from 'vitest'
import { send } from './support.ts'

afterEach(() => void vi.restoreAllMocks())

it('a page that is the first request of all is that of the org, and no fault', async () => {
  const told = vi.spyOn(console, 'error')
  const response = await send('/signin')
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining('Edgemint'),
  ])
  expect(told).not.toHaveBeenCalled()
})
