/**
 * One request under every fault of every binding: from which call on the binding fails, what the caller sees, and that
 * the same request is good afterwards. Both what needs a binding and what does not are pinned by the rows.
 */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import worker from '../../src/index.ts'
import { pause } from '../../src/platform/clock.ts'
import { testBindings } from '../bindings.ts'
import { BINDINGS, under, type Binding, type Fault } from './storage-faults.ts'
import { ORIGIN, send, type Json } from './support.ts'

export type Call = readonly [path: string, init?: RequestInit]

export interface Row {
  readonly name: string
  /** Each request takes a password hash, so that fewer faults are tried. */
  readonly hashes?: true
  /** Not only the first call of a binding goes unanswered, but also all later ones. */
  readonly silentLater?: true
  /** Without which of them nobody is answered whose isolate has just read its configuration. */
  readonly needs: readonly Binding[]
  /** The same of an isolate that knows nothing; null: it is not asked. */
  readonly cold?: readonly Binding[] | null
  /** Makes what one request needs; what it gives can be sent again. */
  readonly begin: () => Promise<() => Promise<Call> | Call>
  /** Of a success, 200 by default. */
  readonly status?: number
  /** What a success must have; throws. */
  readonly good?: (response: Response) => Promise<void> | void
  /** The status of a request that was good already, where it can be so only once. */
  readonly once?: number
  /** How long the caller has to wait after a call that was carried out and not answered in time, in milliseconds. */
  readonly heardAfter?: number
  /**
   * Whether the same request is told to begin again, or that it is done: a call before the one that failed had used up
   * what is good once, or done what it asks for.
   */
  readonly begunAgain?: (again: Response) => boolean
}

/** What a caller sees. */
type Seen = 'good' | 'unavailable'

const ERRORS: Readonly<Record<string, (body: Json) => unknown>> = {
  temporarily_unavailable: ({ error }) => error,
  E0000010: ({ errorCode }) => errorCode,
  'errors.E0000010': ({ messages }) => messages?.value?.[0]?.i18n?.key,
}

/** Names of what is inside, which nobody is told. */
const INTERNALS = /D1_|Durable Object|SQLITE|Network connection|StorageUnavailable|\.ts:\d/

async function expectUnavailable(response: Response): Promise<void> {
  const text = await response.text()
  expect([response.status, text]).toEqual([503, expect.any(String)])
  expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  expect(response.headers.get('cache-control')).toContain('no-store')
  expect(response.headers.getSetCookie().join()).not.toContain('edgemint_session=')
  expect(text).not.toMatch(INTERNALS)
  if (response.headers.get('content-type')?.startsWith('application/') !== true) {
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    return
  }
  const body = JSON.parse(text) as Json
  const named = Object.entries(ERRORS).filter(([name, read]) => read(body) === name)
  expect([text, named.length]).toEqual([text, 1])
}

async function seen(row: Row, response: Response): Promise<Seen> {
  if (response.status === 503) {
    await expectUnavailable(response)
    return 'unavailable'
  }
  await expectGood(row, response)
  return 'good'
}

async function expectGood({ name, status = 200, good }: Row, response: Response): Promise<void> {
  if (response.status !== status)
    expect([name, response.status, await response.text()]).toEqual([
      name,
      status,
      expect.anything(),
    ])
  await good?.(response)
}

type Sending = (call: Call) => Promise<Response>

const warm: Sending = ([path, init]) => send(path, { redirect: 'manual', ...init })

let isolates = 0

/** An isolate that knows nothing: an environment that is written in another way is composed anew. */
const cold: Sending = async ([path, init]) => {
  const keys = { current: '1', keys: { 1: testBindings.KEY_ENCRYPTION_KEY } }
  const KEY_ENCRYPTION_KEY = JSON.stringify(keys) + ' '.repeat(++isolates)
  const context = createExecutionContext()
  const request = new Request(path.startsWith('http') ? path : ORIGIN + path, {
    redirect: 'manual',
    ...init,
  })
  const response = await worker.fetch(request as never, { ...env, KEY_ENCRYPTION_KEY }, context)
  await Promise.race([waitOnExecutionContext(context), pause(100)])
  return response
}

/** A request makes no more calls of one binding than this. */
const CALLS_MAX = 20

/** Asks under one fault; whether it was met. Afterwards the same request must be good. */
async function asked(
  row: Row,
  sending: Sending,
  binding: Binding,
  fault: Fault,
  from: number,
): Promise<{ readonly saw: Seen; readonly isMet: boolean }> {
  const call = await row.begin()
  const { result, met } = await under(binding, fault, async () => sending(await call()), { from })
  const saw = await seen(row, result)
  if (saw === 'unavailable') await expectAgain(row, call, fault)
  return { saw, isMet: met > 0 }
}

/** The same request is good now, and where it can be so only once, no second time. */
async function expectAgain(
  row: Row,
  call: Awaited<ReturnType<Row['begin']>>,
  fault: Fault,
): Promise<void> {
  if (fault === 'reset after' || typeof fault === 'object') await pause(row.heardAfter ?? 0)
  const again = await warm(await call())
  if (row.begunAgain?.(again) === true) return
  await expectGood(row, again)
  if (row.once !== undefined) expect((await warm(await call())).status).toBe(row.once)
}

const SLOW = { slow: 50 }

/** How long whoever asks a binding waits for it, as the README has it; in milliseconds. */
type Patience = Readonly<Partial<Record<Binding, readonly number[]>>>

const PATIENCE: Patience = {
  DB: [10_000],
  LOG_DB: [10_000],
  KEY_RING: [20_000],
  LEDGER: [20_000],
  REVOCATION_FEED: [2000],
  // Which is told afterwards that its answer did not arrive.
  SUBJECT: [20_000, 3000],
}

/** Somebody else may take the time of a hash, whom this would not wait for. */
const PATIENCE_OF_HASHES: Patience = { THROTTLE: [20_000] }

/** Servers, clients and keys that nothing is known of come sooner; settings of the org do not. */
const PATIENCE_OF_COLD: Patience = { DB: [2000, 10_000], KEY_RING: [2000] }

/** By the call that is the first to fail. Whether it was met does not depend on the fault. */
type FaultsAt = (from: number) => readonly Fault[]

const EVERY: FaultsAt = (from) =>
  from === 0 ? ['down', 'overloaded', 'reset', 'reset after'] : ['down', 'reset after']

const FEW: FaultsAt = (from) => (from === 0 ? ['down', 'reset after'] : ['down'])

const DOWN: FaultsAt = () => ['down']

/** The bindings without which a request is not answered, having tried the faults at every call of each. */
async function needed(
  row: Row,
  sending: Sending,
  faultsAt: FaultsAt,
  patience: Patience,
): Promise<readonly Binding[]> {
  const needs = new Set<Binding>()
  for (const binding of BINDINGS) {
    const silent = patience[binding]
    for (let from = 0, isMet = true; isMet && from < CALLS_MAX; from++) {
      const isAnswered = silent === undefined || (from > 0 && row.silentLater !== true)
      let first: Seen | null = null
      for (const fault of [...faultsAt(from), ...(isAnswered ? [] : [{ silent }])]) {
        const { saw, isMet: met } = await asked(row, sending, binding, fault, from)
        isMet = met
        first ??= saw
        // Whoever waited in vain is told what they are told where a binding is down.
        if (typeof fault === 'object') expect([binding, from, saw]).toEqual([binding, from, first])
        if (saw === 'unavailable') needs.add(binding)
        if (!isMet) break
      }
    }
  }
  return [...needs]
}

/** Holds a row to what it says, in an isolate that is warm by the request itself. */
export async function expectWarm(row: Row): Promise<void> {
  for (const fault of [null, SLOW]) {
    const call = await row.begin()
    const asking = async (): Promise<Response> => warm(await call())
    await expectGood(row, fault ? (await under(BINDINGS, fault, asking)).result : await asking())
  }
  const [faultsAt, patience] = row.hashes === true ? [FEW, PATIENCE_OF_HASHES] : [EVERY, PATIENCE]
  expect(await needed(row, warm, faultsAt, patience)).toEqual(row.needs)
}

/** The same in an isolate that knows nothing. */
export async function expectCold(row: Row): Promise<void> {
  expect(await needed(row, cold, DOWN, PATIENCE_OF_COLD)).toEqual(row.cold)
}
