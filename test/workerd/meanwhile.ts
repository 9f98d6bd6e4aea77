/** Requests that somebody else comes between: after what they read or proved, before what they write. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import worker from '../../src/index.ts'
import { pause } from '../../src/platform/clock.ts'
import { API_TOKEN, testBindings } from '../bindings.ts'
import { standIn } from './stand-in.ts'
import { ORIGIN, type Json } from './support.ts'

const { DB } = env

/** What happens once, between the reading of the next call and its batch. */
let meanwhile: (() => Promise<unknown>) | null = null

const interrupted = standIn(DB, (name, method) =>
  name !== 'batch'
    ? undefined
    : async (statements) => {
        const first = meanwhile
        meanwhile = null
        await first?.()
        return method(statements)
      },
)

/** The same org as another composition of the Worker knows it: its key is written as a set of one. */
export const apart = {
  KEY_ENCRYPTION_KEY: JSON.stringify({
    current: '1',
    keys: { 1: testBindings.KEY_ENCRYPTION_KEY },
  }),
}

/** Calls the management API in another environment. */
export async function under(
  changes: Readonly<Record<string, unknown>>,
  method: string,
  path: string,
  body?: Json,
  authorization = `SSWS ${API_TOKEN}`,
): Promise<readonly [number, string | undefined]> {
  const context = createExecutionContext()
  const request = new Request(ORIGIN + path, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const response = await worker.fetch(request as never, { ...env, ...changes } as never, context)
  await waitOnExecutionContext(context)
  const text = await response.text()
  return [response.status, text === '' ? undefined : (JSON.parse(text) as Json)['errorCode']]
}

/** Calls the management API while somebody else does `other`. */
export async function during(
  other: () => Promise<unknown>,
  method: string,
  path: string,
  body?: Json,
  authorization?: string,
): Promise<readonly [number, string | undefined]> {
  meanwhile = other
  const answer = await under({ ...apart, DB: interrupted }, method, path, body, authorization)
  expect(meanwhile).toBeNull()
  return answer
}

/** What happens once, before the object of a person is asked that. */
let before: { readonly method: string; readonly other: () => Promise<unknown> } | null = null

const SUBJECT = standIn(
  env.SUBJECT,
  (_, method) =>
    (...args) =>
      standIn(method(...args) as object, (name, call) => async (...values) => {
        if (before?.method === name) {
          const { other } = before
          before = null
          await other()
        }
        return call(...values)
      }),
)

/** A request to the Worker, which `justBefore` may come between. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext()
  const request = new Request(path.startsWith('http') ? path : ORIGIN + path, init)
  const response = await worker.fetch(request, { ...env, ...apart, SUBJECT }, context)
  // What the log is told may wait for longer.
  await Promise.race([waitOnExecutionContext(context), pause(100)])
  return response
}

/** Does some work that asks, while somebody else does `other` just before the object of a person is asked `method`. */
export async function justBefore<Result>(
  method: string,
  other: () => Promise<unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  before = { method, other }
  const result = await work()
  expect(before).toBeNull()
  return result
}
