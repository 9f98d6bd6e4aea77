/**
 * The management door of a running product, for somebody who holds an API token. Whatever the product asks outside
 * answers as a hook that changes nothing.
 */
import { expect } from 'vitest'
import { testBindings } from '../bindings.ts'
import type { Json } from '../json.ts'
import { API_TOKEN, startRuntime } from '../e2e/runtime.ts'

export interface Door {
  /** With the bootstrap token unless another one is given. */
  readonly send: (method: string, path: string, body?: unknown, token?: string) => Promise<Response>
  /** Puts into the database what no call makes yet. */
  readonly execute: (sql: string) => Promise<void>
  /** The id of a session of the first administrator. */
  readonly aSession: () => Promise<string>
  readonly close: () => Promise<void>
}

export async function openDoor(): Promise<Door> {
  const runtime = await startRuntime(1, {}, () => Response.json({ commands: [] }))
  const post = async (path: string, body: Json): Promise<Json> => {
    const response = await fetch(runtime.isolates[0]!.origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as Json
  }
  return {
    send: (method, path, body, token = API_TOKEN) =>
      fetch(runtime.isolates[0]!.origin + path, {
        method,
        headers: {
          authorization: `SSWS ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    execute: (sql) => runtime.execute(sql),
    async aSession() {
      const { BOOTSTRAP_ADMIN_LOGIN: username, BOOTSTRAP_ADMIN_PASSWORD: password } = testBindings
      const { sessionToken } = await post('/api/v1/authn', { username, password })
      return (await post('/api/v1/sessions', { sessionToken }))['id']
    },
    close: () => runtime.stop(),
  }
}

export type Call = (status: number, method: string, path: string, body?: unknown) => Promise<Json>
export type Gone = (path: string) => Promise<void>

/** How a provider of infrastructure as code goes about: each call has one status that is right. */
export function provider(door: Door): { readonly call: Call; readonly expectGone: Gone } {
  const call: Call = async (status, method, path, body) => {
    const response = await door.send(method, path, body)
    const text = await response.text()
    expect([response.status, text], `${method} ${path}`).toEqual([
      status,
      status === 204 ? '' : expect.any(String),
    ])
    return status === 204 ? {} : (JSON.parse(text) as Json)
  }
  /** What is gone answers so, and the state is dropped. */
  const expectGone: Gone = async (path) => {
    expect(await call(404, 'GET', path)).toMatchObject({ errorCode: 'E0000007' })
  }
  return { call, expectGone }
}
