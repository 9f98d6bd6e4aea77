/** What every history begins with: both people are signed in and have tokens, so that there is something to go on from. */
import type { Batch, Draft } from './drafts.ts'

const draft = (changes: Pick<Draft, 'verb'> & Partial<Draft>): Draft => ({
  isolate: 0,
  back: 0,
  living: false,
  app: null,
  server: null,
  user: 'ada',
  variant: 1,
  ...changes,
})

export const batchOf = (...drafts: readonly (Pick<Draft, 'verb'> & Partial<Draft>)[]): Batch => ({
  wait: { seconds: 1 },
  loss: null,
  restarts: false,
  drafts: drafts.map(draft),
})

export const BEGINNING: readonly Batch[] = [
  batchOf({ verb: 'authenticate' }, { verb: 'authenticate', user: 'bob' }),
  batchOf({ verb: 'begin' }, { verb: 'begin', back: 1 }),
  batchOf(
    { verb: 'authorize', app: 'shop', server: 'orders' },
    { verb: 'authorize', app: 'notes', server: 'stock', back: 1 },
  ),
  batchOf({ verb: 'redeem' }, { verb: 'redeem', back: 1 }),
]
