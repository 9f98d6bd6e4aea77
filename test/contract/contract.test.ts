/**
 * Our management API against Okta's published shapes: each operation is performed with real data and its status and
 * answer are held against what Okta declares. Where we differ is said in a table, and a line of it that nothing needs
 * fails as well.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json } from '../json.ts'
import { ORIGIN } from '../e2e/runtime.ts'
import { calls } from './calls/index.ts'
import type { Call, Known } from './calls/call.ts'
import { deviations, notImplemented } from './deviations.ts'
import { openDoor, type Door } from './door.ts'
import type { Schema } from './facts.ts'
import { deviationsOf, facts } from './shapes.ts'

const known: Known = { issuer: ORIGIN }
const unused = new Set(deviations.map(({ where }) => where))

let door: Door

beforeAll(async () => {
  door = await openDoor()
  for (const [name, member, as] of [
    ['apiTokenId', 'id', 'first'],
    ['spareToken', 'token', 'second'],
  ] as const) {
    const made = await door.send('POST', '/api/v1/api-tokens', { name: as })
    known[name] = ((await made.json()) as Json)[member]
  }
  known['sessionId'] = await door.aSession()
})

afterAll(() => door.close())

const pathOf = (path: string, from: Known): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(from[name] ?? `no-${name}`))

/** Differences that no table excuses. They are told by the name of the first shape, wherever it is used. */
function unexcused(schema: Schema, value: unknown): readonly string[] {
  const name = /"\$ref":"(\w+)"/.exec(JSON.stringify(schema))?.[1] ?? 'inline'
  return deviationsOf(schema, value)
    .map((found) => name + (schema.type === 'array' ? found.replace(/^\/\*/, '') : found))
    .filter((found) => {
      const line = deviations.find(({ where }) => where === found)
      if (line !== undefined) unused.delete(line.where)
      return line === undefined
    })
}

async function perform({ operation, given, query = {}, body, as, keep = {} }: Call): Promise<void> {
  if (given !== undefined) await door.execute(given(known))
  const { method, path, query: declared, request, responses } = facts.operations[operation]!
  const sent = typeof body === 'function' ? body(known) : body
  expect(Object.keys(query).filter((name) => !declared.includes(name))).toEqual([])
  if (request !== null) expect(unexcused(request, sent ?? {})).toEqual([])

  const search = new URLSearchParams(query).toString()
  const target = pathOf(path, known) + (search && `?${search}`)
  const response = await door.send(method, target, sent, as && known[as])
  const text = await response.text()
  expect(Object.keys(responses), text).toContain(String(response.status))
  const schema = responses[String(response.status)] ?? null
  if (schema === null) return expect(text === '' || text === '{}').toBe(true)
  const answer = JSON.parse(text) as Json
  for (const [name, place] of Object.entries(keep)) {
    const value = place.split('.').reduce((from, member) => from?.[member], answer)
    expect(value, place).toBeTypeOf('string')
    known[name] = value as unknown as string
  }
  expect(unexcused(schema, answer)).toEqual([])
}

describe('what Okta publishes is what we answer', () => {
  for (const call of calls)
    it([call.operation, call.what].filter(Boolean).join(': '), () => perform(call))
})

describe('what we describe is what Okta publishes', () => {
  it('each operation is in our OpenAPI, with one of its scopes and its status', async () => {
    const document = (await (await door.send('GET', '/api/v1/openapi.json')).json()) as Json
    const shape = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}')
    const ours = new Map(
      Object.entries(document['paths'] as Json).map(([path, item]) => [shape(path), item as Json]),
    )
    for (const operation of new Set(calls.map((call) => call.operation))) {
      const { method, path, scopes, responses } = facts.operations[operation]!
      // The organization document belongs to the protocol door.
      if (!path.startsWith('/api/v1/')) continue
      const own = ours.get(shape(path))?.[method.toLowerCase()]
      const scope = own?.['security']?.[1]?.['oauth2']?.[0]
      // What only an API token may call has no scope there.
      if (scopes.length > 0)
        expect([operation, scopes]).toEqual([operation, expect.arrayContaining([scope])])
      expect([operation, Object.keys(own['responses'])]).toEqual([
        operation,
        expect.arrayContaining(Object.keys(responses)),
      ])
    }
  })
})

describe('nothing is left open', () => {
  it('every operation is performed, or said to be missing', () => {
    const said = new Set([...calls.map(({ operation }) => operation), ...notImplemented.keys()])
    expect(Object.keys(facts.operations).filter((one) => !said.has(one))).toEqual([])
  })

  it('nothing of authorization servers is missing', () => {
    const missing = [...notImplemented.keys()].map((operation) => facts.operations[operation]!.path)
    expect(missing.filter((path) => path.startsWith('/api/v1/authorizationServers'))).toEqual([])
  })

  it('what is said to be missing is missing', async () => {
    const answered: string[] = []
    for (const operation of notImplemented.keys()) {
      const { method, path } = facts.operations[operation]!
      const error = (await (await door.send(method, pathOf(path, {}))).json()) as Json
      if (!['E0000008', 'E0000022'].includes(error['errorCode'])) answered.push(operation)
    }
    expect(answered).toEqual([])
  })

  it('a deviation that is gone is not listed any more', () => {
    expect([...unused]).toEqual([])
  })
})
