/**
 * What administrators and their tools see while storage fails: 503 from every route, and no change that was answered
 * and is not there. A change whose answer was lost may have been made, which whoever asks again is told.
 */
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { managementRoutes } from '../../src/management/routes.ts'
import { API_TOKEN } from '../bindings.ts'
import { anApp } from './app-support.ts'
import { expectWarm, type Call, type Row } from './fault-matrix.ts'
import { PASSWORD } from './sign-in-support.ts'
import { under } from './storage-faults.ts'
import { aServer, made, send, unique, type Json, type TestServer } from './support.ts'
import { aProfile, USERS } from './user-support.ts'

let server: TestServer

beforeAll(async () => {
  server = await aServer()
})

beforeEach(() => {
  vi.spyOn(console, 'error').mockReturnValue()
})

const SSWS = { authorization: `SSWS ${API_TOKEN}`, 'content-type': 'application/json' }

const call = (method: string, path: string, body?: Json): Call => [
  path,
  { method, headers: SSWS, ...(body !== undefined && { body: JSON.stringify(body) }) },
]

describe('every route', () => {
  it.each(managementRoutes.map(({ method, path }) => [method, path] as const))(
    '%s %s is unavailable without the database, and refuses nobody',
    async (method, path) => {
      const [at, init] = call(
        method,
        path.replaceAll(/:\w+/g, 'x'),
        method === 'GET' ? undefined : {},
      )
      for (const fault of ['down', 'overloaded', 'reset'] as const) {
        const { result } = await under('DB', fault, () => send(at, init))
        const body = (await result.json()) as Json
        expect([result.status, body['errorCode']]).toEqual([503, 'E0000010'])
        expect(result.headers.get('retry-after')).toBe('5')
      }
    },
  )
})

const user = (): Json => ({ profile: aProfile(), credentials: { password: { value: PASSWORD } } })

const ROWS: readonly Row[] = [
  {
    name: 'a list',
    needs: ['DB'],
    begin: async () => () => call('GET', `${USERS}?limit=2`),
  },
  {
    name: 'a new user with a password',
    hashes: true,
    needs: ['DB', 'SUBJECT'],
    begunAgain: ({ status }) => status === 400,
    async begin() {
      const body = user()
      return () => call('POST', USERS, body)
    },
    async good(response) {
      const { id } = (await response.json()) as Json
      expect(await made(200, 'GET', `${USERS}/${id}`)).toHaveProperty('status', 'ACTIVE')
    },
  },
  {
    name: 'a new app',
    silentLater: true,
    needs: ['DB'],
    async begin() {
      const body = anApp({}, { client_id: unique('client') })
      return () => call('POST', '/api/v1/apps', body)
    },
    begunAgain: ({ status }) => status === 400,
    async good(response) {
      const { id } = (await response.json()) as Json
      expect(await made(200, 'GET', `/api/v1/apps/${id}`)).toHaveProperty('status', 'ACTIVE')
    },
  },
  {
    name: 'a changed server',
    needs: ['DB'],
    async begin() {
      const path = `/api/v1/authorizationServers/${server.id}`
      const before = await made(200, 'GET', path)
      const body = { ...before, description: unique('text') }
      return () => call('PUT', path, body)
    },
    async good(response) {
      const { description } = (await response.json()) as Json
      const now = await made(200, 'GET', `/api/v1/authorizationServers/${server.id}`)
      expect(now['description']).toBe(description)
    },
  },
  {
    name: 'rotated keys',
    silentLater: true,
    needs: ['DB', 'KEY_RING'],
    begin: async () => () =>
      call('POST', `/api/v1/authorizationServers/${server.id}/credentials/lifecycle/keyRotate`, { use: 'sig' }), // prettier-ignore
  },
  {
    name: 'the log',
    needs: ['DB', 'LOG_DB'],
    begin: async () => () => call('GET', '/api/v1/logs?limit=1'),
  },
]

describe.each(ROWS)('$name', (row) => {
  it('is unavailable, or there as it was answered', () => expectWarm(row))
})
