/** What an ending reaches: who issued it, to whom, and when by clocks that differ. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endsAuthorization, endsSession, type Ending } from '../../../src/domain/ending.ts'
import { limits } from '../../../src/platform/limits.ts'
import { anAuthorization } from '../support/builders.ts'

const name = fc.constantFrom('one', 'other')
const seconds = fc.integer({ min: 0, max: 3 * limits.clockSkewSeconds })

const endings: fc.Arbitrary<Ending> = fc.record({
  of: fc.constantFrom('sessions', 'tokens'),
  serverId: fc.option(name),
  clientId: fc.option(name),
  authorizationId: fc.option(name),
  at: seconds,
})

const records = fc
  .record({ id: name, serverId: name, clientId: name, created: seconds })
  .map((changes) => anAuthorization(changes))

const NAMES = ['serverId', 'clientId', 'authorizationId'] as const

describe('an ending', () => {
  it('[property] ends sessions or tokens, never both, and nothing that began after what clocks may differ', () => {
    fc.assert(
      fc.property(endings, records, (ending, record) => {
        const ends = [endsSession(ending, record.created * 1000), endsAuthorization(ending, record)]
        expect(ends.filter(Boolean).length).toBeLessThanOrEqual(1)
        if (record.created > ending.at + limits.clockSkewSeconds)
          expect(ends).toEqual([false, false])
      }),
    )
  })

  it('[property] that comes later, or names less, ends all that it ended before', () => {
    fc.assert(
      fc.property(endings, records, fc.constantFrom(...NAMES), (ending, record, left) => {
        fc.pre(endsAuthorization(ending, record))
        expect(endsAuthorization({ ...ending, at: ending.at + 1 }, record)).toBe(true)
        expect(endsAuthorization({ ...ending, [left]: null }, record)).toBe(true)
      }),
    )
  })

  it('[property] of tokens spares what it names otherwise, however old it is', () => {
    fc.assert(
      fc.property(endings, records, fc.constantFrom(...NAMES), (ending, record, named) => {
        expect(endsAuthorization({ ...ending, [named]: 'a third' }, { ...record, created: 0 })).toBe(false) // prettier-ignore
      }),
    )
  })

  it('reaches sessions to the millisecond', () => {
    const everything = { serverId: null, clientId: null, authorizationId: null }
    const ending: Ending = { of: 'sessions', ...everything, at: 1000 }
    const last = (1000 + limits.clockSkewSeconds) * 1000 + 999
    expect([endsSession(ending, last), endsSession(ending, last + 1)]).toEqual([true, false])
  })
})
