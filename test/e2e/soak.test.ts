/** A sample of `npm run soak` by a fixed seed: what the product answers at random, at once and in faults can be explained. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { BEGINNING } from '../soak/beginning.ts'
import { soak } from '../soak/campaign.ts'
import { Controls } from '../soak/controls.ts'
import type { Counts } from '../soak/history.ts'

let controls: Controls
const real = fetch

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

/** A product that says that it revokes, and does not. */
const forgetful: typeof fetch = async (input, init) => {
  const isRevocation = typeof input === 'string' && input.endsWith('/v1/revoke')
  if (!isRevocation || !(init?.body instanceof URLSearchParams)) return real(input, init)
  const body = new URLSearchParams(init.body)
  body.set('token', 'another')
  return real(input, { ...init, body })
}

describe('a product that is wrong', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('is found, by a history that is made shorter and can be had again', async () => {
    const campaign = { seed: 50, histories: 20, longest: 8 }
    vi.stubGlobal('fetch', forgetful)
    const found = await soak(controls, new Map(), campaign)
    vi.unstubAllGlobals()
    expect(found?.seed).toBe(campaign.seed)
    const { what, path } = found!
    // The history, by its number, and the steps by which it was made shorter.
    expect(path).toMatch(/^\d+(:\d+)+$/)
    expect(what).toMatch(/ {2}revoke\((.+)\) in isolate 0: done {}\n\d+ s\n {2}introspect\(\1\) in isolate 0: done {"active":true.*$/) // prettier-ignore
    const batches = what.match(/^\d+ s/gm)!.length - BEGINNING.length
    expect(batches).toBeLessThanOrEqual(4)

    const again = { ...campaign, path, histories: 1 }
    const counts: Counts = new Map()
    expect(await soak(controls, counts, again)).toBeNull()
    expect(counts.get('histories')).toBe(1)
    expect(counts.get('alone')).toBe(batches)
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
