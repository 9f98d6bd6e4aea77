/** Calls of the management API that somebody else comes between: after what they read, before what they write. */
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import worker from '../../src/index.ts'
import { API_TOKEN, testBindings } from '../bindings.ts'
import { ORIGIN, type Json } from './support.ts'

const { DB } = env

/** What happens once, between the reading of the next call and its batch. */
let meanwhile: (() => Promise<unknown>) | null = null

const interrupted = new Proxy(DB, {
  get(db, name) {
    const member: unknown = Reflect.get(db, name)
    if (name !== 'batch') return typeof member === 'function' ? member.bind(db) : member
    return async (statements: D1PreparedStatement[]) => {
      const first = meanwhile
      meanwhile = null
      await first?.()
      return db.batch(statements)
    }
  },
})

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
