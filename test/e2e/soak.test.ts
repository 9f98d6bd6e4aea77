/** A sample of `npm run soak` by a fixed seed: what the product answers at random, at once and in faults can be explained. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { soak } from '../soak/campaign.ts'
import { Controls } from '../soak/controls.ts'
import type { Counts } from '../soak/history.ts'

let controls: Controls

beforeAll(async () => {
  controls = await Controls.start()
})

afterAll(() => controls.stop())

describe('at random, by several at once, while storage fails', () => {
  it('nothing is answered that the model of the specifications cannot explain', async () => {
    const counts: Counts = new Map()
    const found = await soak(controls, counts, {
      seed: 10112,
      histories: 10,
      longest: 40,
    })
    expect(found).toBeNull()
    // A sample that looks at nothing would find nothing.
    const names = [...counts.keys()]
    expect(SEEN.filter((name) => !names.includes(name))).toEqual([])
    expect(names.filter((name) => name.endsWith(': unavailable'))).not.toEqual([])
    expect(names.filter((name) => name.startsWith('lost: REVOCATION_FEED'))).not.toEqual([])
  }, 300_000)
})

const SEEN = [
  'at once',
  'authorize: code',
  'authorize: login_required',
  'redeem: given',
  'redeem: replayed',
  'redeem: expired',
  'refresh: rotated',
  'refresh: kept',
  'refresh: same successor',
  'refresh: ended',
  'introspect: active',
  'introspect: inactive',
  'revoke: refresh token',
  'rotate: emergency',
  'change-user: suspend',
  'change-user: delete',
  'change-app: deactivate',
  'change-app: delete',
  'change-server: deactivate',
] as const
